/*
 * kernel/shell/demo_seq.c - readers that write nothing: seqlock and latch.
 *
 * Ordering    The locks' own.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sched/timer.h"
#include "sync/seq_latch.h"
#include "sync/seqlock.h"

#define MS	200
#define EVERY	100000		/* ns from one interrupt to the next */
#define MOMENT	30		/* as cpu_delay() counts: amid a copy */

/* equal words, when seen whole */
struct record {
	uint64_t word[8];
};

#define WORDS	SEQ_WORDS(struct record)

static struct seqlock lock = SEQLOCK_INIT;
static struct atomic64 data[WORDS];

static struct seq_latch latch = SEQ_LATCH_INIT;
static struct atomic64 copies[2 * WORDS];
static struct timer timer;
static bool writing;		/* this CPU's, and its interrupt's */

static bool is_whole(const struct record *r)
{
	for (unsigned i = 1; i < WORDS; i++)
		if (r->word[i] != r->word[0])
			return false;
	return true;
}

/* One half, a moment, the other half. */
static void fill(struct atomic64 *to, uint64_t value)
{
	struct record r;

	for (unsigned i = 0; i < WORDS; i++)
		r.word[i] = value;
	seq_copy_in(to, r.word, WORDS / 2);
	cpu_delay(MOMENT);
	seq_copy_in(to + WORDS / 2, r.word, WORDS / 2);
}

static void take_out(struct record *r)
{
	seq_copy_out(r->word, data, WORDS / 2);
	cpu_delay(MOMENT);
	seq_copy_out(r->word + WORDS / 2, data + WORDS / 2, WORDS / 2);
}

static void write_now_and_then(struct demo_tally *t)
{
	while (demo_on()) {
		seqlock_write_lock(&lock);
		fill(data, ++t->other);
		seqlock_write_unlock(&lock);
		cpu_delay(MOMENT);
	}
}

static void read_anyhow(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];
	struct record r;

	if (member == 0) {
		write_now_and_then(t);
		return;
	}
	while (demo_on()) {
		take_out(&r);
		t->wrong += !is_whole(&r);
		t->done++;
	}
}

static void read_and_look(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];
	struct record r;
	uint32_t start;

	if (member == 0) {
		write_now_and_then(t);
		return;
	}
	while (demo_on()) {
		start = seq_read_begin(&lock.count);
		take_out(&r);
		if (seq_read_retry(&lock.count, start)) {
			t->most++;
			continue;
		}
		t->wrong += !is_whole(&r);
		t->done++;
	}
}

static void show(const char *how, void (*fn)(unsigned member))
{
	uint64_t again = 0;
	struct demo_sum sum;
	unsigned n = demo_crew(fn, MS);

	if (!n)
		return;
	sum = demo_sum();
	for (unsigned i = 0; i < n; i++)
		again += demo_tally[i].most;
	console_printf("  %-24s %9lu %9lu %9lu %9lu\n", how, sum.all.done,
		       sum.all.other, again, sum.all.wrong);
}

void demo_seqlock(void)
{
	console_printf("One CPU writes %lu words, the others read them, %u ms "
		       "a row.\n", (unsigned long)WORDS, MS);
	console_printf("  %-24s %9s %9s %9s %9s\n", "", "reads", "writes",
		       "again", "torn");
	show("just read", read_anyhow);
	show("begin, read, retry?", read_and_look);
	console_printf("again: reads that a write got into, thrown away and "
		       "begun anew.  torn: reads\n"
		       "that were believed, and mixed two writes.\n");
}

static void interrupt(struct timer *this)
{
	struct demo_tally *t = &demo_tally[0];
	struct record r;

	seq_latch_read(&latch, copies, &r, WORDS);
	t->wrong += !is_whole(&r);
	t->most += writing;
	t->done++;
	if (demo_on())
		timer_start(this, clock_ns() + EVERY);
}

static void write_and_be_interrupted(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];

	if (member)
		return;
	timer_init(&timer, interrupt);
	timer_start(&timer, clock_ns() + EVERY);
	while (demo_on()) {
		t->other++;
		writing = true;
		compiler_barrier();
		seq_latch_flip(&latch);
		fill(copies, t->other);
		seq_latch_flip(&latch);
		fill(copies + WORDS, t->other);
		compiler_barrier();
		writing = false;
		cpu_delay(MOMENT);
	}
	timer_stop_wait(&timer);
}

void demo_latch(void)
{
	struct demo_tally *t = &demo_tally[0];

	if (!demo_crew(write_and_be_interrupted, MS))
		return;
	console_printf("One CPU writes; a timer interrupt reads on the same "
		       "CPU, for %u ms.\n", MS);
	console_printf("  writes %lu, reads %lu, torn %lu\n", t->other, t->done,
		       t->wrong);
	console_printf("%lu of the reads interrupted a write.  There a "
		       "seqlock's reader would wait for\n"
		       "the writer below it, for ever; the latch's takes the "
		       "copy that rests.\n", t->most);
}
