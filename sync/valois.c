/*
 * sync/valois.c - between two cells there is always an auxiliary node.
 *
 *     first - o - [1] - o - [2] - o - [4] - o - last         o: auxiliary
 *
 *     delete 2    [1] - o ------- o - [4]      two in a row: still a list
 *                       [2] ------^
 *     tidy up     [1] ----------- o - [4]
 *
 *     insert 3 behind 2, and delete 2 at the same time:
 *                 [1] - o ------- o - [3] - o - [4]
 *                       [2] ------^
 *
 * Invariant   An insertion swaps the next of the auxiliary node before a cell,
 *             a deletion that of the one before the cell it deletes.  So those
 *             of neighbours are swaps of different words, and neither undoes
 *             the other; those at one place are swaps of the same word, from
 *             the same old value, and one of them fails.
 *             The next of an auxiliary node changes only while it is a cell.
 *             Once it is another auxiliary node it stays so, and only such ones
 *             are passed over when a cell's next is moved on.  Hence: an
 *             auxiliary node whose next is a cell is in the list, and so is
 *             that cell.  This makes each answer true at the moment at which
 *             the cursor's target was read.
 *             A deleted cell's back names a cell before it, which may have been
 *             deleted, too: the way back leads to one that was not.
 *             A cell's next moves forward only, from one auxiliary node to a
 *             later one, with no cell in between.
 * Ordering    None of its own: each link is read and swapped by sync/counted.c,
 *             whose first edge shows the node.
 * References  Valois, Lock-free linked lists using compare-and-swap, PODC 1995,
 *             sections 3 and 4.
 */
#include "sync/valois.h"

#include "kernel/errno.h"

static struct atomic_ptr *next_of(struct valois_node *node)
{
	return &node->counted.link[VALOIS_NEXT];
}

static struct atomic_ptr *back_of(struct valois_node *node)
{
	return &node->counted.link[VALOIS_BACK];
}

static void release(struct valois *l, struct valois_node *node)
{
	counted_release(&l->pool, node);
}

/* *at moves on to node, and with it the reference. */
static void move_to(struct valois *l, struct valois_node **at,
		    struct valois_node *node)
{
	release(l, *at);
	*at = node;
}

static struct valois_node *make(struct valois *l, bool is_aux, uint64_t key)
{
	struct valois_node *node = counted_alloc(&l->pool);

	if (node) {
		node->is_aux = is_aux;
		node->key = key;
	}
	return node;
}

int valois_init(struct valois *l, void *(*alloc)(size_t size),
		void (*give_back)(void *chunk))
{
	struct valois_node *aux;

	counted_init(&l->pool, sizeof(struct valois_node), alloc, give_back);
	l->first = make(l, false, 0);
	if (!l->first)
		return -ENOMEM;
	/* from here on there is memory: they come in chunks */
	l->last = make(l, false, 0);
	aux = make(l, true, 0);
	counted_set(&l->pool, next_of(l->first), aux);
	counted_set(&l->pool, next_of(aux), l->last);
	release(l, aux);
	return 0;
}

void valois_destroy(struct valois *l)
{
	counted_destroy(&l->pool);
}

/* --------------------------------------------------------------- cursors */

/*
 * The target is what follows aux.  If that is another auxiliary node, a cell
 * was deleted: go on to the last of them, and let the cell before know.
 */
void valois_update(struct valois *l, struct valois_cursor *c)
{
	struct valois_node *next = counted_read(&l->pool, next_of(c->aux));

	while (next->is_aux) {	/* ends: a cell follows, l->last if no other */
		(void)!counted_swap(&l->pool, next_of(c->cell), c->aux, next);
		move_to(l, &c->aux, next);
		next = counted_read(&l->pool, next_of(c->aux));
	}
	move_to(l, &c->target, next);
}

static void start(struct valois *l, struct valois_cursor *c)
{
	c->cell = l->first;
	counted_hold(c->cell);
	c->aux = counted_read(&l->pool, next_of(c->cell));
	c->target = l->first;
	counted_hold(c->target);
	valois_update(l, c);
}

static void advance(struct valois *l, struct valois_cursor *c)
{
	counted_hold(c->target);
	move_to(l, &c->cell, c->target);
	move_to(l, &c->aux, counted_read(&l->pool, next_of(c->cell)));
	valois_update(l, c);
}

