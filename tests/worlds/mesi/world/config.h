/*
 * tests/worlds/mesi/world/config.h - the sizes are those of the world of threads.
 */
#pragma once

#include "tests/worlds/threads/world/config.h"
