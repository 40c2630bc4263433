/*
 * tests/worlds/staged/world/phys.h - RAM is one mapping.
 */
#pragma once

#include "tests/worlds/threads/world/phys.h"