void valois_leave(struct valois *l, struct valois_cursor *c)
{
	release(l, c->target);
	release(l, c->aux);
	release(l, c->cell);
}

/* On from where the cursor stands, whose cell has a smaller key. */
static bool find(struct valois *l, struct valois_cursor *c, uint64_t key)
{
	while (c->target != l->last && c->target->key < key)
		advance(l, c);
	return c->target != l->last && c->target->key == key;
}

bool valois_seek(struct valois *l, struct valois_cursor *c, uint64_t key)
{
	start(l, c);
	return find(l, c, key);
}

/* ------------------------------------------------------------- two steps */

bool valois_try_insert(struct valois *l, struct valois_cursor *c,
		       struct valois_node *cell, struct valois_node *aux)
{
	counted_set(&l->pool, next_of(cell), aux);
	counted_set(&l->pool, next_of(aux), c->target);
	return counted_swap(&l->pool, next_of(c->aux), c->target, cell);
}

static bool is_before_cell(struct valois *l, struct valois_node *aux)
{
	struct valois_node *next = counted_read(&l->pool, next_of(aux));
	bool is_cell = !next->is_aux;

	release(l, next);
	return is_cell;
}

/* From cell, which may be deleted, to one before it that was not; held. */
static struct valois_node *way_back(struct valois *l, struct valois_node *cell)
{
	struct valois_node *back;

	counted_hold(cell);
	while ((back = counted_read(&l->pool, back_of(cell))))
		move_to(l, &cell, back);
	return cell;
}

/*
 * A cell was deleted between cell and aux: cell's next becomes the last of the
 * auxiliary nodes that are in a row.  If others are at it they finish it.
 */
static void tidy_up(struct valois *l, struct valois_node *cell,
		    struct valois_node *aux)
{
	struct valois_node *last = aux, *next, *was;
	bool done;

	was = counted_read(&l->pool, next_of(cell));
	counted_hold(last);
	while ((next = counted_read(&l->pool, next_of(last)))->is_aux)
		move_to(l, &last, next);
	release(l, next);
	do {
		done = counted_swap(&l->pool, next_of(cell), was, last);
		if (!done)
			move_to(l, &was,
				counted_read(&l->pool, next_of(cell)));
		/* relaxed: only whether it is there */
	} while (!done && !load_relaxed(back_of(cell)) &&
		 is_before_cell(l, last));
	release(l, was);
	release(l, last);
}

bool valois_try_delete(struct valois *l, struct valois_cursor *c)
{
	struct valois_node *aux, *cell;
	bool done;

	aux = counted_read(&l->pool, next_of(c->target));
	done = counted_swap(&l->pool, next_of(c->aux), c->target, aux);
	if (done) {
		/* written once: there is one who deletes it */
		counted_set(&l->pool, back_of(c->target), c->cell);
		cell = way_back(l, c->cell);
		tidy_up(l, cell, aux);
		release(l, cell);
	}
	release(l, aux);
	return done;
}

/* ------------------------------------------------------------- as a set */

int valois_insert(struct valois *l, uint64_t key)
{
	struct valois_node *cell = make(l, false, key);
	struct valois_node *aux = make(l, true, 0);
	struct valois_cursor c;
	int error = -ENOMEM;

	if (cell && aux) {
		bool there = valois_seek(l, &c, key);

		while (!there && !valois_try_insert(l, &c, cell, aux)) {
			valois_update(l, &c);
			there = find(l, &c, key);
		}
		valois_leave(l, &c);
		error = there ? -EEXIST : 0;
	}
	if (cell)
		release(l, cell);
	if (aux)
		release(l, aux);
	return error;
}

bool valois_remove(struct valois *l, uint64_t key)
{
	struct valois_cursor c;
	bool there = valois_seek(l, &c, key);

	while (there && !valois_try_delete(l, &c)) {
		valois_update(l, &c);
		there = find(l, &c, key);
	}
	valois_leave(l, &c);
	return there;
}

bool valois_contains(struct valois *l, uint64_t key)
{
	struct valois_cursor c;
	bool there = valois_seek(l, &c, key);

	valois_leave(l, &c);
	return there;
}
