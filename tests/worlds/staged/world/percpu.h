/*
 * tests/worlds/staged/world/percpu.h - who plays a CPU has its rows.
 */
#pragma once

#include "tests/worlds/threads/world/percpu.h"
