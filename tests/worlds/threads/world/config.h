/*
 * The sizes of the world in which one thread is one CPU.  See kernel/config.h.
 */
#pragma once

#define NR_CPUS		128	/* a CPU mask has more than one word */
#define PAGE_SIZE	4096UL
#define STACK_SIZE	(16 * 1024UL)
