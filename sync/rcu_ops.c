/*
 * sync/rcu_ops.c - the kernel's RCU, behind a table.
 *
 * Invariant   Each entry is the function of its name.
 * Ordering    None of its own.
 * References  sync/rcu.h
 */
#include "sync/rcu_ops.h"

static unsigned op_read_lock(void *domain)
{
	(void)domain;
	rcu_read_lock();
	return 0;
}

static void op_read_unlock(void *domain, unsigned index)
{
	(void)domain;
	(void)index;
	rcu_read_unlock();
}

static void op_synchronize(void *domain)
{
	(void)domain;
	synchronize_rcu();
}

static void op_synchronize_expedited(void *domain)
{
	(void)domain;
	synchronize_rcu_expedited();
}

static void op_call(void *domain, struct rcu_head *head,
		    void (*fn)(struct rcu_head *head))
{
	(void)domain;
	call_rcu(head, fn);
}

static void op_barrier(void *domain)
{
	(void)domain;
	rcu_barrier();
}

static uint64_t op_get_state(void *domain)
{
	(void)domain;
	return get_state_synchronize_rcu();
}

static uint64_t op_start_poll(void *domain)
{
	(void)domain;
	return start_poll_synchronize_rcu();
}

static bool op_poll_state(void *domain, uint64_t cookie)
{
	(void)domain;
	return poll_state_synchronize_rcu(cookie);
}

static void op_cond_synchronize(void *domain, uint64_t cookie)
{
	(void)domain;
	cond_synchronize_rcu(cookie);
}

const struct rcu_ops rcu_ops = {
	.name = "rcu",
	.read_lock = op_read_lock,
	.read_unlock = op_read_unlock,
	.synchronize = op_synchronize,
	.synchronize_expedited = op_synchronize_expedited,
	.call = op_call,
	.barrier = op_barrier,
	.get_state = op_get_state,
	.start_poll = op_start_poll,
	.poll_state = op_poll_state,
	.cond_synchronize = op_cond_synchronize,
};
