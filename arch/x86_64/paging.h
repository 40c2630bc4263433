/*
 * arch/x86_64/paging.h - page tables, four levels.
 *
 * Guarantees  No page is ever writable and executable; a request for both is
 *             an assertion.  Table frames come from the caller's source and are
 *             given back only with a whole root.  Lookups never fault.
 * Context     The caller serialises changes to one root and flushes: nothing
 *             here touches a TLB but tlb_flush_*(), which act on this CPU.
 *             paging_lookup() may be used anywhere, NMI included.
 * Cost        Four dependent loads a page.
 * See         mm/space.h for the locks and the shootdown; SDM vol. 3A, 4.5
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

/* protections; reading is always allowed */
#define PROT_W		1u
#define PROT_X		2u
#define PROT_DEVICE	4u	/* uncached */
#define PROT_USER	8u
#define PROT_COMBINE	16u	/* write-combining: a framebuffer */

#define LARGE_PAGE	(2UL << 20)

/* Where zeroed 4 KB frames for tables come from; 0: none left. */
struct frame_source {
	uint64_t (*alloc)(void);
	void (*free)(uint64_t pa);
};

struct boot_info;

/*
 * Build the kernel's own tables (direct map of all RAM and ACPI ranges, the
 * image by its sections, nothing else) and load them.  Boot CPU, once.
 */
bool paging_init(const struct boot_info *boot, const struct frame_source *from)
	must_check;

/* The root that paging_init() built; every CPU loads it. */
uint64_t paging_kernel_root(void);
void paging_load(uint64_t root);

/* One page.  0, -ENOMEM, or -EEXIST when va is mapped already. */
int paging_map(uint64_t root, uintptr_t va, uint64_t pa, unsigned prot,
	       const struct frame_source *from) must_check;
int paging_map_large(uint64_t root, uintptr_t va, uint64_t pa, unsigned prot,
		     const struct frame_source *from) must_check;

/* The address it had; 0 when it was not mapped. */
uint64_t paging_unmap(uint64_t root, uintptr_t va);
bool paging_protect(uint64_t root, uintptr_t va, unsigned prot) must_check;
bool paging_lookup(uint64_t root, uintptr_t va, uint64_t *pa, unsigned *prot);

/* Add [pa, pa + size) to the direct map, cached, where it is not yet. */
bool paging_map_direct(uint64_t pa, uint64_t size,
		       const struct frame_source *from) must_check;

/* An address that the kernel may read now, without a fault. */
bool paging_readable(uintptr_t va);

void tlb_flush_page(uintptr_t va);
void tlb_flush_all(void);	/* global entries too */
