/*
 * tests/worlds/many/world/preempt.h - nobody shares a thread's rows.
 */
#pragma once

#include "tests/worlds/threads/world/preempt.h"
