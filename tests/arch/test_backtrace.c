/*
 * tests/arch/test_backtrace.c - the exact chain, across traps and IST stacks.
 *
 * Three planted functions call each other; what the innermost does differs.
 * The names that the walk must give are written down here, one by one.
 */
#include "arch/cpu.h"
#include "arch/x86_64/backtrace.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/trap.h"
#include "kernel/string.h"
#include "kernel/symbols.h"
#include "kernel/test.h"
#include "sched/call_function.h"

#define DEPTH	32

static uint64_t pcs[DEPTH];
static unsigned depth;
static bool wanted;

static never_inline void planted_inner(void (*act)(void))
{
	act();
	compiler_barrier();
}

static never_inline void planted_middle(void (*act)(void))
{
	planted_inner(act);
	compiler_barrier();
}

static never_inline void planted_outer(void (*act)(void))
{
	planted_middle(act);
	compiler_barrier();
}

static never_inline void act_here(void)
{
	depth = backtrace_here(pcs, DEPTH);
	compiler_barrier();
}

static bool on_breakpoint(struct trap_frame *frame)
{
	depth = backtrace_here(pcs, DEPTH);
	return frame->vector == TRAP_BREAKPOINT;
}

static never_inline void act_breakpoint(void)
{
	trap_handler was = trap_register(TRAP_BREAKPOINT, on_breakpoint);

	__asm__ volatile("int3" ::: "memory");
	trap_register(TRAP_BREAKPOINT, was);
}

static bool on_nmi(struct trap_frame *frame)
{
	bool mine = wanted;

	if (mine)
		depth = backtrace(frame->rip, frame->rbp, pcs, DEPTH);
	wanted = false;
	return mine;
}

static never_inline void act_nmi(void)
{
	static bool registered;
	uint64_t was = irq_save();

	if (!registered)
		nmi_register(on_nmi);
	registered = true;
	wanted = true;
	ipi_nmi(cpu_id());
	while (wanted) {	/* ended by on_nmi() */
		cpu_relax();
		compiler_barrier();
	}
	irq_restore(was);
}

/* A return address may lie behind the last byte of a function: look before. */
static const char *name_of(unsigned i)
{
	uint64_t offset;
	const char *name = symbol_find(pcs[i] - (i > 0), &offset);

	return name ? name : "?";
}

/* Up to a dot: behind it stand a compiler's clone or NASM's local label. */
static bool is_named(unsigned i, const char *expected)
{
	const char *name = name_of(i);
	size_t n = strlen(expected);

	return !strncmp(name, expected, n) && (!name[n] || name[n] == '.');
}

static void check_chain(struct test *t, unsigned from,
			const char *const *expected)
{
	for (unsigned i = 0; expected[i]; i++)
		if (!check(t, from + i < depth)
		    || !check(t, is_named(from + i, expected[i])))
			test_note(t, "#%u is %s, not %s", from + i,
				  name_of(from + i), expected[i]);
}

static bool symbols_there(struct test *t)
{
	uint64_t offset;

	if (symbol_find((uint64_t)planted_outer, &offset))
		return true;
	test_skip(t, "the loader gave no symbols");
	return false;
}

TEST("arch/backtrace", test_backtrace_names_each_caller)
{
	static const char *const chain[] = {
		"act_here", "planted_inner", "planted_middle", "planted_outer",
		"test_backtrace_names_each_caller", NULL
	};

	if (!symbols_there(t))
		return;
	planted_outer(act_here);
	check_chain(t, 0, chain);
}

TEST("arch/backtrace", test_backtrace_crosses_a_trap)
{
	static const char *const chain[] = {
		"on_breakpoint", "trap_dispatch", "trap_common",
		"act_breakpoint", "planted_inner", "planted_middle",
		"planted_outer", "test_backtrace_crosses_a_trap", NULL
	};

	if (!symbols_there(t))
		return;
	planted_outer(act_breakpoint);
	check_chain(t, 0, chain);
}

TEST("arch/backtrace", test_backtrace_leaves_the_nmi_stack)
{
	static const char *const chain[] = {
		"act_nmi", "planted_inner", "planted_middle", "planted_outer",
		"test_backtrace_leaves_the_nmi_stack", NULL
	};
	unsigned from = 0;

	if (!symbols_there(t))
		return;
	planted_outer(act_nmi);
	/* it may strike while the request is still on its way out */
	while (from < depth && !is_named(from, "act_nmi"))
		from++;
	check_chain(t, from, chain);
}

TEST("arch/backtrace", test_backtrace_survives_a_broken_chain)
{
	uint64_t loop[2] = { (uint64_t)loop, 1 };
	uint64_t wild[2] = { 0x1234567, 2 };

	check(t, backtrace(7, (uint64_t)loop, pcs, DEPTH) == DEPTH);
	check(t, backtrace(7, (uint64_t)wild, pcs, DEPTH) == 2);
	check(t, backtrace(7, 0xdead000000000008UL, pcs, DEPTH) == 1);
	check(t, backtrace(7, 0, pcs, DEPTH) == 1 && pcs[0] == 7);
	check(t, backtrace(7, (uint64_t)loop, pcs, 0) == 0);
}

static struct atomic32 misaligned;

/* The ABI has every frame record at a multiple of 16. */
static void count_misaligned(void *arg __attribute__((unused)))
{
	const uint64_t *record = __builtin_frame_address(0);

	for (unsigned i = 0; i < DEPTH && record; i++) {
		if ((uintptr_t)record % 16)
			/* relaxed: call_function() orders it */
			fetch_add_relaxed(&misaligned, 1);
		/* { caller's record, return address }; 0: nobody called */
		record = record[1] ? (const uint64_t *)record[0] : NULL;
	}
}

TEST("arch/backtrace", test_stacks_are_aligned_on_every_cpu)
{
	/* relaxed: nobody else runs count_misaligned() */
	store_relaxed(&misaligned, 0);
	count_misaligned(NULL);
	check(t, !call_function(&cpus_online, count_misaligned, NULL, true));
	check(t, !load_relaxed(&misaligned));	/* relaxed: they have answered */
}
