/*
 * sync/rcu_list.h - search without a lock, delete with a deferred free.
 *
 * Guarantees  A search writes nothing and waits for nobody; it may run beside
 *             one writer, and between rcu_read_lock() and rcu_read_unlock()
 *             what it found stays readable.  Linearizable as a set.
 *             What was written into a node before its insertion, who finds it
 *             sees.
 *             A deleted node is freed after a grace period: nobody who found it
 *             is left.
 * Context     rcu_list_find(): a reader of RCU.  Insert and delete: any where
 *             call_rcu() may run; they exclude each other by the list's lock.
 * Cost        A search: its loads.  Delete: the lock, one store, call_rcu().
 * Limits      Who found a node may hold one that was deleted since.  It must
 *             not be kept after rcu_read_unlock(), unless by a count in it and
 *             refcount_inc_not_zero().
 * See         docs/78-two-answers.md, tests/sync/test_rcu_list.c
 */
#pragma once

#include "sync/rcu.h"
#include "sync/spinlock.h"

struct rcu_list_node {
	struct atomic_ptr next;
	uint64_t key;			/* constant while it can be found */
	struct rcu_head head;
	void (*free)(void *node);
};

struct rcu_list {
	struct atomic_ptr head;		/* links are written under lock */
	struct spinlock lock;
	void (*free)(void *node);
};

void rcu_list_init(struct rcu_list *l, void (*free)(void *node));

/* False: the key is there already, and the node is still the caller's. */
bool rcu_list_insert(struct rcu_list *l, struct rcu_list_node *node,
		     uint64_t key) must_check;
bool rcu_list_delete(struct rcu_list *l, uint64_t key) must_check;

/* The caller is a reader. */
struct rcu_list_node *rcu_list_find(const struct rcu_list *l, uint64_t key)
	must_check;

/* Frees what is in it; nobody else is there. */
void rcu_list_destroy(struct rcu_list *l);
