/*
 * tests/worlds/many/world/phys.h - RAM is one mapping.
 */
#pragma once

#include "tests/worlds/threads/world/phys.h"
