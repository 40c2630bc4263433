/*
 * tests/worlds/staged/world/relax.h - nobody else runs: no need to be polite.
 */
#pragma once

#include "tests/worlds/threads/world/relax.h"
