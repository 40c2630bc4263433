/*
 * tests/sync/rw_torture.c - readers and writers of two words.
 */
#include "tests/sync/rw_torture.h"

#include "arch/cpu.h"
#include "tests/crew.h"
#include "tests/dice.h"

static const struct rw_ops *ops;
static void *lock;
static unsigned rounds, writes;
static uint64_t seeds[NR_CPUS];

static struct atomic64 left, right;	/* equal, but for a writer's while */
static uint64_t plain;			/* as often as left, unmarked */
static struct atomic32 readers_in, writers_in;
static struct atomic32 torn, mixed, overlaps, written, done, ready;

#define LOOKS	4000	/* a bound for who waits to be disturbed */

static bool failed(void)
{
	/* relaxed: when to give up */
	return load_relaxed(&torn) || load_relaxed(&mixed);
}

void rw_await_writer(void)
{
	for (unsigned i = 0; i < LOOKS && !failed(); i++) {
		if (load_relaxed(&writers_in))	/* relaxed: who is there */
			return;
		cpu_relax();
	}
}

static void await_reader(void)
{
	for (unsigned i = 0; i < LOOKS && !failed(); i++) {
		if (load_relaxed(&readers_in))	/* relaxed: who is there */
			return;
		cpu_relax();
	}
}

/* A moment inside, now and then a long one. */
static void stay(struct dice *d, unsigned longest)
{
	cpu_delay(roll(d) % longest);
	if (one_in(d, 32))
		crew_yield();
}

/* A reader stays, now and then until a writer has come, if one should. */
static void read_on(struct dice *d)
{
	stay(d, 8);
	if (one_in(d, 32))
		rw_await_writer();
}

/* relaxed, all of them: the lock is to give the order */
static void read_once(struct dice *d)
{
	uint64_t a, b;

	ops->read_lock(lock);
	if (fetch_add_relaxed(&readers_in, 1))
		fetch_add_relaxed(&overlaps, 1);
	if (load_relaxed(&writers_in))
		fetch_add_relaxed(&mixed, 1);
	a = load_relaxed(&left);
	read_on(d);
	b = load_relaxed(&right);
	if (a != b || a != plain)
		fetch_add_relaxed(&torn, 1);
	fetch_add_relaxed(&readers_in, -1);
	ops->read_unlock(lock);
}

static void write_once(struct dice *d)
{
	uint64_t a;

	ops->write_lock(lock);
	if (fetch_add_relaxed(&writers_in, 1) || load_relaxed(&readers_in))
		fetch_add_relaxed(&mixed, 1);
	a = load_relaxed(&left) + 1;
	plain++;
	store_relaxed(&left, a);
	stay(d, 32);
	if (one_in(d, 16))
		await_reader();	/* none comes to a right lock */
	store_relaxed(&right, a);
	fetch_add_relaxed(&written, 1);
	fetch_add_relaxed(&writers_in, -1);
	ops->write_unlock(lock);
}

static void read_and_write(unsigned member)
{
	struct dice d = { seeds[member] };

	fetch_add_acq_rel(&ready, 1);
	while (load_acquire(&ready) < crew_size())
		cpu_relax();
	for (unsigned i = member; i < rounds && !failed();
	     i += crew_size()) {
		if (one_in(&d, writes))
			write_once(&d);
		else
			read_once(&d);
		fetch_add_relaxed(&done, 1);
		stay(&d, 16);
	}
}

static void start_anew(const struct rw_ops *which, void *what)
{
	struct atomic32 *words[] = {
		&readers_in, &writers_in, &torn, &mixed, &overlaps, &written,
		&done, &ready,
	};

	/* relaxed, all of them: nobody else is there yet */
	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		store_relaxed(words[i], 0);
	store_relaxed(&left, 0);
	store_relaxed(&right, 0);
	plain = 0;
	ops = which;
	lock = what;
	ops->init(lock);
}

unsigned rw_torture(struct test *t, const struct rw_ops *which, void *what,
		    unsigned n, unsigned one_writes_in, struct rw_score *score)
{
	start_anew(which, what);
	for (unsigned i = 0; i < NR_CPUS; i++)
		seeds[i] = test_random(t);
	rounds = n;
	writes = one_writes_in;
	crew_run(crew_size(), read_and_write);
	/* relaxed: the crew has been joined */
	*score = (struct rw_score){
		.torn = load_relaxed(&torn),
		.mixed = load_relaxed(&mixed),
		.lost = load_relaxed(&written) != load_relaxed(&right) ||
			load_relaxed(&written) != plain,
		.overlaps = load_relaxed(&overlaps),
		.rounds = load_relaxed(&done),
	};
	return score->torn + score->mixed + score->lost;
}

static struct atomic32 blocked;

void rw_blocked(void)
{
	store_release(&blocked, 1);
}

static void read_together(unsigned member)
{
	while (load_acquire(&ready) < member)
		cpu_relax();
	ops->read_lock(lock);
	fetch_add_acq_rel(&ready, 1);
	if (member == 0)
		while (load_acquire(&ready) < 2 && !load_acquire(&blocked))
			cpu_relax();
	else if (!load_acquire(&blocked))
		fetch_add_acq_rel(&overlaps, 1);
	ops->read_unlock(lock);
}

bool rw_readers_overlap(const struct rw_ops *which, void *what)
{
	start_anew(which, what);
	store_relaxed(&blocked, 0);	/* relaxed: nobody is there yet */
	crew_run(2, read_together);
	return load_acquire(&overlaps) == 1;
}

static const char *cast;		/* who is what in the play */
static uint64_t (*state)(void *lock);
static unsigned *order;
static struct atomic32 turn;		/* who may ask */
static struct atomic32 entries;

static void enter(unsigned member)
{
	bool reads = cast[member] == 'r';

	while (load_acquire(&turn) != member)
		cpu_relax();
	if (reads)
		ops->read_lock(lock);
	else
		ops->write_lock(lock);
	order[fetch_add_acq_rel(&entries, 1)] = member;
	if (reads)
		ops->read_unlock(lock);
	else
		ops->write_unlock(lock);
}

static void stage(unsigned member)
{
	if (member) {
		enter(member);
		return;
	}
	if (cast[0] == 'r')
		ops->read_lock(lock);
	else
		ops->write_lock(lock);
	for (unsigned k = 1; cast[k]; k++) {
		uint64_t before = state(lock);

		store_release(&turn, k);
		while (state(lock) == before)	/* ended by k's asking */
			cpu_relax();
	}
	if (cast[0] == 'r')
		ops->read_unlock(lock);
	else
		ops->write_unlock(lock);
}

void rw_stage(const struct rw_ops *which, void *what, const char *who,
	      uint64_t (*asked)(void *lock), unsigned *entered)
{
	unsigned n = 0;

	start_anew(which, what);
	/* relaxed, both: nobody is there yet */
	store_relaxed(&turn, 0);
	store_relaxed(&entries, 0);
	cast = who;
	state = asked;
	order = entered;
	while (who[n])
		n++;
	crew_run(n, stage);
}
