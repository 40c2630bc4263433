/*
 * tests/checker/programs/seq_latch.c - a writer, a reader on another CPU, and a
 * reader that interrupts the writer.
 */
#include "sync/seq_latch.h"
#include "sync/seqlock.h"

#include "tests/checker/checker.h"

struct pair {
	uint64_t left, right;
};

#define WORDS	SEQ_WORDS(struct pair)

static struct seq_latch latch;
static struct atomic64 copies[2 * WORDS];

static void change(void *unused)
{
	struct pair p = { 1, 1 };

	(void)unused;
	seq_latch_write(&latch, copies, &p, WORDS);
}

static void look(void *unused)
{
	struct pair p;

	(void)unused;
	seq_latch_read(&latch, copies, &p, WORDS);
	assert(p.left == p.right);
}

void check_setup(void)
{
	check_thread("writer", change, NULL);
	check_thread("reader", look, NULL);
	check_interrupt(0, "handler", look, NULL);
}
