/*
 * sync/counted.c - raise the count, look again; who lowers it to 0 owns it.
 *
 *     refs   2 * n        n references, from links and from who works with it
 *            1            free
 *            1 + 2 * n    free, and n readers came too late: they go again
 *
 * Invariant   Each link of a node in use, and each caller of these functions,
 *             has one reference to each node that it names.
 *             2 -> 1 is the one step that frees, and it is one cas: so it is
 *             one who frees a node, and then owns it.  A late reader makes it 3
 *             and 1 again, which is no such step.  Valois lowered the count
 *             first and claimed the node afterwards, by another word: between
 *             the two a late reader could claim it, too, and it was freed
 *             twice.  That is what Michael and Scott corrected.
 *             A link's new node is counted before the link is swapped, and the
 *             old one afterwards: a count is never smaller than it should be.
 *             While somebody holds a node it is not freed, so it does not come
 *             back to where it was: a cas of a link, old being held, has no
 *             ABA.
 * Ordering    [A] the cas (or store) of a link -> the load of it: the node.
 *             [B] lowering a count -> the one who frees: all uses are over.
 *             [C] the cas of a link, then lowering the old node's count -> its
 *             reader: raising the count, then the load of the link.  A reader
 *             who is too late to keep the node sees that the link has changed.
 *             [D] pushing a free node, the push's cas -> the pop's load of
 *             free: its link, and all that its last owner did.
 * References  Valois, Lock-free linked lists using compare-and-swap, PODC 1995,
 *             section 5; Michael and Scott, Correction of a memory management
 *             method for lock-free data structures, University of Rochester
 *             TR 599, 1995.
 */
#include "sync/counted.h"

#include "kernel/assert.h"

struct chunk {
	struct chunk *next;
	unsigned char node[] aligned_to(16);
};

void counted_init(struct counted_pool *pool, size_t size,
		  void *(*alloc)(size_t size), void (*give_back)(void *chunk))
{
	*pool = (struct counted_pool){
		.size = (size + 15) & ~15ul,
		.alloc = alloc, .give_back = give_back,
	};
}

void counted_destroy(struct counted_pool *pool)
{
	/* relaxed: nobody else is there */
	struct chunk *chunk = load_relaxed(&pool->chunks);

	while (chunk) {
		struct chunk *next = chunk->next;

		pool->give_back(chunk);
		chunk = next;
	}
	/* relaxed: as above */
	store_relaxed(&pool->chunks, NULL);
	store_relaxed(&pool->free, NULL);	/* relaxed: as above */
}

static void push_free(struct counted_pool *pool, struct counted *node)
{
	/* relaxed: a guess that the cas judges */
	void *first = load_relaxed(&pool->free);

	do
		/* relaxed: the cas releases it; late readers do not look */
		store_relaxed(&node->link[0], first);
	while (!cas_acq_rel(&pool->free, &first, node));	/* [D] */
}

/* ------------------------------------------------------------ references */

void counted_hold(void *node)
{
	struct counted *c = node;

	/* relaxed: we have a reference already */
	fetch_add_relaxed(&c->refs, COUNTED_ONE);
}

/* True: that was the last, and the node is ours. */
static bool drop(struct counted *node)
{
	/* relaxed: a guess that the cas judges */
	uint32_t was = load_relaxed(&node->refs), now;

	do {
		assert(was >= COUNTED_ONE);
		now = was == COUNTED_ONE ? COUNTED_FREE : was - COUNTED_ONE;
	} while (!cas_acq_rel(&node->refs, &was, now));		/* [B] [C] */
	return was == COUNTED_ONE;
}

/* If this was the last reference, the node comes before *doomed. */
static void drop_into(struct counted **doomed, struct counted *node)
{
	if (node && drop(node)) {
		node->doomed = *doomed;
		*doomed = node;
	}
}

