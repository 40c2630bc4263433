/*
 * tests/arch/test_trap.c - every exception, by its cause where there is one.
 *
 * A raiser executes the instruction that faults with the address to resume at
 * in r11; the handler below notes what arrived and resumes there.  What this
 * machine cannot be made to raise in ring 0 (#TS, #AC, #BR, #VE, ...) enters
 * its stub through a frame that we build ourselves; so does #XM, which QEMU's
 * TCG never raises (its SSE does not know unmasked exceptions).
 */
#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/trap.h"
#include "kernel/string.h"
#include "kernel/test.h"

#define CR0_TS		(1UL << 3)
#define NOWHERE		0x8000000000000000UL	/* not canonical */

static struct {
	unsigned vector;
	uint64_t error;
	uint64_t cr2;
	uint64_t rsp;
	unsigned times;
} seen;

static bool note(struct trap_frame *frame)
{
	seen.vector = frame->vector;
	seen.error = frame->error;
	seen.cr2 = read_cr2();
	seen.times++;
	if (frame->vector == TRAP_DOUBLE_FAULT)
		frame->rsp = frame->r10;
	if (frame->vector == TRAP_NO_FPU)
		__asm__ volatile("clts");
	frame->rflags &= ~(1UL << 8);	/* TF */
	frame->rip = frame->r11;
	return true;
}

/* Runs the instruction(s) with r11 = where to go on afterwards. */
#define raise(insns, ...) \
	__asm__ volatile("leaq 1f(%%rip), %%r11\n\t" insns "\n1:" \
			 :: __VA_ARGS__ \
			 : "rax", "rcx", "rdx", "r10", "r11", "memory", "cc")

static void raise_divide(void)
{
	raise("xorl %%eax, %%eax; xorl %%edx, %%edx; divl %%eax", "i"(0));
}

static void raise_debug(void)
{
	raise("pushfq; orl $0x100, (%%rsp); popfq; nop", "i"(0));
}

static void raise_breakpoint(void)
{
	raise("int3", "i"(0));
}

static void raise_overflow(void)
{
	raise("int $4", "i"(0));
}

static void raise_invalid(void)
{
	raise("ud2", "i"(0));
}

static void raise_no_fpu(void)
{
	write_cr0(read_cr0() | CR0_TS);
	raise("fnop", "i"(0));
}

/* A push where nothing is mapped cannot push its own #PF frame either. */
static void raise_double_fault(void)
{
	raise("movq %%rsp, %%r10; movq $0x1000, %%rsp; pushq $0", "i"(0));
}

/* What loads the selector of a segment that is not there, from a copied GDT. */
static void with_absent_segment(void (*load)(void))
{
	struct {
		uint16_t limit;
		uint64_t base;
	} packed was, ours;
	uint64_t table[16] = { 0 };
	uint64_t irq = irq_save();

	__asm__ volatile("sgdt %0" : "=m"(was));
	memcpy(table, (void *)was.base, was.limit + 1);
	table[15] = 0x00cf12000000ffffUL;	/* data, present bit clear */
	ours.limit = sizeof(table) - 1;
	ours.base = (uint64_t)table;
	__asm__ volatile("lgdt %0" :: "m"(ours));
	load();
	__asm__ volatile("lgdt %0" :: "m"(was));
	irq_restore(irq);
}

static void load_es(void)
{
	raise("movw $0x78, %%ax; movw %%ax, %%es", "i"(0));
}

static void load_ss(void)
{
	raise("movw $0x78, %%ax; movw %%ax, %%ss", "i"(0));
}

static void raise_not_present(void)
{
	with_absent_segment(load_es);
}

static void raise_stack_segment(void)
{
	with_absent_segment(load_ss);
}

static void raise_general(void)
{
	raise("movq (%0), %%rax", "r"(NOWHERE));
}

static void raise_page_fault(void)
{
	raise("movq %%rax, (%0)", "r"(0x123000UL));
}

/* 0 / 0 with the invalid-operation exception unmasked, then the wait. */
static void raise_x87(void)
{
	static const uint16_t unmasked = 0x037e;

	raise("fninit; fldcw %0; fldz; fldz; fdivrp; fwait", "m"(unmasked));
	__asm__ volatile("fninit");
}

