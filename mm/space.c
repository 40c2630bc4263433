/*
 * mm/space.c - changing page tables, and telling the CPUs.
 *
 * Invariant   The tables of a space are changed under its lock.  The lock is
 *             never held while we wait for other CPUs (mm/tlb.h): they may wait
 *             for it with interrupts masked.  What was unmapped is out of reach
 *             of everybody when its frames are freed, because the batch frees
 *             them; and its addresses are reused only after we returned.
 * Ordering    [C] the changed tables -> the mask: see mm/tlb.c.
 * References  Intel SDM vol. 3A, 4.10.4.3: an entry that becomes present needs
 *             no flush.
 */
#include "mm/space.h"

#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "kernel/assert.h"
#include "kernel/config.h"
#include "kernel/errno.h"
#include "mm/frame.h"
#include "mm/tlb.h"

struct address_space kernel_space;

static void table_free(uint64_t pa)
{
	frame_free(pa, 0);
}

const struct frame_source frame_tables = { frame_alloc_zeroed, table_free };

void space_init(void)
{
	kernel_space.root = paging_kernel_root();
	irq_register(IRQ_TLB, "tlb", tlb_answer);
	space_join(&kernel_space);
}

void space_join(struct address_space *s)
{
	cpumask_set(&s->cpus, cpu_id());
	fence_seq_cst();	/* [C] pairs with choose_targets()'s fence */
	tlb_flush_all();
}

/* Unmap, and free the frames if they are ours to free. */
static void remove(struct address_space *s, uintptr_t va, size_t pages,
		   bool free)
{
	struct tlb_batch batch = TLB_BATCH(s);
	uint64_t was = spin_lock_irqsave(&s->lock);

	for (size_t i = 0; i < pages; i++) {
		uint64_t pa = paging_unmap(s->root, va + i * PAGE_SIZE);

		if (pa)
			tlb_batch_add(&batch, va + i * PAGE_SIZE,
				      free ? pa : 0);
	}
	spin_unlock_irqrestore(&s->lock, was);
	tlb_batch_finish(&batch);
}

void space_unmap(struct address_space *s, uintptr_t va, size_t pages)
{
	remove(s, va, pages, false);
}

void space_free(struct address_space *s, uintptr_t va, size_t pages)
{
	remove(s, va, pages, true);
}

static int map_page(struct address_space *s, uintptr_t va, uint64_t pa,
		    unsigned prot)
{
	uint64_t was = spin_lock_irqsave(&s->lock);
	int error = paging_map(s->root, va, pa, prot, &frame_tables);

	spin_unlock_irqrestore(&s->lock, was);
	return error;
}

int space_map(struct address_space *s, uintptr_t va, uint64_t pa, size_t pages,
	      unsigned prot)
{
	for (size_t i = 0; i < pages; i++) {
		int error = map_page(s, va + i * PAGE_SIZE, pa + i * PAGE_SIZE,
				     prot);

		if (error) {
			space_unmap(s, va, i);
			return error;
		}
	}
	return 0;
}

/* One new frame at va. */
static int alloc_page(struct address_space *s, uintptr_t va, unsigned prot)
{
	uint64_t pa = frame_alloc(0);
	int error;

	if (!pa)
		return -ENOMEM;
	error = map_page(s, va, pa, prot);
	if (error)
		frame_free(pa, 0);
	return error;
}

int space_alloc(struct address_space *s, uintptr_t va, size_t pages,
		unsigned prot)
{
	for (size_t i = 0; i < pages; i++) {
		int error = alloc_page(s, va + i * PAGE_SIZE, prot);

		if (error) {
			space_free(s, va, i);
			return error;
		}
	}
	return 0;
}

int space_protect(struct address_space *s, uintptr_t va, size_t pages,
		  unsigned prot)
{
	struct tlb_batch batch = TLB_BATCH(s);
	uint64_t was = spin_lock_irqsave(&s->lock);
	int error = 0;

	for (size_t i = 0; i < pages; i++) {
		uintptr_t page = va + i * PAGE_SIZE;

		if (paging_protect(s->root, page, prot))
			tlb_batch_add(&batch, page, 0);
		else
			error = -ENOENT;
	}
	spin_unlock_irqrestore(&s->lock, was);
	tlb_batch_finish(&batch);
	return error;
}
