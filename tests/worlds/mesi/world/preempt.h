/*
 * tests/worlds/mesi/world/preempt.h - nothing preempts a simulated CPU.
 */
#pragma once

#include "tests/worlds/threads/world/preempt.h"
