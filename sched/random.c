/*
 * sched/random.c - SplitMix64, one generator a CPU.
 *
 * Invariant   The state walks through all 2^64 values by an odd step; the
 *             result is a bijection of the state, so no value comes twice in
 *             2^64 draws.  Only its own CPU touches a CPU's generator, with
 *             interrupts masked.
 * References  Steele, Lea and Flood, Fast splittable pseudorandom number
 *             generators, OOPSLA 2014, figure 17.
 */
#include "sched/random.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

#define GOLDEN_GAMMA	0x9e3779b97f4a7c15ULL

static uint64_t boot_seed;
static PERCPU(struct random, cpu_random);

uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += GOLDEN_GAMMA;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

uint64_t random_below(struct random *r, uint64_t n)
{
	/* the top part of a 128-bit product; its bias is below n / 2^64 */
	return (uint64_t)(((unsigned __int128)random_next(r) * n) >> 64);
}

void random_seed(uint64_t seed)
{
	boot_seed = seed;
}

void random_init_cpu(void)
{
	struct random mix = { boot_seed ^ cpu_id() };

	this_cpu_ptr(&cpu_random)->state = random_next(&mix);
}

uint64_t random_u64(void)
{
	uint64_t was = irq_save();
	uint64_t value = random_next(this_cpu_ptr(&cpu_random));

	irq_restore(was);
	return value;
}