static const struct {
	unsigned vector;
	void (*cause)(void);
	uint64_t error;
} causes[] = {
	{ 0, raise_divide, 0 }, { 1, raise_debug, 0 },
	{ 3, raise_breakpoint, 0 }, { 4, raise_overflow, 0 },
	{ 6, raise_invalid, 0 }, { 7, raise_no_fpu, 0 },
	{ 8, raise_double_fault, 0 }, { 11, raise_not_present, 0x78 },
	{ 12, raise_stack_segment, 0x78 }, { 13, raise_general, 0 },
	{ 14, raise_page_fault, 2 }, { 16, raise_x87, 0 },
};

TEST("arch/trap", test_trap_of_every_cause_arrives_under_its_number)
{
	for (unsigned i = 0; i < ARRAY_LEN(causes); i++) {
		unsigned v = causes[i].vector;
		trap_handler was = trap_register(v, note);
		unsigned before = seen.times;

		causes[i].cause();
		trap_register(v, was);
		if (!check(t, seen.times == before + 1)
		    || !check(t, seen.vector == v)
		    || !check(t, seen.error == causes[i].error))
			test_note(t, "vector %u: saw %u, error %#lx", v,
				  seen.vector, (unsigned long)seen.error);
		if (v == TRAP_PAGE_FAULT)
			check(t, seen.cr2 == 0x123000);
	}
}

extern char trap_stubs[];

/* As the CPU does it: the frame, perhaps an error code, and off to the stub. */
static void enter_stub(unsigned vector, bool has_error)
{
	uint64_t stub = (uint64_t)trap_stubs + 16 * vector;
	uint64_t error = has_error;

	raise("movq %%rsp, %%rax\n\t"
	      "andq $-16, %%rsp\n\t"
	      "pushq $0x10\n\t"
	      "pushq %%rax\n\t"
	      "pushfq\n\t"
	      "pushq $0x08\n\t"
	      "pushq %%r11\n\t"
	      "cmpq $0, %1\n\t"
	      "je 2f\n\t"
	      "pushq $0x5a\n"
	      "2:\tjmp *%0", "r"(stub), "r"(error));
}

TEST("arch/trap", test_trap_stubs_without_a_cause_keep_the_frame)
{
	static const struct {
		unsigned vector;
		bool has_error;
	} rest[] = {
		{ 5, false }, { 9, false }, { 10, true }, { 15, false },
		{ 17, true }, { 19, false }, { 20, false }, { 21, true }, { 22, false },
		{ 23, false }, { 24, false }, { 25, false }, { 26, false },
		{ 27, false }, { 28, false }, { 29, true }, { 30, true },
		{ 31, false },
	};

	for (unsigned i = 0; i < ARRAY_LEN(rest); i++) {
		unsigned v = rest[i].vector;
		trap_handler was = trap_register(v, note);
		unsigned before = seen.times;

		enter_stub(v, rest[i].has_error);
		trap_register(v, was);
		check(t, seen.times == before + 1);
		check(t, seen.vector == v);
		check(t, seen.error == (rest[i].has_error ? 0x5a : 0));
	}
}

static bool nmi_wanted;

static bool swallow_nmi(struct trap_frame *frame)
{
	if (!nmi_wanted)
		return false;
	nmi_wanted = false;
	seen.vector = frame->vector;
	seen.rsp = in_nmi();
	return true;
}

TEST("arch/trap", test_trap_nmi_interrupts_masked_code)
{
	static bool registered;
	uint64_t was;

	if (!registered)
		nmi_register(swallow_nmi);
	registered = true;
	was = irq_save();
	seen.vector = 0;
	nmi_wanted = true;
	ipi_nmi(cpu_id());
	for (unsigned i = 0; i < 1000000 && seen.vector != TRAP_NMI; i++) {
		cpu_relax();
		compiler_barrier();
	}
	irq_restore(was);
	check(t, seen.vector == TRAP_NMI);
	check(t, seen.rsp == 1);
	check(t, !in_nmi());
}
