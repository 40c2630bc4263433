/*
 * tests/worlds/checker/world/atomic.h - the atomics as compiler builtins, which
 * -fsanitize=thread turns into calls of the checker.
 */
#pragma once

#include "tests/worlds/threads/world/atomic.h"
