/*
 * tests/checker/programs/seqlock.c - a writer changes two words, twice; a
 * reader gets both from one write.
 */
#include "sync/seqlock.h"

#include "tests/checker/checker.h"

struct pair {
	uint64_t left, right;
};

static struct seqlock lock;
static struct atomic64 data[SEQ_WORDS(struct pair)];

static void change(void *unused)
{
	struct pair p;

	(void)unused;
	for (uint64_t i = 1; i <= 2; i++) {
		p = (struct pair){ i, i };
		seqlock_write_lock(&lock);
		seq_copy_in(data, &p, SEQ_WORDS(struct pair));
		seqlock_write_unlock(&lock);
	}
}

static void look(void *unused)
{
	struct pair p;
	uint32_t start;

	(void)unused;
	do {
		start = seq_read_begin(&lock.count);
		seq_copy_out(&p, data, SEQ_WORDS(struct pair));
	} while (seq_read_retry(&lock.count, start));
	assert(p.left == p.right);
}

void check_setup(void)
{
	seqlock_init(&lock);
	check_thread("writer", change, NULL);
	check_thread("reader", look, NULL);
}
