/*
 * arch/x86_64/watch.c - what the watch seam knows of this machine.
 *
 * Invariant   watch_listens changes once, at boot, while one CPU runs.
 */
#include "world/watch.h"

#include "arch/x86_64/backtrace.h"
#include "arch/x86_64/layout.h"
#include "kernel/config.h"

struct atomic32 watch_listens;
PERCPU(uint32_t, watch_turns);

void watch_listen(bool on)
{
	store_relaxed(&watch_listens, on);	/* relaxed: one CPU runs */
}

static bool between(uintptr_t at, const char *start, const char *end)
{
	return at >= (uintptr_t)start && at < (uintptr_t)end;
}

/* The boot CPU's area is the section itself, so it is among the image's. */
uintptr_t watch_static_key(const void *object)
{
	uintptr_t at = (uintptr_t)object;

	if (between(at, kernel_data_start, kernel_data_end))
		return at;
	cpumask_for_each(cpu, &cpus_possible) {
		uintptr_t original = at - percpu_offset[cpu];

		if (between(original, percpu_start, percpu_end))
			return original;
	}
	return 0;
}

unsigned watch_backtrace(uint64_t *pcs, unsigned max)
{
	return backtrace_here(pcs, max);
}
