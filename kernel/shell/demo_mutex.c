/*
 * kernel/shell/demo_mutex.c - locks whose waiters sleep.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sched/thread.h"
#include "sync/condvar.h"
#include "sync/mutex.h"
#include "sync/rwsem.h"

#define US		1000UL
#define MS		150	/* a row */
#define SHORT		50	/* a section, as cpu_delay() counts */
#define SLOTS		4

static struct mutex mutex = MUTEX_INIT(mutex);
static uint64_t counter;	/* under mutex */

/* Times that the caller was switched to; its CPU alone adds to that. */
static uint64_t switches(void)
{
	return thread_self()->switches;
}

static void own_and_run(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];
	uint64_t from = switches();

	while (demo_on()) {
		mutex_ops.lock(&mutex);
		counter++;
		cpu_delay(SHORT);
		mutex_ops.unlock(&mutex);
		t->done++;
	}
	t->other = switches() - from;
}

static void own_and_sleep(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];
	uint64_t from = switches();

	while (demo_on()) {
		mutex_ops.lock(&mutex);
		counter++;
		thread_sleep(clock_ns() + 200 * US);
		mutex_ops.unlock(&mutex);
		t->done++;
	}
	t->other = switches() - from;
}

static void show_mutex(const char *how, void (*fn)(unsigned member))
{
	struct demo_sum sum;

	counter = 0;
	if (!demo_crew(fn, MS))
		return;
	sum = demo_sum();
	console_printf("  %-24s %9lu %9lu %9lu %6lu.%02lu\n", how,
		       sum.all.done, sum.all.done - counter, sum.all.other,
		       sum.all.other / (sum.all.done + !sum.all.done),
		       100 * sum.all.other / (sum.all.done + !sum.all.done)
		       % 100);
}

void demo_mutex(void)
{
	console_printf("Each CPU takes one mutex as often as it can, %u ms a "
		       "row.\n", MS);
	console_printf("  %-24s %9s %9s %9s %9s\n", "", "entries", "lost",
		       "switches", "an entry");
	show_mutex("the owner runs", own_and_run);
	show_mutex("the owner sleeps", own_and_sleep);
	console_printf("switches: how often these threads were switched to.  "
		       "Who finds the owner\n"
		       "running spins for a while, which saves most of them; "
		       "who finds it asleep\n"
		       "sleeps too.\n");
}

/* A ring of SLOTS numbers; all of it under mutex. */
static struct cond not_empty, not_full;
static uint64_t ring[SLOTS], put, got, sum_put, sum_got;
static unsigned makers;

static void make(struct demo_tally *t)
{
	while (demo_on()) {
		mutex_ops.lock(&mutex);
		while (put - got == SLOTS) {	/* ended by a taker */
			t->other++;
			cond_ops.wait(&not_full, &mutex, PARK_FOREVER);
		}
		ring[put++ % SLOTS] = ++t->done;
		sum_put += t->done;
		if (put - got > t->most)
			t->most = put - got;
		cond_ops.signal(&not_empty);
		mutex_ops.unlock(&mutex);
	}
	mutex_ops.lock(&mutex);
	if (--makers == 0)
		cond_ops.broadcast(&not_empty);
	mutex_ops.unlock(&mutex);
}

/* False: all is taken, and nobody makes more. */
static bool take_one(struct demo_tally *t)
{
	bool there;

	mutex_ops.lock(&mutex);
	while (put == got && makers) {		/* ended by a maker */
		t->other++;
		cond_ops.wait(&not_empty, &mutex, PARK_FOREVER);
	}
	there = put != got;
	if (there) {
		sum_got += ring[got++ % SLOTS];
		cond_ops.signal(&not_full);
	}
	mutex_ops.unlock(&mutex);
	return there;
}

static void make_or_take(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];

	if (member % 2 == 0)
		make(t);
	else
		while (take_one(t))	/* ended by the makers' end */
			t->done++;
}

void demo_condvar(void)
{
	unsigned n = demo_crew_size();
	struct demo_sum sum;

	cond_init(&not_empty);
	cond_init(&not_full);
	put = got = sum_put = sum_got = 0;
	makers = (n + 1) / 2;
	console_printf("%u threads put numbers into a buffer of %u, %u take "
		       "them out.\n", makers, SLOTS, n / 2);
	if (!demo_crew(make_or_take, MS))
		return;
	sum = demo_sum();
	console_printf("  put %lu, taken %lu, their sums differ by %lu\n", put,
		       got, sum_put - sum_got);
	console_printf("  at most %lu in the buffer, %lu waits\n",
		       sum.all.most, sum.all.other);
	console_printf("Who waits gives the mutex up and sleeps in one step, "
		       "so that no signal falls\n"
		       "in between; and asks again when woken, since another "
		       "may have been faster.\n");
}

static struct rwsem sem;
static struct atomic32 readers, writers;

static void look(struct demo_tally *t)
{
	/* relaxed: the semaphore orders them */
	uint32_t n = fetch_add_relaxed(&readers, 1) + 1;

	t->wrong += load_relaxed(&writers) != 0;	/* relaxed: as above */
	if (n > t->most)
		t->most = n;
	thread_sleep(clock_ns() + 100 * US);
	fetch_add_relaxed(&readers, -1u);		/* relaxed: as above */
}

static void read(struct demo_tally *t)
{
	rwsem_ops.read_lock(&sem, PARK_FOREVER);
	look(t);
	rwsem_ops.read_unlock(&sem);
	t->done++;
}

static void write_then_read(struct demo_tally *t)
{
	rwsem_ops.write_lock(&sem, PARK_FOREVER);
	/* relaxed: as in look() */
	t->wrong += fetch_add_relaxed(&writers, 1) != 0;
	t->wrong += load_relaxed(&readers) != 0;	/* relaxed: as above */
	thread_sleep(clock_ns() + 100 * US);
	fetch_add_relaxed(&writers, -1u);		/* relaxed: as above */
	rwsem_ops.downgrade(&sem);
	look(t);
	rwsem_ops.read_unlock(&sem);
	t->other++;
}

static void read_and_write(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];

	for (unsigned i = member; demo_on(); i++)
		if (i % 8)
			read(t);
		else
			write_then_read(t);
}

void demo_rwsem(void)
{
	struct demo_sum sum;

	rwsem_init(&sem);
	console_printf("Each CPU reads, and every 8th time writes and then "
		       "reads on, %u ms.\n", MS);
	if (!demo_crew(read_and_write, MS))
		return;
	sum = demo_sum();
	console_printf("  %lu reads, %lu writes, at most %lu readers at once, "
		       "%lu met whom they must not\n", sum.all.done,
		       sum.all.other, sum.all.most, sum.all.wrong);
	console_printf("A writer is alone.  Its downgrade lets readers in, and "
		       "no other writer: what it\n"
		       "wrote is still so when it reads on.\n");
}
