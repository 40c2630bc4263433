/*
 * tests/worlds/staged/world/cpu.h - there are no interrupts.
 */
#pragma once

#include "tests/worlds/threads/world/cpu.h"
