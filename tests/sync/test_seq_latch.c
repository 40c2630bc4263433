/*
 * tests/sync/test_seq_latch.c - a reader upon the writer gets whole data, at
 * once.
 *
 * Each step of a write is a place at which an interrupt may come.  The test
 * walks through them and reads at each, as a handler would.
 */
#include "sync/seq_latch.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/seqlock.h"
#include "tests/crew.h"
#include "tests/dice.h"

#define WRITES	4000

struct pair {
	uint64_t a, b;		/* equal in a whole one */
};

#define WORDS	SEQ_WORDS(struct pair)

static struct seq_latch latch = SEQ_LATCH_INIT;
static struct atomic64 copies[2 * WORDS];

static void start_anew(void)
{
	/* relaxed: nobody else is there yet */
	store_relaxed(&latch.sequence, 0);
	for (unsigned i = 0; i < ARRAY_LEN(copies); i++)
		store_relaxed(&copies[i], 0);
}

/* A whole pair of the old or the new value, without a second try? */
static bool reads_well(uint64_t old, uint64_t new)
{
	struct pair p;
	uint32_t before = load_acquire(&latch.sequence);

	seq_latch_read(&latch, copies, &p, WORDS);
	return p.a == p.b && (p.a == old || p.a == new) &&
	       load_acquire(&latch.sequence) == before;
}

/* How many of the steps of writing `new` a reader upon it saw torn. */
static unsigned torn_at_steps(void (*flip)(struct seq_latch *l), uint64_t old,
			      uint64_t new)
{
	unsigned torn = !reads_well(old, old);

	for (unsigned copy = 0; copy < 2; copy++) {
		flip(&latch);
		torn += !reads_well(old, new);
		for (unsigned i = 0; i < WORDS; i++) {
			store_relaxed(&copies[copy * WORDS + i], new);
			torn += !reads_well(old, new);
		}
	}
	return torn + !reads_well(new, new);
}

TEST("sync/seq_latch", test_seq_latch_reads_whole_at_every_step_of_a_write)
{
	start_anew();
	for (uint64_t v = 0; v < 4; v++)
		check(t, torn_at_steps(seq_latch_flip, v, v + 1) == 0);
	/* relaxed: nobody else is there */
	store_relaxed(&latch.sequence, UINT32_MAX - 1);
	for (uint64_t v = 4; v < 8; v++)
		check(t, torn_at_steps(seq_latch_flip, v, v + 1) == 0);
}

static void no_flip(struct seq_latch *l)
{
	(void)l;
}

static void flip_twice(struct seq_latch *l)
{
	seq_latch_flip(l);
	seq_latch_flip(l);
}

TEST("sync/seq_latch", test_broken_latches_are_caught)
{
	start_anew();
	check(t, torn_at_steps(no_flip, 0, 1) > 0);
	start_anew();
	check(t, torn_at_steps(flip_twice, 0, 1) > 0);
}

static struct atomic32 torn, over, ready;
static uint64_t seeds[NR_CPUS];

static void write_all(struct dice *d)
{
	for (uint64_t i = 1; i <= WRITES; i++) {
		struct pair p = { i, i };

		seq_latch_write(&latch, copies, &p, WORDS);
		cpu_delay(roll(d) % 64);
		if (one_in(d, 64))
			crew_yield();
	}
	store_release(&over, 1);
}

static void write_or_read(unsigned member)
{
	struct dice d = { seeds[member] };
	uint64_t last = 0;

	fetch_add_acq_rel(&ready, 1);
	while (load_acquire(&ready) < crew_size())
		cpu_relax();
	if (member == 0) {
		write_all(&d);
		return;
	}
	do {	/* ended by member 0, whom it lets run */
		struct pair p;

		seq_latch_read(&latch, copies, &p, WORDS);
		/* relaxed: a count */
		if (p.a != p.b || p.a < last)
			fetch_add_relaxed(&torn, 1);
		last = p.a;
		cpu_relax();
	} while (!load_acquire(&over));
}

TEST("sync/seq_latch", test_seq_latch_readers_see_whole_data)
{
	start_anew();
	/* relaxed, all of them: nobody else is there yet */
	store_relaxed(&torn, 0);
	store_relaxed(&over, 0);
	store_relaxed(&ready, 0);
	for (unsigned i = 0; i < NR_CPUS; i++)
		seeds[i] = test_random(t);
	crew_run(crew_size(), write_or_read);
	check(t, load_relaxed(&torn) == 0);	/* relaxed: after the join */
}
