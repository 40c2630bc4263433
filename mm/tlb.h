/*
 * mm/tlb.h - no CPU keeps a translation that the tables no longer hold.
 *
 * Guarantees  When tlb_batch_finish() returns, no CPU of the space's mask can
 *             use a translation that was removed or narrowed before the call;
 *             only then are the batch's frames freed.
 *             A CPU that is waiting here answers others, so any number of CPUs
 *             may do this at once, interrupts enabled or masked.
 * Context     Thread or interrupt, not NMI.  Holding no lock that another CPU
 *             may wait for with interrupts masked: it could not answer.
 *             After the tables were changed and their lock was released.
 * Cost        One IPI and one cache line there and back for each other CPU in
 *             the mask, and the wait for the slowest; one invlpg a page up to
 *             TLB_PAGES_MAX, else a full flush.
 * Limits      Idle CPUs are woken to answer.  A CPU that masks interrupts for
 *             long delays every change of an address space.
 * See         mm/tlb.c for the protocol; docs/02-memory.md
 */
#pragma once

#include <stdint.h>

#include "mm/frame_map.h"

#define TLB_PAGES_MAX	32

struct address_space;

/* What was changed, and what to free once nobody can reach it. */
struct tlb_batch {
	struct address_space *space;
	uintptr_t first, end;	/* the pages that changed lie in [first, end) */
	struct frame_list frames;
};

#define TLB_BATCH(space_) \
	((struct tlb_batch){ .space = (space_), .first = UINTPTR_MAX })

/* The page at va changed; pa is to be freed later, 0: nothing is. */
void tlb_batch_add(struct tlb_batch *b, uintptr_t va, uint64_t pa);
void tlb_batch_finish(struct tlb_batch *b);

/* Answer other CPUs' requests: the handler of the interrupt IRQ_TLB. */
void tlb_answer(void);

/* How often a CPU had to ask others, since boot. */
uint64_t tlb_shootdowns(void);
