/*
 * tests/mm/test_stack.c - mm/stack.h's Guarantees but the panics.
 */
#include "mm/frame.h"
#include "mm/layout.h"
#include "mm/space.h"
#include "mm/stack.h"
#include "mm/tlb.h"
#include "kernel/test.h"

#define STACKS	40

static void *tops[STACKS];

static bool is_mapped(uintptr_t va)
{
	uint64_t pa;
	unsigned prot;

	return paging_lookup(kernel_space.root, va, &pa, &prot);
}

TEST("mm/stack", test_stack_lies_above_a_guard_page)
{
	for (unsigned i = 0; i < STACKS; i++) {
		uintptr_t bottom;

		tops[i] = stack_alloc();
		if (!check(t, tops[i]))
			return;
		bottom = (uintptr_t)tops[i] - STACK_SIZE;
		check(t, bottom % PAGE_SIZE == 0);
		check(t, is_mapped(bottom));
		check(t, is_mapped((uintptr_t)tops[i] - 1));
		check(t, !is_mapped(bottom - 1));
		check(t, !is_mapped(bottom - PAGE_SIZE));
		check(t, stack_is_guard(bottom - 1));
		check(t, stack_is_guard(bottom - PAGE_SIZE));
		check(t, !stack_is_guard(bottom));
		check(t, stack_of(bottom - PAGE_SIZE) == tops[i]);
		check(t, stack_of((uintptr_t)tops[i] - 1) == tops[i]);
		for (unsigned k = 0; k < i; k++)
			check(t, tops[k] != tops[i]);
	}
	for (unsigned i = 0; i < STACKS; i++)
		stack_free(tops[i]);
	check(t, !stack_is_guard(STACKS_START - 1));
	check(t, !stack_is_guard(STACKS_END));
	check(t, stack_of(STACKS_END) == NULL);
	stack_free(NULL);
}

TEST("mm/stack", test_stack_create_and_exit_asks_no_other_cpu)
{
	void *top = stack_alloc();
	uint64_t asked;

	if (!check(t, top))
		return;
	stack_free(top);
	asked = tlb_shootdowns();
	for (unsigned i = 0; i < 100; i++) {
		top = stack_alloc();
		if (check(t, top))
			stack_free(top);
	}
	/* a few, should the test have moved to another CPU meanwhile */
	check(t, tlb_shootdowns() - asked < 10);
}

TEST("mm/stack", test_stack_freed_is_unmapped)
{
	uint64_t before = stack_count();
	unsigned unmapped = 0;

	for (unsigned i = 0; i < STACKS; i++)
		tops[i] = stack_alloc();
	for (unsigned i = 0; i < STACKS; i++)
		stack_free(tops[i]);
	for (unsigned i = 0; i < STACKS; i++)
		unmapped += tops[i] && !is_mapped((uintptr_t)tops[i] - 1);
	check(t, unmapped >= STACKS / 2);
	check(t, stack_count() <= before + STACKS / 2);
}
