/*
 * tests/mm/test_tlb.c - translations that are gone are gone on every CPU.
 *
 * Map A, read it on all CPUs, so that each has the translation, map B in its
 * place, and read again on all: whoever still sees A kept a stale translation.
 * (tests/hosted/test_tlb_threads.c looks at the frames' freeing.)
 */
#include "arch/cpu.h"
#include "arch/phys.h"
#include "mm/frame.h"
#include "mm/space.h"
#include "mm/tlb.h"
#include "mm/vmap.h"
#include "kernel/test.h"
#include "tests/crew.h"

#define PAGES_MAX	100	/* beyond TLB_PAGES_MAX: a full flush */
#define ROUNDS		40

static uintptr_t window;
static uint64_t frames[2][PAGES_MAX];	/* A and B */
static unsigned pages;
static struct atomic32 step, arrived, stale, errors;

static uint64_t read_at(unsigned page)
{
	uint64_t *word = (uint64_t *)(window + page * PAGE_SIZE);
	uint64_t v;

	/* the compiler must not know what it read last time */
	__asm__ volatile("" : "+r"(word));
	v = *word;
	__asm__ volatile("" : : : "memory");
	return v;
}

static void read_all(unsigned which)
{
	for (unsigned i = 0; i < pages; i++)
		if (read_at(i) != which + 1)
			fetch_add_relaxed(&stale, 1); /* relaxed: a count */
}

/* Everybody has come here; member 0 goes on and the rest when it says so. */
static void arrive_and_wait(unsigned member, uint32_t next)
{
	if (member == 0) {
		while (load_acquire(&arrived) != crew_size() - 1)
			cpu_relax();
		store_release(&arrived, 0);
		return;
	}
	fetch_add_acq_rel(&arrived, 1);
	while (load_acquire(&step) < next)
		cpu_relax();
}

static void remap(unsigned to)
{
	space_unmap(&kernel_space, window, pages);
	for (unsigned i = 0; i < pages; i++)
		if (space_map(&kernel_space, window + i * PAGE_SIZE,
			      frames[to][i], 1, PROT_W))
			fetch_add_relaxed(&errors, 1); /* relaxed: a count */
}

/* Interrupts enabled in even rounds, masked in odd ones. */
static void remap_in_round(unsigned round, unsigned to)
{
	uint64_t was;

	if (round % 2 == 0) {
		remap(to);
		return;
	}
	was = irq_save();
	remap(to);
	irq_restore(was);
}

static void play_remap(unsigned member)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		read_all(round % 2);
		arrive_and_wait(member, round + 1);
		if (member == 0) {
			remap_in_round(round / 2, (round + 1) % 2);
			store_release(&step, round + 1);
		}
	}
	read_all(ROUNDS % 2);
}

static bool prepare(struct test *t, unsigned n)
{
	pages = n;
	window = vmap_reserve(n);
	store_relaxed(&step, 0);	/* relaxed: before the crew starts */
	store_relaxed(&arrived, 0);	/* relaxed: as above */
	store_relaxed(&stale, 0);	/* relaxed: as above */
	store_relaxed(&errors, 0);	/* relaxed: as above */
	for (unsigned i = 0; i < 2 * n; i++) {
		uint64_t pa = frame_alloc(0);

		if (!check(t, pa))
			return false;
		frames[i % 2][i / 2] = pa;
		*(uint64_t *)phys_to_virt(pa) = i % 2 + 1;
	}
	remap(0);
	return check(t, window);
}

static void finish(struct test *t)
{
	check(t, load_relaxed(&stale) == 0);	/* relaxed: crew has joined */
	check(t, load_relaxed(&errors) == 0);	/* relaxed: as above */
	space_unmap(&kernel_space, window, pages);
	vmap_release(window);
	for (unsigned i = 0; i < 2 * pages; i++)
		frame_free(frames[i % 2][i / 2], 0);
}

static void remap_under_all(struct test *t, unsigned n)
{
	uint64_t asked = tlb_shootdowns();

	if (!prepare(t, n))
		return;
	crew_run(crew_size(), play_remap);
	finish(t);
	check(t, crew_size() == 1 || tlb_shootdowns() >= asked + ROUNDS);
}

TEST("mm/tlb", test_remapped_page_is_new_on_every_cpu)
{
	remap_under_all(t, 1);
}

TEST("mm/tlb", test_remapped_range_is_new_on_every_cpu)
{
	remap_under_all(t, TLB_PAGES_MAX);
}

TEST("mm/tlb", test_remapped_area_is_new_on_every_cpu)
{
	remap_under_all(t, PAGES_MAX);
}

/* A protection that was narrowed holds; reading goes on. */
TEST("mm/tlb", test_protection_changes_are_seen)
{
	uint64_t pa, asked;
	unsigned prot;

	if (!prepare(t, 2))
		return;
	asked = tlb_shootdowns();
	check(t, space_protect(&kernel_space, window, 2, 0) == 0);
	check(t, crew_size() == 1 || tlb_shootdowns() > asked);
	check(t, paging_lookup(kernel_space.root, window, &pa, &prot));
	check(t, prot == 0);
	read_all(0);
	check(t, space_protect(&kernel_space, window, 3, PROT_W) < 0);
	check(t, paging_lookup(kernel_space.root, window, &pa, &prot));
	check(t, prot == PROT_W);
	finish(t);
}

/* All at once, each its own pages, all with interrupts masked. */
static void play_initiators(unsigned member)
{
	(void)member;
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t was = irq_save();
		uint64_t *p = vmap_alloc(1 + i % 3);

		if (p) {
			*p = i;
			vmap_free(p);
		} else {
			fetch_add_relaxed(&errors, 1); /* relaxed: a count */
		}
		irq_restore(was);
	}
}

TEST("mm/tlb", test_all_cpus_may_shoot_at_once_interrupts_masked)
{
	store_relaxed(&errors, 0);	/* relaxed: before the crew starts */
	crew_run(crew_size(), play_initiators);
	check(t, load_relaxed(&errors) == 0);	/* relaxed: crew has joined */
}
