/*
 * arch/cpumask.c - sets of CPUs as words of atomic bits.
 *
 * Invariant   Bit c % 64 of word c / 64 says whether CPU c is in the set; bits
 *             at and above NR_CPUS are never set.
 * Ordering    [A] cpumask_set/clear -> cpumask_test, cpumask_next: who sees the
 *             bit sees what its writer did before, e.g. a CPU that is online
 *             has its per-CPU area.
 */
#include "arch/cpumask.h"

#define BIT(cpu)	(1ULL << ((cpu) % 64))

void cpumask_set(struct cpumask *m, unsigned cpu)
{
	fetch_or_acq_rel(&m->word[cpu / 64], BIT(cpu));		/* [A] */
}

void cpumask_clear(struct cpumask *m, unsigned cpu)
{
	fetch_and_acq_rel(&m->word[cpu / 64], ~BIT(cpu));	/* [A] */
}

bool cpumask_test(const struct cpumask *m, unsigned cpu)
{
	return load_acquire(&m->word[cpu / 64]) & BIT(cpu);	/* [A] */
}

void cpumask_copy(struct cpumask *to, const struct cpumask *from)
{
	for (unsigned i = 0; i < CPUMASK_WORDS; i++)
		/* relaxed: to is the caller's own until it is published */
		store_relaxed(&to->word[i],
			      load_acquire(&from->word[i]));	/* [A] */
}

void cpumask_zero(struct cpumask *m)
{
	for (unsigned i = 0; i < CPUMASK_WORDS; i++)
		/* relaxed: m is the caller's own until it is published */
		store_relaxed(&m->word[i], 0);
}

void cpumask_fill(struct cpumask *m)
{
	for (unsigned i = 0; i < CPUMASK_WORDS; i++) {
		unsigned left = NR_CPUS - i * 64;

		/* relaxed: m is the caller's own until it is published */
		store_relaxed(&m->word[i], left < 64 ? BIT(left) - 1 : ~0ULL);
	}
}

void cpumask_and(struct cpumask *m, const struct cpumask *with)
{
	for (unsigned i = 0; i < CPUMASK_WORDS; i++)
		fetch_and_acq_rel(&m->word[i],
				  load_acquire(&with->word[i])); /* [A] */
}

bool cpumask_empty(const struct cpumask *m)
{
	return cpumask_next(m, 0) == NR_CPUS;
}

unsigned cpumask_count(const struct cpumask *m)
{
	unsigned n = 0;

	cpumask_for_each(cpu, m)
		n++;
	return n;
}

unsigned cpumask_next(const struct cpumask *m, unsigned from)
{
	while (from < NR_CPUS) {
		uint64_t rest = load_acquire(&m->word[from / 64]) /* [A] */
				>> (from % 64);

		if (rest)
			return from + (unsigned)__builtin_ctzll(rest);
		from = (from / 64 + 1) * 64;
	}
	return NR_CPUS;
}
