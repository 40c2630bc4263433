/*
 * tests/worlds/watched/world/watch.h - everything is watched.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define watch_on()		true
#define watch_irqs_were_on(was)	((void)(was), true)
#define watch_turn()		true
#define watch_first_turn()	((void)0)
#define watch_listen(on)	((void)(on))

/* frames as in the kernel: the flags are the same */
#define watch_callers_site() \
	((uint32_t)(*(uintptr_t **)__builtin_frame_address(0))[1])

uintptr_t watch_static_key(const void *object);
unsigned watch_backtrace(uint64_t *pcs, unsigned max);
