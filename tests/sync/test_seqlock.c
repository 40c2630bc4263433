/*
 * tests/sync/test_seqlock.c - what is read is whole; the writer never waits.
 *
 * Member 0 writes, the others read; the same judge sees the broken twins.
 */
#include "sync/seqlock.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/crew.h"
#include "tests/dice.h"

#define WRITES	2000
#define MANY	2000000		/* a twin is found out long before */
#define LOOKS	2000		/* a bound for who waits to be disturbed */

struct picture {
	uint64_t part[8];	/* all the same in a whole one */
};

#define WORDS	SEQ_WORDS(struct picture)

struct seq_ops {
	const char *name;
	uint32_t (*begin)(const struct seqcount *c);
	bool (*retry)(const struct seqcount *c, uint32_t start);
	void (*lock)(struct seqlock *l);
	void (*unlock)(struct seqlock *l);
};

static const struct seq_ops good = {
	"seqlock", seq_read_begin, seq_read_retry, seqlock_write_lock,
	seqlock_write_unlock,
};

static struct seqlock lock = SEQLOCK_INIT;
static struct atomic64 data[WORDS];
static const struct seq_ops *ops;
static unsigned writes;
static uint64_t seeds[NR_CPUS];
static struct atomic32 torn, over, retries, reads, ready, written;

/*
 * In the middle of a write: until a reader believes that it has read, or for a
 * while.  Behind a right lock nobody does.
 */
static void await_reader(void)
{
	uint32_t before = load_acquire(&reads);

	for (unsigned i = 0; i < LOOKS && load_acquire(&reads) == before; i++)
		cpu_relax();
}

static void write_all(struct dice *d)
{
	struct picture p;

	/* relaxed: when to give up */
	for (unsigned i = 1; i <= writes && !load_relaxed(&torn); i++) {
		for (unsigned k = 0; k < ARRAY_LEN(p.part); k++)
			p.part[k] = i;
		ops->lock(&lock);
		seq_copy_in(data, &p, WORDS / 2);
		if (one_in(d, 16))
			await_reader();
		seq_copy_in(data + WORDS / 2, &p.part[WORDS / 2],
			    WORDS - WORDS / 2);
		ops->unlock(&lock);
		store_relaxed(&written, i);	/* relaxed: after the join */
		cpu_delay(roll(d) % 64);
	}
	store_release(&over, 1);
}

/* In the middle of a read: until a writer comes or goes, or for a while. */
static void await_writer(void)
{
	uint32_t before = load_acquire(&lock.count.sequence);

	for (unsigned i = 0; i < LOOKS; i++) {
		if (load_acquire(&lock.count.sequence) != before)
			return;
		cpu_relax();
	}
}

static void read_one(struct picture *p, struct dice *d)
{
	uint32_t start;
	unsigned rounds = 0;

	do {	/* ended by the writer, who ends */
		start = ops->begin(&lock.count);
		seq_copy_out(p, data, WORDS / 2);
		if (one_in(d, 16))
			await_writer();
		seq_copy_out(&p->part[WORDS / 2], data + WORDS / 2,
			     WORDS - WORDS / 2);
		rounds++;
	} while (ops->retry(&lock.count, start));
	fetch_add_relaxed(&retries, rounds - 1);	/* relaxed: a count */
}

static void read_all(struct dice *d)
{
	uint64_t last = 0;

	do {	/* ended by member 0, whom it lets run */
		struct picture p;

		read_one(&p, d);
		for (unsigned k = 1; k < ARRAY_LEN(p.part); k++)
			/* relaxed: a count */
			if (p.part[k] != p.part[0])
				fetch_add_relaxed(&torn, 1);
		if (p.part[0] < last)	/* relaxed: a count */
			fetch_add_relaxed(&torn, 1);
		last = p.part[0];
		fetch_add_relaxed(&reads, 1);	/* relaxed: a count */
		cpu_relax();
	} while (!load_acquire(&over));
}

static void write_or_read(unsigned member)
{
	struct dice d = { seeds[member] };

	fetch_add_acq_rel(&ready, 1);
	while (load_acquire(&ready) < crew_size())
		cpu_relax();
	if (member == 0)
		write_all(&d);
	else
		read_all(&d);
}

