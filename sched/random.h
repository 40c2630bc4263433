/*
 * sched/random.h - random numbers that a seed repeats.
 *
 * Guarantees  random_next() of equal states gives equal sequences, in every
 *             world.  random_u64() draws from this CPU's own generator, whose
 *             sequence is fixed by the boot's seed and the CPU's number.
 * Context     random_u64(): any but NMI.  random_seed(): before the CPUs start
 *             (it is the command line's seed=).
 * Cost        About ten instructions; no shared cache line.
 * Limits      Not for secrets.
 * See         tests/sched/test_random.c
 */
#pragma once

#include <stdint.h>

struct random {
	uint64_t state;
};

uint64_t random_next(struct random *r);

/* Uniform in 0 .. n-1, n > 0. */
uint64_t random_below(struct random *r, uint64_t n);

void random_seed(uint64_t seed);
void random_init_cpu(void);
uint64_t random_u64(void);
