/*
 * tests/worlds/staged/world/atomic.h - the atomics as compiler builtins.
 */
#pragma once

#include "tests/worlds/threads/world/atomic.h"