static unsigned torture(struct test *t, const struct seq_ops *which,
			unsigned n)
{
	struct atomic32 *words[] = {
		&torn, &over, &retries, &reads, &ready, &written,
	};

	/* relaxed, all of them: nobody else is there yet */
	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		store_relaxed(words[i], 0);
	for (unsigned i = 0; i < WORDS; i++)
		store_relaxed(&data[i], 0);
	for (unsigned i = 0; i < NR_CPUS; i++)
		seeds[i] = test_random(t);
	seqlock_init(&lock);
	ops = which;
	writes = n;
	crew_run(crew_size(), write_or_read);
	/* relaxed, all of them: the crew has been joined */
	test_note(t, "%s: torn %u of %u reads, %u retries, %u writes",
		  which->name, load_relaxed(&torn), load_relaxed(&reads),
		  load_relaxed(&retries), load_relaxed(&written));
	return load_relaxed(&torn);
}

TEST("sync/seqlock", test_seqlock_readers_see_whole_data)
{
	check(t, torture(t, &good, WRITES) == 0);
	check(t, load_acquire(&written) == WRITES);
}

TEST("sync/seqlock", test_seqlock_retries_exactly_when_it_was_written)
{
	uint64_t was;
	uint32_t start;

	seqlock_init(&lock);
	start = seq_read_begin(&lock.count);
	check(t, !seq_read_retry(&lock.count, start));
	seq_write_begin(&lock.count);
	check(t, seq_read_retry(&lock.count, start));
	seq_write_end(&lock.count);
	check(t, seq_read_retry(&lock.count, start));
	start = seq_read_begin(&lock.count);
	check(t, !seq_read_retry(&lock.count, start));
	was = seqlock_write_lock_irqsave(&lock);
	seqlock_write_unlock_irqrestore(&lock, was);
	check(t, seq_read_retry(&lock.count, start));
	check(t, preemptible());
}

TEST("sync/seqlock", test_seqlock_survives_the_wrap_of_its_number)
{
	uint32_t start;

	store_relaxed(&lock.count.sequence, UINT32_MAX - 1);
	start = seq_read_begin(&lock.count);
	seqlock_write_lock(&lock);
	seqlock_write_unlock(&lock);
	check(t, seq_read_retry(&lock.count, start));
	check(t, seq_read_begin(&lock.count) == 0);
}

/* Each word of any bits goes in and comes out as it was. */
TEST("sync/seqlock", test_seqlock_copies_what_it_is_given)
{
	struct picture in, out = { { 0 } };

	for (unsigned k = 0; k < ARRAY_LEN(in.part); k++)
		in.part[k] = test_random(t);
	seq_copy_in(data, &in, WORDS);
	seq_copy_out(&out, data, WORDS);
	for (unsigned k = 0; k < ARRAY_LEN(in.part); k++)
		check(t, in.part[k] == out.part[k]);
}

/* The writers' lock: nobody's write is lost. */
static void write_some(unsigned member)
{
	(void)member;
	for (unsigned i = 0; i < WRITES / 8; i++) {
		seqlock_write_lock(&lock);
		/* relaxed: under the lock */
		store_relaxed(&data[0], load_relaxed(&data[0]) + 1);
		seqlock_write_unlock(&lock);
	}
}

TEST("sync/seqlock", test_seqlock_writers_exclude_each_other)
{
	seqlock_init(&lock);
	store_relaxed(&data[0], 0);	/* relaxed: nobody is there yet */
	crew_run(crew_size(), write_some);
	/* relaxed: the crew has been joined */
	check(t, load_relaxed(&data[0]) == WRITES / 8 * crew_size());
	check(t, load_relaxed(&lock.count.sequence) ==
		 2 * (WRITES / 8 * crew_size()));
}

/* Twins. */
static bool never_retry(const struct seqcount *c, uint32_t start)
{
	(void)c;
	(void)start;
	return false;
}

static uint32_t begin_at_odd(const struct seqcount *c)
{
	return load_acquire(&c->sequence);
}

static void lock_without_odd(struct seqlock *l)
{
	spin_lock(&l->writers);
}

static void unlock_by_two(struct seqlock *l)
{
	uint32_t now = load_relaxed(&l->count.sequence);

	store_release(&l->count.sequence, now + 2);
	spin_unlock(&l->writers);
}

static const struct seq_ops twins[] = {
	{ "reader does not look again", seq_read_begin, never_retry,
	  seqlock_write_lock, seqlock_write_unlock },
	{ "reader begins at an odd number", begin_at_odd, seq_read_retry,
	  seqlock_write_lock, seqlock_write_unlock },
	{ "writer counts when it is done", seq_read_begin, seq_read_retry,
	  lock_without_odd, unlock_by_two },
};

TEST("sync/seqlock", test_broken_seqlocks_are_caught)
{
	if (crew_size() < 2) {
		test_skip(t, "one CPU cannot race");
		return;
	}
	for (unsigned i = 0; i < ARRAY_LEN(twins); i++)
		check(t, torture(t, &twins[i], MANY) > 0);
}
