/*
 * The kernel's sizes.  See kernel/config.h.
 */
#pragma once

#define NR_CPUS		256
#define PAGE_SIZE	4096UL
#define STACK_SIZE	(16 * 1024UL)	/* a thread's, without its guard page */
#define STACKS_MAX	65536UL	/* threads at a time */
#define IST_STACK_SIZE	(8 * 1024UL)	/* NMI, #MC, #DB, #DF: one each a CPU */
#define RCU_FANOUT	16	/* CPUs or nodes below a node of RCU's tree */
#define RCU_SPINS	0	/* looks, before who waits for RCU sleeps */
