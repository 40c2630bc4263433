/*
 * tests/worlds/staged/world/watch.h - nobody watches.
 */
#pragma once

#include "tests/worlds/threads/world/watch.h"
