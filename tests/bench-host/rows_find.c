/*
 * tests/bench-host/rows_find.c - who looks a key up: ours and liburcu's.
 *
 * As many buckets as keys, the same keys and the same hash in both tables.  A
 * pair is FINDS keys that are there, and FINDS that are not, one after the
 * other, so that a long bucket weighs what it should.  In this world a reader
 * of RCU does nothing to enter, as with liburcu's QSBR flavour.
 */
#include <stdlib.h>

#include "kernel/compiler.h"
#include "kernel/mem.h"
#include "sync/rcu.h"
#include "sync/rcu_hash.h"
#include "tests/bench-host/peer_hash.h"
#include "tests/bench-host/row.h"

#define BITS	10
#define KEYS	(1u << BITS)
#define FINDS	64
#define line	aligned_to(CACHE_LINE)

static struct rcu_hash hash line;
static struct cursor {
	uint64_t there, absent;		/* the next to look up */
} line cursors[THREADS];

static never_inline bool ours_find(uint64_t key)
{
	bool found;

	rcu_read_lock();
	found = rcu_hash_find(&hash, key);
	rcu_read_unlock();
	return found;
}

/* Keys 1 .. KEYS are there; twice as far is as well mixed, and not. */
#define FINDING(name) \
in_section("caller") static never_inline void there_##name(void *unused, \
							   void *at) \
{ \
	struct cursor *c = at; \
 \
	(void)unused; \
	for (unsigned i = 0; i < FINDS; i++) \
		if (!name##_find(1 + c->there++ % KEYS)) \
			abort(); \
} \
in_section("caller") static never_inline void absent_##name(void *unused, \
							    void *at) \
{ \
	struct cursor *c = at; \
 \
	(void)unused; \
	for (unsigned i = 0; i < FINDS; i++) \
		if (name##_find(1 + KEYS + c->absent++ % KEYS)) \
			abort(); \
}

FINDING(ours)
FINDING(lfht)

#define CURSORS	.node = { &cursors[0], &cursors[1] }

static struct row rows[] = {
	THEIRS("rculfhash", "hash", there_lfht, absent_lfht, NULL, CURSORS),
	OURS("rcu_hash", "hash", 0, there_ours, absent_ours, NULL, CURSORS),
};

static void init(void)
{
	lfht_init(BITS);
	if (rcu_hash_init(&hash, BITS))
		abort();
	for (uint64_t key = 1; key <= KEYS; key++) {
		struct rcu_hash_node *node = mem_alloc(sizeof(*node));

		if (!node || !rcu_hash_insert(&hash, node, key))
			abort();
		lfht_add(key);
	}
}

const struct row_table finding = {
	"64 finds + 64 not", rows, ARRAY_LEN(rows), true, init
};
