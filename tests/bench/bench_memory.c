/*
 * tests/bench/bench_memory.c - the heap's fast path.
 */
#include "tests/bench/bench.h"

#include "arch/x86_64/marker.h"
#include "kernel/errno.h"
#include "mm/slab.h"
#include "tests/bench/marks.h"

#define ROUNDS		100
#define WARM_UP		100	/* poison is written from the first free on */
#define SIZE		64

int bench_kmalloc(void)
{
	for (unsigned i = 0; i < WARM_UP; i++)
		kfree(kmalloc(SIZE));
	for (unsigned i = 0; i < ROUNDS; i++) {
		void *p;

		marker(MARKER_KMALLOC);
		p = kmalloc(SIZE);
		kfree(p);
		marker(MARKER_KMALLOC_END);
		if (!p)
			return -ENOMEM;
	}
	return 0;
}
