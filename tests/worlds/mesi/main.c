/*
 * tests/worlds/mesi/main.c - what hand-overs and readers cost in cache lines.
 *
 *     mesi [most]     one line for each lock and number of CPUs, by tabs
 *     mesi trace      `<cpu> r|w <address>` lines in; what each took, and the
 *                     states of the line in each cache, out
 *
 * See         tools/mesi.py, docs/06-measuring.md
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "sync/brlock.h"
#include "sync/lock_ops.h"
#include "sync/phase_fair.h"
#include "sync/rw_ops.h"
#include "sync/rwlock.h"
#include "sync/seqlock.h"
#include "tests/worlds/mesi/world.h"

#define PAIRS	32		/* of each CPU */
#define INSIDE	200		/* cycles */
#define OUTSIDE	400

RW_OPS(rwlock)
RW_OPS(phase_fair)
RW_OPS(brlock)

static unsigned most = MESI_CPUS;	/* CPUs to show */
static const unsigned sizes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 16, 32 };

static char lock[LOCK_SIZE_MAX] aligned_to(CACHE_LINE);
static const struct lock_ops *ops;
static const struct rw_ops *rw;
static unsigned last;		/* who was inside last */
static uint64_t pairs, handed;

/* The clock when the first CPU was done: until then all were at it. */
static uint64_t ended;
static uint64_t spent[MESI_COSTS];

static void note_end(void)
{
	if (ended)
		return;
	ended = world_time();
	memcpy(spent, world_count, sizeof(spent));
}

static void take_turns(unsigned cpu)
{
	for (unsigned i = 0; i < PAIRS; i++) {
		ops->lock(lock);
		if (!ended) {
			pairs++;
			handed += last != cpu;
		}
		last = cpu;
		cpu_delay(INSIDE);
		ops->unlock(lock);
		cpu_delay(OUTSIDE);
	}
	note_end();
}

static void read_on(unsigned cpu)
{
	(void)cpu;
	for (unsigned i = 0; i < PAIRS; i++) {
		rw->read_lock(lock);
		pairs += !ended;
		cpu_delay(INSIDE);
		rw->read_unlock(lock);
		cpu_delay(OUTSIDE);
	}
	note_end();
}

static void show(const char *kind, const char *name, unsigned n,
		 void (*fn)(unsigned cpu))
{
	if (n > most)
		return;
	pairs = handed = ended = 0;
	last = n;
	mesi_reset();
	world_run(n, fn);
	printf("%s\t%s\t%u\t%lu\t%lu\t%lu\t%lu\t%lu\t%lu\n", kind, name, n,
	       pairs, handed, spent[MESI_TRANSFER], spent[MESI_UPGRADE],
	       spent[MESI_MEMORY], ended);
}

static void show_lock(const struct lock_ops *this)
{
	ops = this;
	for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
		memset(lock, 0, sizeof(lock));
		ops->init(lock);
		show("lock", ops->name, sizes[i], take_turns);
	}
}

static void show_readers(const struct rw_ops *this)
{
	rw = this;
	for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
		memset(lock, 0, sizeof(lock));
		rw->init(lock);
		show("read", rw->name, sizes[i], read_on);
	}
}

/* The reader's side as a pair: begin, and retry: nobody writes meanwhile. */
static uint32_t seen, retried;

static void seqlock_op_begin(void *l)
{
	seen = seq_read_begin(l);
}

static void seqlock_op_retry(void *l)
{
	retried += seq_read_retry(l, seen);
}

static void seqlock_op_init(void *l)
{
	seqlock_init(l);
}

static int run_trace(void)
{
	static const char *const names[MESI_COSTS] = {
		"hit", "memory", "transfer", "upgrade"
	};
	unsigned cpu, highest = 0;
	unsigned long address;
	char what;

	while (scanf("%u %c %lx", &cpu, &what, &address) == 3) {
		if (cpu >= MESI_CPUS || !strchr("rw", what))
			return 2;
		if (cpu > highest)
			highest = cpu;
		printf("%s ", names[mesi_access(cpu, address, what == 'w')]);
		for (unsigned i = 0; i <= highest; i++)
			putchar(mesi_state(i, address));
		putchar('\n');
	}
	return feof(stdin) ? 0 : 2;
}

int main(int argc, char **argv)
{
	static const struct rw_ops seqlock_ops = {
		.name = "seqlock", .init = seqlock_op_init,
		.read_lock = seqlock_op_begin, .read_unlock = seqlock_op_retry,
	};

	if (argc > 1 && strcmp(argv[1], "trace") == 0)
		return run_trace();
	if (argc > 1)
		most = atoi(argv[1]);
	_Static_assert(sizeof(struct brlock) <= LOCK_SIZE_MAX, "does not fit");
	/* who sleeps needs a scheduler, and here is none */
	for (unsigned i = 0; i < lock_count; i++)
		if (!(lock_table[i].flags & LOCK_SLEEPS))
			show_lock(&lock_table[i]);
	show_readers(&rwlock_ops);
	show_readers(&phase_fair_ops);
	show_readers(&brlock_ops);
	show_readers(&seqlock_ops);
	return retried != 0;
}
