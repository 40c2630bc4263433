/*
 * tests/worlds/watched/world/config.h - as where threads outnumber CPUs.
 */
#pragma once

#include "tests/worlds/many/world/config.h"
