/*
 * sync/rcu_ops.h - one face for RCU, SRCU and what stands in for them.
 *
 * Guarantees  Each operation is as sync/rcu.h describes it, for the readers of
 *             one domain; NULL where a domain has not got it.  index of
 *             read_unlock() is what its read_lock() returned.
 * Context     As sync/rcu.h and sync/srcu.h say.
 * See         docs/60-rcu.md, tests/sync/rcu_torture.h
 */
#pragma once

#include "sync/rcu.h"

struct rcu_ops {
	const char *name;
	unsigned (*read_lock)(void *domain);
	void (*read_unlock)(void *domain, unsigned index);
	void (*synchronize)(void *domain);
	void (*synchronize_expedited)(void *domain);
	void (*call)(void *domain, struct rcu_head *head,
		     void (*fn)(struct rcu_head *head));
	void (*barrier)(void *domain);
	uint64_t (*get_state)(void *domain);
	uint64_t (*start_poll)(void *domain);
	bool (*poll_state)(void *domain, uint64_t cookie);
	void (*cond_synchronize)(void *domain, uint64_t cookie);
};

extern const struct rcu_ops rcu_ops;	/* of the kernel; domain: NULL */
