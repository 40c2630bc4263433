/*
 * tests/worlds/mesi/world/cpu.h - a simulated CPU is no thread, but has no interrupts either.
 */
#pragma once

#include "tests/worlds/threads/world/cpu.h"
