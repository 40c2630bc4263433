/*
 * tests/worlds/watched/world/percpu.h - as where threads outnumber CPUs.
 */
#pragma once

#include "tests/worlds/many/world/percpu.h"
