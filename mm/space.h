/*
 * mm/space.h - an address space: page tables, who uses them, and their lock.
 *
 * Guarantees  space_alloc() maps new frames at pages of va that are unmapped,
 *             all of them or, when memory is short, none (-ENOMEM); space_map()
 *             the same for given addresses.  space_unmap(), space_free() and
 *             space_protect() return when no CPU in the space's mask has an old
 *             translation left; space_free() then frees the frames that were
 *             mapped.  No page is ever both writable and executable.
 * Context     Thread or interrupt, not NMI; those that remove or narrow are
 *             bound by mm/tlb.h's rule about locks.
 *             space_init() after paging_init(), boot CPU.  space_join() by each
 *             other CPU, when it answers interrupts or soon will.
 * Cost        The tables' walk a page, one lock; see mm/tlb.h.
 * Limits      4 KB pages.  Tables are not given back.  Two callers that change
 *             the same page at once get one or the other result.
 * See         arch/x86_64/paging.h, mm/tlb.h, docs/02-memory.md
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/cpumask.h"
#include "arch/x86_64/paging.h"
#include "kernel/compiler.h"
#include "sync/spinlock.h"

struct address_space {
	uint64_t root;		/* fixed: the top table's physical address */
	struct cpumask cpus;	/* that may hold translations of it */
	struct spinlock lock;	/* serialises changes to the tables */
};

extern struct address_space kernel_space;

/* Zeroed frames for page tables. */
extern const struct frame_source frame_tables;

void space_init(void);
void space_join(struct address_space *s);

int space_map(struct address_space *s, uintptr_t va, uint64_t pa, size_t pages,
	      unsigned prot) must_check;
int space_alloc(struct address_space *s, uintptr_t va, size_t pages,
		unsigned prot) must_check;
void space_unmap(struct address_space *s, uintptr_t va, size_t pages);
void space_free(struct address_space *s, uintptr_t va, size_t pages);

/* -ENOENT: some page of it is not mapped; the others are changed. */
int space_protect(struct address_space *s, uintptr_t va, size_t pages,
		  unsigned prot) must_check;
