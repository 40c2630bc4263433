/*
 * tests/worlds/many/world/percpu.h - each thread has rows of its own.
 */
#pragma once

#include "tests/worlds/threads/world/percpu.h"
