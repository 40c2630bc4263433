/*
 * tests/worlds/mesi/world/percpu.h - rows of an array, by world_cpu.
 */
#pragma once

#include "tests/worlds/threads/world/percpu.h"
