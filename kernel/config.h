/*
 * kernel/config.h - the sizes a world chooses.
 *
 * Guarantees  NR_CPUS and its fellows are constants; code tests them with a
 *             plain `if`, so that both sides always compile.
 * See         docs/style.md, "Worlds"
 */
#pragma once

#include "world/config.h"
