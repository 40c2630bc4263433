/*
 * tests/sched/test_clock_keeper.c - the ACPI timer through a long sleep.
 *
 * Six seconds: longer than the 4.7 s after which its 24 bits wrap.  Only where
 * it is the clock (clock=acpi, see tests/host/test_boots.py); the TSC, which
 * does not wrap, is the witness.
 */
#include "sched/clock_keeper.h"

#include "arch/clock.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/regs.h"
#include "kernel/test.h"
#include "sched/thread.h"

#define SECOND	1000000000ULL

TEST("sched/clock_keeper", test_clock_survives_a_sleep_past_its_wrap)
{
	uint64_t from, tsc, slept, witness;

	if (!clock_wrap_ns()) {
		test_skip(t, "the clock is the TSC");
		return;
	}
	from = clock_ns();
	tsc = rdtsc();
	thread_sleep(from + 6 * SECOND);
	slept = clock_ns() - from;
	witness = (rdtsc() - tsc) / (clock_tsc_hz() / 1000) * 1000000;
	check(t, slept >= 6 * SECOND);
	/* far apart enough for any emulator, near enough to see one wrap */
	if (!check(t, slept + SECOND > witness && witness + SECOND > slept))
		test_note(t, "clock %lu ms, TSC %lu ms", slept / 1000000,
			  witness / 1000000);
}
