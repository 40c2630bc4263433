/*
 * tests/worlds/watched/world/cpu.h - as where threads outnumber CPUs.
 */
#pragma once

#include "tests/worlds/many/world/cpu.h"
