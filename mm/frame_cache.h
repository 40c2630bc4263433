/*
 * mm/frame_cache.h - each CPU's own few free frames.
 *
 * Guarantees  frame_cache_get() is a frame in state (USED, 0), or 0 when this
 *             CPU's cache and the buddy store are both empty.
 *             frame_cache_put() takes a frame in state (CACHED, 0).
 *             frame_caches_drain() gives the frames of every CPU's cache back
 *             to the buddy store; true if there were any.
 * Context     Thread or interrupt, not NMI; before other CPUs run as well.
 * Cost        One uncontended locked instruction; every 16th call also takes
 *             the zone's lock.  136 bytes a CPU.
 * See         mm/frame.h, its only public face; docs/02-memory.md
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

uint32_t frame_cache_get(void) must_check;
void frame_cache_put(uint32_t n);
bool frame_caches_drain(void);
uint64_t frame_caches_count(void);
