/*
 * arch/x86_64/shot.c - the local APIC's timer, by count or by TSC deadline.
 *
 * Invariant   by_deadline is the same on every CPU and set before the first
 *             shot (tests put back what they change).
 */
#include "arch/x86_64/shot.h"

#include "arch/clock.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/regs.h"

#define TIMER_BY_COUNT		0
#define TIMER_BY_DEADLINE	(2U << 17)
#define NS			1000000000UL
#define LONGEST_NS		(10 * NS)

static bool by_deadline;

void shot_init_cpu(void)
{
	by_deadline = cpuid(1, 0).c & (1U << 24);
	lapic_io()->write(LAPIC_TIMER_DIV, 3);		/* by 16 */
	lapic_io()->write(LAPIC_LVT_TIMER, IRQ_TIMER
			  | (by_deadline ? TIMER_BY_DEADLINE : TIMER_BY_COUNT));
}

bool shot_use_deadline(bool deadline)
{
	bool was = by_deadline;

	by_deadline = deadline;
	return was;
}

void shot_arm(uint64_t deadline_ns)
{
	uint64_t now, wait, count;

	now = clock_ns();
	wait = deadline_ns > now ? deadline_ns - now : 0;
	if (wait > LONGEST_NS)
		wait = LONGEST_NS;
	if (by_deadline) {
		/* this CPU's own counter, whatever clock_ns() reads */
		lapic_io()->deadline(rdtsc() + clock_ns_to_ticks(wait));
		return;
	}
	count = wait * clock_lapic_hz() / NS + 1;
	lapic_io()->write(LAPIC_TIMER_INIT,
			  count > UINT32_MAX ? UINT32_MAX : count);
}

void shot_cancel(void)
{
	if (by_deadline)
		lapic_io()->deadline(0);
	else
		lapic_io()->write(LAPIC_TIMER_INIT, 0);
}
