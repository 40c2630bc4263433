/*
 * arch/x86_64/switch.h - leave one stack, go on with another.
 *
 * Guarantees  context_switch(save, load) returns when some CPU loads *save
 *             again, with rbx, rbp, r12-r15 and the stack as they were.  The
 *             first load of a context_init()ed one calls entry on an empty,
 *             aligned stack; a backtrace from there ends at its caller,
 *             context_begin.
 * Context     Interrupts masked, and they stay so.  entry must not return.
 * Cost        16 instructions.
 * Limits      The other registers of the System V ABI belong to the caller;
 *             the kernel uses no FPU.
 * See         arch/x86_64/switch.asm, sched/schedule.c
 */
#pragma once

#include <stdint.h>

struct context {
	uint64_t rsp;		/* of the words that CONTEXT_* number */
};

/* what context_switch pushed, from rsp upwards */
enum {
	CONTEXT_R15, CONTEXT_R14, CONTEXT_R13, CONTEXT_R12, CONTEXT_RBX,
	CONTEXT_RBP, CONTEXT_RIP, CONTEXT_WORDS,
};

void context_switch(struct context *save, struct context *load);
void context_begin(void);

static inline void context_init(struct context *c, void *stack_top,
				void (*entry)(void))
{
	/* two words end the frame chain and keep the stack aligned */
	uint64_t *word = (uint64_t *)stack_top - 2 - CONTEXT_WORDS;

	for (unsigned i = 0; i < CONTEXT_WORDS + 2; i++)
		word[i] = 0;
	word[CONTEXT_RBX] = (uint64_t)entry;
	word[CONTEXT_RIP] = (uint64_t)context_begin;
	c->rsp = (uint64_t)word;
}

/* Where a context that nobody runs will go on: what backtrace() starts from. */
static inline void context_where(const struct context *c, uint64_t *rip,
				 uint64_t *rbp)
{
	const uint64_t *word = (const uint64_t *)c->rsp;

	*rip = word[CONTEXT_RIP];
	*rbp = word[CONTEXT_RBP];
}
