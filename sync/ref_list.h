/*
 * sync/ref_list.h - search and delete, with a count of references an element.
 *
 * Guarantees  ref_list_get() returns an element that stays until its
 *             ref_list_put(), whatever is deleted meanwhile.
 *             A deleted element is not found any more; it is freed by whoever
 *             gives back the last reference, once.
 * Context     Any but NMI, and where free() may run.
 * Cost        12 bytes, and 24 an element.  A search: the lock, and two locked
 *             instructions on the element found; all readers write both lines.
 * Limits      Searches exclude each other.  Who holds an element may find that
 *             it has been deleted: if that matters, look under a lock of its
 *             own.
 * See         docs/78-two-answers.md, tests/sync/test_ref_list.c;
 *             sync/rcu_list.h is the other answer
 */
#pragma once

#include "sync/refcount.h"
#include "sync/spinlock.h"

struct ref_node {
	struct ref_node *next;		/* under the list's lock */
	uint64_t key;			/* constant while in the list */
	struct refcount refs;		/* the list's own is one */
};

struct ref_list {
	struct spinlock lock;
	struct ref_node *head;		/* under lock */
	void (*free)(void *node);
};

void ref_list_init(struct ref_list *l, void (*free)(void *node));

/* False: the key is there already, and the node is still the caller's. */
bool ref_list_insert(struct ref_list *l, struct ref_node *node, uint64_t key)
	must_check;

/* With a reference; or NULL. */
struct ref_node *ref_list_get(struct ref_list *l, uint64_t key) must_check;
void ref_list_put(struct ref_list *l, struct ref_node *node);

/* False: it was not there. */
bool ref_list_delete(struct ref_list *l, uint64_t key) must_check;
