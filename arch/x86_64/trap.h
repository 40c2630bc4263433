/*
 * arch/x86_64/trap.h - what arrives through the IDT below vector 32.
 *
 * Guarantees  Every exception reaches the handler registered for its vector,
 *             with the interrupted registers in a frame that the handler may
 *             change; one without a handler, or refused by it, is a panic that
 *             names it.  The frame chain (rbp) is whole across a trap.
 * Context     trap_register() at boot.  Handlers run with interrupts masked;
 *             the NMI's handlers, and #DF's and #MC's, may interrupt anything.
 * See         arch/x86_64/entry.asm, irq.h for vectors 32 and up
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TRAP_DIVIDE		0
#define TRAP_DEBUG		1
#define TRAP_NMI		2
#define TRAP_BREAKPOINT		3
#define TRAP_NO_FPU		7
#define TRAP_DOUBLE_FAULT	8
#define TRAP_GENERAL		13
#define TRAP_PAGE_FAULT		14
#define TRAP_MACHINE_CHECK	18
#define NR_TRAPS		32

/* As pushed by entry.asm; the last five by the CPU. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector;
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* True: handled, resume at frame.  False: not mine, go on to the panic. */
typedef bool (*trap_handler)(struct trap_frame *frame);

/* Returns the one it replaces, or NULL; NULL takes away. */
trap_handler trap_register(unsigned vector, trap_handler handler);

/* Asked in order of registration until one says true; at most eight. */
void nmi_register(trap_handler handler);

/* entry.asm's door into C, for every vector. */
void trap_dispatch(struct trap_frame *frame);
