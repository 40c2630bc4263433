/*
 * mm/tlb.c - TLB shootdown.
 *
 * Each CPU has one request (what to flush, how many have yet to answer) and one
 * inbox (a bit for each CPU that asks).  The initiator i, interrupts masked:
 *
 *	i                                   target t, in i's mask
 *	change the tables        [C]
 *	fill request[i], waiting = n
 *	set bit i in inbox[t]    [A] ----->  clear bit i
 *	interrupt t                          read request[i], flush
 *	until waiting == 0:      [B] <-----  waiting--
 *	    answer own inbox
 *	free the frames
 *
 * Invariant   Bit i in inbox[t] means: request[i] is valid, and t counts among
 *             its waiting.  t clears it before it reads the request and answers
 *             once for it; i does not touch request[i] or leave while waiting
 *             is not 0.  So a request is answered exactly once by each target,
 *             and i may reuse it (and free the frames) when it sees 0.
 *             Nobody is stuck: i is interrupted by nothing while it waits, but
 *             answers its own inbox in the loop, so two initiators that target
 *             each other both proceed; a target with interrupts enabled is
 *             interrupted; one that has them masked either waits here too, or
 *             will enable them, because our caller holds no lock that it could
 *             be waiting for.
 * Ordering    [A] request[i] and the changed tables -> t's flush, by the bit
 *             (arch/cpumask.c: set is a release, test an acquire).  What t
 *             walks after its flush is from the new tables.
 *             [B] t's flush -> i's freeing of the frames, by waiting.
 *             [C] the changed tables -> the mask: a full fence stands between
 *             i's stores to the tables and its read of the mask, and another in
 *             space_join() between setting the bit and flushing.  So either i
 *             sees t in the mask, or t's flush comes after i's change.
 * References  Black et al., Translation Lookaside Buffer Consistency: A
 *             Software Approach, ASPLOS 1989; Intel SDM vol. 3A, 4.10.5.
 */
#include "mm/tlb.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/paging.h"
#include "mm/space.h"

struct tlb_request {
	uintptr_t first, end;
	struct atomic32 waiting;	/* targets that have yet to answer */
};

static PERCPU(struct tlb_request, requests);
static PERCPU(struct cpumask, inbox);
static PERCPU(uint64_t, shootdowns);

static void flush_here(uintptr_t first, uintptr_t end)
{
	if (end - first > TLB_PAGES_MAX * PAGE_SIZE) {
		tlb_flush_all();
		return;
	}
	for (uintptr_t va = first; va < end; va += PAGE_SIZE)
		tlb_flush_page(va);
}

/* Interrupts masked. */
static void answer_masked(void)
{
	struct cpumask *mine = this_cpu_ptr(&inbox);

	cpumask_for_each(cpu, mine) {			/* [A] */
		struct tlb_request *r = per_cpu_ptr(&requests, cpu);

		cpumask_clear(mine, cpu);
		flush_here(r->first, r->end);
		fetch_add_release(&r->waiting, -1u);	/* [B] */
	}
}

void tlb_answer(void)
{
	uint64_t was = irq_save();

	answer_masked();
	irq_restore(was);
}

/* The CPUs of the space but this one, and how many they are. */
static unsigned choose_targets(const struct address_space *s,
			       struct cpumask *targets)
{
	fence_seq_cst();	/* [C] pairs with the fence in space_join() */
	cpumask_copy(targets, &s->cpus);
	cpumask_clear(targets, cpu_id());
	return cpumask_count(targets);
}

/* Interrupts masked. */
static void ask_others(struct address_space *s, uintptr_t first, uintptr_t end)
{
	struct tlb_request *r = this_cpu_ptr(&requests);
	unsigned self = cpu_id();
	struct cpumask targets;
	unsigned n = choose_targets(s, &targets);

	if (!n)
		return;
	r->first = first;
	r->end = end;
	/* relaxed: [A] below publishes it */
	store_relaxed(&r->waiting, n);
	cpumask_for_each(cpu, &targets)
		cpumask_set(per_cpu_ptr(&inbox, cpu), self);	/* [A] */
	ipi_send_mask(&targets, IRQ_TLB);
	while (load_acquire(&r->waiting)) {		/* [B] */
		answer_masked();
		cpu_relax();
	}
	this_cpu_add(shootdowns, 1);
}

void tlb_batch_add(struct tlb_batch *b, uintptr_t va, uint64_t pa)
{
	b->first = va < b->first ? va : b->first;
	b->end = va + PAGE_SIZE > b->end ? va + PAGE_SIZE : b->end;
	if (pa)
		frame_list_push(&b->frames, pa);
}

void tlb_batch_finish(struct tlb_batch *b)
{
	uint64_t was;

	if (b->first < b->end) {
		was = irq_save();
		flush_here(b->first, b->end);
		ask_others(b->space, b->first, b->end);
		irq_restore(was);
	}
	frame_list_free(&b->frames);
	*b = TLB_BATCH(b->space);
}

uint64_t tlb_shootdowns(void)
{
	uint64_t sum = 0;

	cpumask_for_each(cpu, &cpus_possible)
		sum += *per_cpu_ptr(&shootdowns, cpu);
	return sum;
}
