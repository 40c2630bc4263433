/*
 * arch/x86_64/descriptors.c - each CPU's GDT, TSS and IST stacks; one IDT.
 *
 * Invariant   An IST stack's highest 16 bytes hold this CPU's gs base.  The
 *             CPU pushes the trap frame right below them, so the entry code
 *             finds gs without asking gs (arch/x86_64/entry.asm, paranoid).
 */
#include "arch/x86_64/descriptors.h"

#include "arch/cpu.h"
#include "arch/x86_64/trap.h"

#define ACCESS_CODE64	0x00af9a000000ffffUL
#define ACCESS_DATA	0x00cf92000000ffffUL
#define ACCESS_CODE32	0x00cf9a000000ffffUL
#define ACCESS_DPL3	(3UL << 45)
#define ACCESS_TSS	(0x89UL << 40)
#define GATE_INTERRUPT	(0x8eUL << 40)
#define GATE_DPL3	(3UL << 45)
#define NR_IST		4

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
} packed;

struct gate {
	uint64_t low, high;
};

struct pointer {
	uint16_t limit;
	uint64_t base;
} packed;

struct ist_stack {
	uint8_t bytes[IST_STACK_SIZE - 16];
	uint64_t gs_base;
	uint64_t unused;
} aligned_to(16);

static PERCPU(uint64_t[8], gdt);
static PERCPU(struct tss, tss);
static PERCPU_STACKS(struct ist_stack[NR_IST], ist_stacks);
static struct gate idt[256];

extern char trap_stubs[];	/* entry.asm: 256 stubs of 16 bytes */

static unsigned ist_of(unsigned vector)
{
	switch (vector) {
	case TRAP_DEBUG:
		return 1;
	case TRAP_NMI:
		return 2;
	case TRAP_DOUBLE_FAULT:
		return 3;
	case TRAP_MACHINE_CHECK:
		return 4;
	default:
		return 0;
	}
}

static void idt_fill(void)
{
	for (unsigned v = 0; v < ARRAY_LEN(idt); v++) {
		uint64_t stub = (uint64_t)trap_stubs + 16 * v;

		idt[v].low = (stub & 0xffff) | SEGMENT_KERNEL_CODE << 16
			     | (uint64_t)ist_of(v) << 32 | GATE_INTERRUPT
			     | (stub & 0xffff0000) << 32;
		idt[v].high = stub >> 32;
	}
	idt[TRAP_BREAKPOINT].low |= GATE_DPL3;
}

static void gdt_fill(uint64_t *g, const struct tss *t)
{
	uint64_t base = (uint64_t)t;

	g[SEGMENT_KERNEL_CODE / 8] = ACCESS_CODE64;
	g[SEGMENT_KERNEL_DATA / 8] = ACCESS_DATA;
	g[SEGMENT_USER_CODE32 / 8] = ACCESS_CODE32 | ACCESS_DPL3;
	g[SEGMENT_USER_DATA / 8] = ACCESS_DATA | ACCESS_DPL3;
	g[SEGMENT_USER_CODE / 8] = ACCESS_CODE64 | ACCESS_DPL3;
	g[SEGMENT_TSS / 8] = (sizeof(*t) - 1) | (base & 0xffffff) << 16
			     | ACCESS_TSS | (base >> 24 & 0xff) << 56;
	g[SEGMENT_TSS / 8 + 1] = base >> 32;
}

static void segments_load(void)
{
	__asm__ volatile("pushq %0\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\tmovl %1, %%ss\n\t"
			 "movl %1, %%ds\n\t"
			 "movl %1, %%es\n\t"
			 "ltr %w2"
			 :: "i"(SEGMENT_KERNEL_CODE), "r"(SEGMENT_KERNEL_DATA),
			    "r"(SEGMENT_TSS) : "rax", "memory");
}

void descriptors_init(void)
{
	uint64_t *g = *this_cpu_ptr(&gdt);
	struct tss *t = this_cpu_ptr(&tss);
	struct ist_stack *stacks = *this_cpu_ptr(&ist_stacks);
	struct pointer gdtr = { sizeof(gdt) - 1, (uint64_t)g };
	struct pointer idtr = { sizeof(idt) - 1, (uint64_t)idt };

	for (unsigned i = 0; i < NR_IST; i++) {
		stacks[i].gs_base = this_cpu_read(percpu_self);
		t->ist[i] = (uint64_t)&stacks[i].gs_base;
	}
	t->io_map = sizeof(*t);
	gdt_fill(g, t);
	if (!idt[0].low)	/* the boot CPU, before any other runs */
		idt_fill();
	__asm__ volatile("lgdt %0" :: "m"(gdtr));
	segments_load();
	__asm__ volatile("lidt %0" :: "m"(idtr));
}
