/*
 * tests/worlds/staged/world/config.h - the sizes: a tree of RCU with four
 * levels.
 */
#pragma once

#define NR_CPUS		128
#define PAGE_SIZE	4096UL
#define STACK_SIZE	(16 * 1024UL)
#define STACKS_MAX	256UL
#define RCU_FANOUT	4	/* CPUs or nodes below a node of RCU's tree */
#define RCU_SPINS	1000	/* looks, before who waits for RCU sleeps */
