/*
 * The sizes of the world in which one thread is one CPU.  See kernel/config.h.
 */
#pragma once

#define NR_CPUS		128	/* a CPU mask has more than one word */
#define PAGE_SIZE	4096UL
#define STACK_SIZE	(16 * 1024UL)
#define STACKS_MAX	256UL
#define RCU_FANOUT	16	/* CPUs or nodes below a node of RCU's tree */
#define RCU_SPINS	1000	/* looks, before who waits for RCU sleeps */
