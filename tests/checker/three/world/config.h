/*
 * The sizes of the checker's world with one CPU less: a tree of two nodes, one
 * below the other, and CPUs below both.
 */
#pragma once

#define NR_CPUS		3
#define PAGE_SIZE	4096UL
#define STACK_SIZE	(16 * 1024UL)
#define RCU_FANOUT	2	/* CPUs or nodes below a node of RCU's tree */
#define RCU_SPINS	0	/* looks, before who waits for RCU sleeps */