void counted_release(struct counted_pool *pool, void *node)
{
	struct counted *doomed = NULL;

	drop_into(&doomed, node);
	while (doomed) {	/* each is freed once: no ring, so it ends */
		struct counted *c = doomed;

		doomed = c->doomed;
		for (unsigned i = 0; i < COUNTED_LINKS; i++) {
			/* relaxed: [B] made it ours */
			drop_into(&doomed, load_relaxed(&c->link[i]));
			store_relaxed(&c->link[i], NULL); /* relaxed: above */
		}
		push_free(pool, c);
	}
}

void *counted_read(struct counted_pool *pool, struct atomic_ptr *link)
{
	struct counted *node;

	/* another try: the link has changed, so somebody got on */
	while ((node = load_acquire(link))) {			/* [A] [D] */
		fetch_add_acquire(&node->refs, COUNTED_ONE);	/* [C] */
		if (load_acquire(link) == node)			/* [A] [C] */
			break;
		counted_release(pool, node);
	}
	return node;
}

bool counted_swap(struct counted_pool *pool, struct atomic_ptr *link, void *old,
		  void *now)
{
	void *expected = old;
	bool done;

	counted_hold(now);
	done = cas_acq_rel(link, &expected, now);		/* [A] [C] */
	counted_release(pool, done ? old : now);
	return done;
}

void counted_set(struct counted_pool *pool, struct atomic_ptr *link, void *now)
{
	/* relaxed: nobody else writes it */
	void *old = load_relaxed(link);

	if (now)
		counted_hold(now);
	store_release(link, now);				/* [A] */
	if (old)
		counted_release(pool, old);
}

/* ---------------------------------------------------------------- memory */

static bool grow(struct counted_pool *pool)
{
	struct chunk *chunk = pool->alloc(sizeof(*chunk) +
					  COUNTED_CHUNK * pool->size);
	void *first;

	if (!chunk)
		return false;
	for (unsigned i = 0; i < COUNTED_CHUNK; i++) {
		struct counted *c = (void *)(chunk->node + i * pool->size);

		/* relaxed: nobody else has it */
		store_relaxed(&c->refs, COUNTED_FREE);
		store_relaxed(&c->link[1], NULL); /* relaxed: as above */
		push_free(pool, c);
	}
	/* relaxed: it is read when nobody else is there */
	first = load_relaxed(&pool->chunks);
	do
		chunk->next = first;
	while (!cas_relaxed(&pool->chunks, &first, chunk)); /* relaxed: above */
	return true;
}

/* The first of the free ones, with our reference; or NULL. */
static struct counted *pop_free(struct counted_pool *pool)
{
	struct counted *node;
	void *expected, *next;

	/* another try: another took the first, or pushed one before it */
	while ((node = counted_read(pool, &pool->free))) {
		expected = node;
		/* relaxed: [D] showed it; held, so it cannot be pushed again */
		next = load_relaxed(&node->link[0]);
		if (cas_acq_rel(&pool->free, &expected, next))	/* [D] */
			break;
		counted_release(pool, node);
	}
	return node;
}

void *counted_alloc(struct counted_pool *pool)
{
	struct counted *node;

	while (!(node = pop_free(pool)))
		if (!grow(pool))	/* others may take all of it: again */
			return NULL;
	/* relaxed: it is ours; late readers leave COUNTED_FREE alone */
	store_relaxed(&node->link[0], NULL);
	fetch_add_relaxed(&node->refs, -COUNTED_FREE);	/* relaxed: as above */
	return node;
}

unsigned counted_in_use(const struct counted_pool *pool)
{
	unsigned n = 0;

	/* relaxed: nobody else is there */
	for (struct chunk *c = load_relaxed(&pool->chunks); c; c = c->next)
		n += COUNTED_CHUNK;
	/* relaxed: as above */
	for (struct counted *c = load_relaxed(&pool->free); c;
	     /* relaxed: as above */
	     c = load_relaxed(&c->link[0]))
		n--;
	return n;
}
