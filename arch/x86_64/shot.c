/*
 * arch/x86_64/shot.c - the local APIC's timer, by count or by TSC deadline.
 *
 * Invariant   by_deadline is set before the CPU's first shot, and says which of
 *             its modes the timer is in (tests put back what they change).
 */
#include "arch/x86_64/shot.h"

#include "arch/clock.h"
#include "arch/percpu.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/regs.h"

#define TIMER_BY_COUNT		0
#define TIMER_BY_DEADLINE	(2U << 17)
#define NS			1000000000UL
#define LONGEST_NS		(10 * NS)

static PERCPU(uint32_t, by_deadline);	/* a bool */

void shot_init_cpu(void)
{
	bool has_deadline = cpuid(1, 0).c & (1U << 24);

	this_cpu_write(by_deadline, has_deadline);
	lapic_io()->write(LAPIC_TIMER_DIV, 3);		/* by 16 */
	lapic_io()->write(LAPIC_LVT_TIMER, IRQ_TIMER
			  | (has_deadline ? TIMER_BY_DEADLINE
					  : TIMER_BY_COUNT));
}

bool shot_use_deadline(bool deadline)
{
	bool was = this_cpu_read(by_deadline);

	this_cpu_write(by_deadline, deadline);
	return was;
}

void shot_arm(uint64_t deadline_ns)
{
	uint64_t now, wait, count;

	now = clock_ns();
	wait = deadline_ns > now ? deadline_ns - now : 0;
	if (wait > LONGEST_NS)
		wait = LONGEST_NS;
	if (this_cpu_read(by_deadline)) {
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
	if (this_cpu_read(by_deadline))
		lapic_io()->deadline(0);
	else
		lapic_io()->write(LAPIC_TIMER_INIT, 0);
}
