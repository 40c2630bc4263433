/*
 * tests/worlds/watched/world/atomic.h - as where threads outnumber CPUs.
 */
#pragma once

#include "tests/worlds/many/world/atomic.h"
