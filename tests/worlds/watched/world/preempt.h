/*
 * tests/worlds/watched/world/preempt.h - as where threads outnumber CPUs.
 */
#pragma once

#include "tests/worlds/many/world/preempt.h"
