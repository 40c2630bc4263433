/*
 * tests/worlds/watched/world/phys.h - as where threads outnumber CPUs.
 */
#pragma once

#include "tests/worlds/many/world/phys.h"
