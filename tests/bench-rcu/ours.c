/*
 * tests/bench-rcu/ours.c - sync/rcu.h where a thread is a CPU.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "arch/cpu.h"
#include "kernel/event.h"
#include "kernel/printk.h"
#include "sync/rcu.h"
#include "sync/rcu_hash.h"
#include "tests/bench-rcu/flavour.h"

static bool thread_is_the_first(void)
{
	return getpid() == gettid();
}

static struct rcu_head heads[CALLS];
static struct atomic32 called;

void printk(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

void event(uint16_t kind, uint64_t a, uint64_t b)
{
	(void)kind;
	(void)a;
	(void)b;
}

/* The program's first thread is CPU 0, and counts from the beginning. */
#define READER	(NR_CPUS - 1)

static void enter(void)
{
	static __thread bool counted;

	if (!counted && thread_is_the_first()) {
		counted = true;
		return;
	}
	if (!thread_is_the_first())
		world_cpu = READER;
	rcu_cpu_online();
}

static void leave(void)
{
	rcu_cpu_offline();
}

static void read_many(unsigned n)
{
	while (n--) {
		rcu_read_lock();
		compiler_barrier();
		rcu_read_unlock();
	}
}

static void report(void)
{
	rcu_note_switch();
}

static void count(struct rcu_head *head)
{
	(void)head;
	/* relaxed: one thread calls the callbacks of one */
	store_relaxed(&called, load_relaxed(&called) + 1);
}

static void call_many(unsigned n)
{
	store_relaxed(&called, 0);	/* relaxed: none is queued */
	for (unsigned i = 0; i < n; i++)
		call_rcu(&heads[i], count);
}

static unsigned done(void)
{
	return load_relaxed(&called);	/* relaxed: a count */
}

static struct rcu_hash table;
static struct rcu_hash_node nodes[NODES];

static void forget(void *node)
{
	(void)node;
}

static void fill(unsigned n)
{
	static bool is_filled;

	if (is_filled)
		rcu_hash_destroy(&table, forget);
	is_filled = true;
	if (rcu_hash_init(&table, 0))
		exit(2);
	for (unsigned i = 0; i < n; i++)
		if (!rcu_hash_insert(&table, &nodes[i], i))
			exit(3);
	if (rcu_hash_fit(&table))
		exit(2);
}

static unsigned look(unsigned n)
{
	unsigned found = 0, all = table.count;

	for (unsigned i = 0; i < n; i++) {
		rcu_read_lock();
		found += rcu_hash_find(&table, draw_key(i, all)) != NULL;
		rcu_read_unlock();
	}
	return found;
}

const struct flavour flavour_ours = {
	"quiesce", "qsbr", enter, leave, read_many, report, synchronize_rcu,
	call_many, done, rcu_barrier, fill, look,
};
