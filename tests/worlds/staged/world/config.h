/*
 * tests/worlds/staged/world/config.h - the sizes.
 */
#pragma once

#include "tests/worlds/threads/world/config.h"
