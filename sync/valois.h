/*
 * sync/valois.h - Valois' lock-free list, with auxiliary nodes between cells.
 *
 * Guarantees  A linearizable set of keys, kept in order.  Lock-free.
 *             A cursor stands at a cell and in front of it: what it stands at
 *             stays readable, though others delete it.  valois_try_insert()
 *             puts a cell in front of the cursor's, valois_try_delete() takes
 *             that one out; both fail if the place has changed meanwhile, and
 *             valois_update() finds the cursor's place again.
 * Context     That of sync/counted.h.
 * Cost        Two nodes of 48 bytes an element, and for each on the way two
 *             locked instructions: readers write to all that they pass.
 * Limits      Those of sync/counted.h.  It is here for what it teaches:
 *             sync/harris.h does the same with one word, and less.
 * See         docs/79-valois-list.md, tests/sync/test_valois.c
 */
#pragma once

#include "sync/counted.h"

#define VALOIS_NEXT	0
#define VALOIS_BACK	1

/* counted.link[VALOIS_BACK]: a deleted cell's way back; else NULL */
struct valois_node {
	struct counted counted;
	uint64_t key;			/* a cell's; both are constant in use */
	bool is_aux;
};

struct valois {
	struct counted_pool pool;
	struct valois_node *first, *last;	/* cells without a key */
};

/* cell is before aux, and target behind: the list's last, or a cell */
struct valois_cursor {
	struct valois_node *cell, *aux, *target;
};

/* 0 or -ENOMEM. */
int valois_init(struct valois *l, void *(*alloc)(size_t size),
		void (*give_back)(void *chunk)) must_check;
void valois_destroy(struct valois *l);	/* nobody else is there */

/* 0, -EEXIST or -ENOMEM. */
int valois_insert(struct valois *l, uint64_t key) must_check;
bool valois_remove(struct valois *l, uint64_t key) must_check;
bool valois_contains(struct valois *l, uint64_t key) must_check;

/*
 * The cursor to the first cell whose key is not smaller; true: it is the key's.
 * To be left by valois_leave().
 */
bool valois_seek(struct valois *l, struct valois_cursor *c, uint64_t key)
	must_check;
void valois_leave(struct valois *l, struct valois_cursor *c);
void valois_update(struct valois *l, struct valois_cursor *c);

/* cell and aux: the caller's, not in the list; they stay his if it fails */
bool valois_try_insert(struct valois *l, struct valois_cursor *c,
		       struct valois_node *cell, struct valois_node *aux)
	must_check;
bool valois_try_delete(struct valois *l, struct valois_cursor *c) must_check;
