/*
 * tests/gate/unwatched/world/watch.h - nobody watches: the gate judges and
 * counts the algorithms.
 */
#pragma once

#include "tests/worlds/threads/world/watch.h"
