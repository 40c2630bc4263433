/*
 * sync/rcu_chain.h - a list that is read without a lock, through its members.
 *
 * Guarantees  rcu_chain_for_each() beside one writer: it meets whatever was in
 *             the chain from its beginning to its end, once; what was added,
 *             deleted or replaced meanwhile it meets or not, and of two that
 *             replaced each other at least one, if the place was not empty.
 *             What was written into an element before it was added, who meets
 *             it sees.
 *             A deleted link still leads on: who stands there gets to the end.
 *             Its at is NULL, a replaced one's too, so an assertion stops who
 *             deletes it again.
 * Context     Walking: a reader of RCU, or who keeps writers out.  The others:
 *             any, with writers kept out by a lock of the caller's.
 * Cost        8 bytes, and 16 an element.  A walk writes nothing.  Add, delete
 *             and replace: a few stores, one of them a release.
 * Limits      A deleted element may be freed, or added again, only when a grace
 *             period has passed: see call_rcu().  Walking backwards would need
 *             a second link that readers follow, and both cannot change at
 *             once: so there is none.
 * See         docs/65-rcu-list.md, tests/sync/test_rcu_chain.c;
 *             sync/rcu_list.h, a set with its lock; sync/rcu_hash.h, a table
 */
#pragma once

#include "sync/rcu.h"

struct rcu_link {
	struct atomic_ptr next;
	struct atomic_ptr *at;		/* writers': what names us, or NULL */
};

struct rcu_chain {
	struct atomic_ptr first;
};

#define RCU_CHAIN_INIT	{ ATOMIC_PTR(NULL) }

void rcu_chain_init(struct rcu_chain *chain);

void rcu_chain_add(struct rcu_chain *chain, struct rcu_link *link);
void rcu_chain_add_behind(struct rcu_link *where, struct rcu_link *link);
void rcu_chain_del(struct rcu_link *link);

/* now comes to old's place, at one moment; old is deleted. */
void rcu_chain_replace(struct rcu_link *old, struct rcu_link *now);

/* pos: the name of a struct rcu_link *; container_of() gets the element. */
#define rcu_chain_for_each(pos, chain) \
	for (struct rcu_link *pos = rcu_dereference(&(chain)->first); pos; \
	     pos = rcu_dereference(&pos->next))
