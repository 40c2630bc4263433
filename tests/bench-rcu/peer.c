/*
 * tests/bench-rcu/peer.c - liburcu, compiled once for each of its flavours.
 *
 * The command line says HEADER, NAME (of the flavour) and GROUP.
 */
#include "tests/bench-rcu/flavour.h"

#include HEADER

#define GLUE_(a, b)	a##b
#define GLUE(a, b)	GLUE_(a, b)
#define TEXT_(a)	#a
#define TEXT(a)		TEXT_(a)

static struct rcu_head heads[CALLS];
static unsigned called;

static void enter(void)
{
	rcu_register_thread();
}

static void leave(void)
{
	rcu_unregister_thread();
}

static void read_many(unsigned n)
{
	while (n--) {
		rcu_read_lock();
		__asm__ volatile("" ::: "memory");
		rcu_read_unlock();
	}
}

static void report(void)
{
	rcu_quiescent_state();
}

static void synchronize(void)
{
	synchronize_rcu();
}

static void count(struct rcu_head *head)
{
	(void)head;
	__atomic_store_n(&called, called + 1, __ATOMIC_RELAXED);
}

static void call_many(unsigned n)
{
	__atomic_store_n(&called, 0, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < n; i++)
		call_rcu(&heads[i], count);
}

static unsigned done(void)
{
	return __atomic_load_n(&called, __ATOMIC_RELAXED);
}

static void barrier(void)
{
	rcu_barrier();
}

const struct flavour GLUE(flavour_, NAME) = {
	"liburcu " TEXT(NAME), TEXT(GROUP), enter, leave, read_many, report,
	synchronize, call_many, done, barrier,
};
