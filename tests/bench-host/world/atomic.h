/*
 * tests/bench-host/world/atomic.h - in a program that measures: the kernel's.
 *
 * The other seams' bodies, but relax.h, are those of tests/worlds/threads/.
 */
#pragma once

#include "arch/x86_64/world/atomic.h"
