/*
 * arch/x86_64/paging.c - walking and changing the tables.
 *
 * Invariant   Every table frame lies in the direct map.  A table entry, once
 *             present, stays (tables are not freed one by one), so that a walk
 *             needs no lock: it sees an entry or none.
 *             A large page is never split: what may need single pages is mapped
 *             by single pages from the start.
 */
#include "arch/x86_64/paging.h"

#include "arch/x86_64/layout.h"
#include "arch/x86_64/regs.h"
#include "kernel/assert.h"
#include "kernel/config.h"
#include "kernel/errno.h"

#define ENTRY_PRESENT	(1UL << 0)
#define ENTRY_WRITE	(1UL << 1)
#define ENTRY_USER	(1UL << 2)
#define ENTRY_PWT	(1UL << 3)	/* alone: PAT 1, write-combining */
#define ENTRY_PCD	(1UL << 4)
#define ENTRY_LARGE	(1UL << 7)
#define ENTRY_GLOBAL	(1UL << 8)
#define ENTRY_NX	(1UL << 63)
#define ENTRY_ADDRESS	0x000ffffffffff000UL
#define UPPER_HALF	(1UL << 47)

static unsigned index_at(uintptr_t va, unsigned level)
{
	return va >> (12 + 9 * level) & 511;
}

static uint64_t *table_of(uint64_t entry)
{
	return phys_to_virt(entry & ENTRY_ADDRESS);
}

static uint64_t entry_bits(uintptr_t va, unsigned prot)
{
	uint64_t e = ENTRY_PRESENT;

	assert((prot & (PROT_W | PROT_X)) != (PROT_W | PROT_X));
	e |= prot & PROT_W ? ENTRY_WRITE : 0;
	e |= prot & PROT_X ? 0 : ENTRY_NX;
	e |= prot & PROT_DEVICE ? ENTRY_PCD | ENTRY_PWT : 0;
	e |= prot & PROT_COMBINE ? ENTRY_PWT : 0;
	e |= prot & PROT_USER ? ENTRY_USER : 0;
	e |= va & UPPER_HALF ? ENTRY_GLOBAL : 0;
	return e;
}

static unsigned prot_of(uint64_t e)
{
	unsigned prot = 0;

	prot |= e & ENTRY_WRITE ? PROT_W : 0;
	prot |= e & ENTRY_NX ? 0 : PROT_X;
	prot |= e & ENTRY_USER ? PROT_USER : 0;
	if (e & ENTRY_PCD)
		prot |= PROT_DEVICE;
	else if (e & ENTRY_PWT)
		prot |= PROT_COMBINE;
	return prot;
}

/*
 * The entry that maps va at level (0: a page, 1: a large page).  Missing tables
 * are made when from is given, else NULL is returned; so it is where a large
 * page already covers va.
 */
static uint64_t *entry_at(uint64_t root, uintptr_t va, unsigned level,
			  const struct frame_source *from)
{
	uint64_t *table = phys_to_virt(root);

	for (unsigned l = 3; l > level; l--) {
		uint64_t *e = &table[index_at(va, l)];

		if (!(*e & ENTRY_PRESENT)) {
			uint64_t pa = from ? from->alloc() : 0;

			if (!pa)
				return NULL;
			*e = pa | ENTRY_PRESENT | ENTRY_WRITE
			     | (va & UPPER_HALF ? 0 : ENTRY_USER);
		} else if (*e & ENTRY_LARGE) {
			return NULL;
		}
		table = table_of(*e);
	}
	return &table[index_at(va, level)];
}

/* The entry of whatever size that maps va, and that size. */
static uint64_t *entry_find(uint64_t root, uintptr_t va, uint64_t *size)
{
	uint64_t *table = phys_to_virt(root);

	for (unsigned l = 3;; l--) {
		uint64_t *e = &table[index_at(va, l)];

		if (!(*e & ENTRY_PRESENT))
			return NULL;
		if (l == 0 || (*e & ENTRY_LARGE)) {
			*size = 1UL << (12 + 9 * l);
			return e;
		}
		table = table_of(*e);
	}
}

int paging_map(uint64_t root, uintptr_t va, uint64_t pa, unsigned prot,
	       const struct frame_source *from)
{
	uint64_t size, *e;

	assert((va | pa) % PAGE_SIZE == 0);
	if (entry_find(root, va, &size))
		return -EEXIST;
	e = entry_at(root, va, 0, from);
	if (!e)
		return -ENOMEM;
	*e = pa | entry_bits(va, prot);
	return 0;
}

int paging_map_large(uint64_t root, uintptr_t va, uint64_t pa, unsigned prot,
		     const struct frame_source *from)
{
	uint64_t *e;

	assert((va | pa) % LARGE_PAGE == 0);
	e = entry_at(root, va, 1, from);
	if (!e)
		return -ENOMEM;
	if (*e & ENTRY_PRESENT)
		return -EEXIST;
	*e = pa | entry_bits(va, prot) | ENTRY_LARGE;
	return 0;
}

uint64_t paging_unmap(uint64_t root, uintptr_t va)
{
	uint64_t *e = entry_at(root, va, 0, NULL);
	uint64_t was;

	if (!e || !(*e & ENTRY_PRESENT))
		return 0;
	was = *e;
	*e = 0;
	return was & ENTRY_ADDRESS;
}

bool paging_protect(uint64_t root, uintptr_t va, unsigned prot)
{
	uint64_t *e = entry_at(root, va, 0, NULL);

	if (!e || !(*e & ENTRY_PRESENT))
		return false;
	*e = (*e & ENTRY_ADDRESS) | entry_bits(va, prot);
	return true;
}

bool paging_lookup(uint64_t root, uintptr_t va, uint64_t *pa, unsigned *prot)
{
	uint64_t size;
	uint64_t *e = entry_find(root, va, &size);

	if (!e)
		return false;
	*pa = (*e & ENTRY_ADDRESS & ~(size - 1)) | (va & (size - 1));
	*prot = prot_of(*e);
	return true;
}

bool paging_readable(uintptr_t va)
{
	uint64_t pa;
	unsigned prot;

	/* canonical, upper half: the lower is not the kernel's */
	if (va < DIRECT_MAP)
		return false;
	return paging_lookup(read_cr3() & ENTRY_ADDRESS, va, &pa, &prot)
	       && !(prot & PROT_DEVICE);
}

void paging_load(uint64_t root)
{
	write_cr3(root);
}

void tlb_flush_page(uintptr_t va)
{
	invlpg(va);
}

/* clearing PGE drops global entries; CR3 alone would keep them */
void tlb_flush_all(void)
{
	uint64_t cr4 = read_cr4();

	write_cr4(cr4 & ~CR4_PGE);
	write_cr4(cr4);
}
