/*
 * sync/harris.c - first mark, then unlink; whoever meets a mark unlinks.
 *
 *     remove b:   head -> [a] -> [b] -> [c]         b.next = c
 *     mark        head -> [a] -> [b] => [c]         b.next = c | MARK: gone
 *     unlink      head -> [a] --------> [c]         a.next = c
 *
 * Invariant   The list is what is reached from head; keys rise along it.  A
 *             node is in the set iff it is in the list and its next has no
 *             mark.  A marked next never changes again: so nothing is ever
 *             linked behind a node that is gone, which is what one cas on the
 *             link before it could not prevent.
 *             A node is unlinked by one cas, on a link without a mark, and only
 *             after it was marked; who did this cas retires it.
 *             find() stands between two nodes.  The link it came by had no mark
 *             when it was looked at again, so the node that holds it was in the
 *             list then, and so was the node it names: that one was protected
 *             before.  That is the second look that sync/hazard.c asks for.
 * Ordering    [A] the cas of a link, by which a node is inserted (or one before
 *             it unlinked) -> the load of that link: the node's key and next.
 *             [B] the cas that marks -> the load of next: who meets the mark
 *             unlinks, and retires what the remover is done with.
 * References  Harris, A pragmatic implementation of non-blocking linked-lists,
 *             DISC 2001; Michael, High performance dynamic lock-free hash
 *             tables and list-based sets, SPAA 2002, figure 6.
 */
#include "sync/harris.h"

struct place {
	struct atomic_ptr *link;	/* what names cur */
	struct harris_node *cur;	/* first with key >= ours, or NULL */
	struct harris_node *next;	/* behind cur */
};

static bool is_marked(const void *link)
{
	return (uintptr_t)link & HARRIS_MARK;
}

static void *marked(void *link)
{
	return (void *)((uintptr_t)link | HARRIS_MARK);
}

static void *unmarked(void *link)
{
	return (void *)((uintptr_t)link & ~HARRIS_MARK);
}

static void protect(struct harris *l, void *self, unsigned slot, void *node)
{
	if (l->reclaim->protect)
		l->reclaim->protect(self, slot, node);
}

static void retire(struct harris *l, void *self, struct harris_node *node)
{
	node->free = l->free;
	l->reclaim->retire(self, node);
}

enum step { FOUND, AGAIN, ON };

/* Look at p->cur; ON: p->cur is the next one to look at. */
static enum step look(struct harris *l, void *self, uint64_t key,
		      struct place *p, unsigned *slot)
{
	struct harris_node *cur = p->cur;
	void *next, *expected = cur;

	protect(l, self, *slot, cur);
	if (load_acquire(p->link) != cur)			/* [A] */
		return AGAIN;
	if (!cur)
		return FOUND;
	next = load_acquire(&cur->next);			/* [A] [B] */
	p->next = unmarked(next);
	if (is_marked(next)) {
		if (!cas_acq_rel(p->link, &expected, p->next))	/* [A] */
			return AGAIN;
		retire(l, self, cur);
		p->cur = p->next;
		return ON;
	}
	if (cur->key >= key)
		return FOUND;
	/* cur stays protected, for the link in it; the next gets the other */
	*slot ^= 1;
	p->link = &cur->next;
	p->cur = p->next;
	return ON;
}

/* Is the key there?  p: where it is, or would be. */
static bool find(struct harris *l, void *self, uint64_t key, struct place *p)
{
	enum step step = AGAIN;
	unsigned slot = 0;

	/* AGAIN: somebody else has changed a link, and so did a step */
	while (step != FOUND) {
		if (step == AGAIN) {
			p->link = &l->head;
			p->cur = load_acquire(p->link);		/* [A] */
		}
		step = look(l, self, key, p, &slot);
	}
	return p->cur && p->cur->key == key;
}

void harris_init(struct harris *l, const struct harris_reclaim *reclaim,
		 void (*free)(void *node))
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->head, NULL);
	l->reclaim = reclaim;
	l->free = free;
}

bool harris_insert(struct harris *l, void *self, struct harris_node *node,
		   uint64_t key)
{
	struct place p;
	bool there;
	void *cur;

	node->key = key;
	l->reclaim->enter(self);
	do {
		there = find(l, self, key, &p);
		if (there)
			break;
		/* relaxed: the cas below releases it */
		store_relaxed(&node->next, p.cur);
		cur = p.cur;
	} while (!cas_acq_rel(p.link, &cur, node));		/* [A] */
	l->reclaim->leave(self);
	return !there;
}

bool harris_remove(struct harris *l, void *self, uint64_t key)
{
	struct place p;
	void *next, *cur;
	bool there;

	l->reclaim->enter(self);
	do {
		there = find(l, self, key, &p);
		next = p.next;
	} while (there && !cas_acq_rel(&p.cur->next, &next,	/* [B] */
				       marked(p.next)));
	if (there) {
		cur = p.cur;
		if (cas_acq_rel(p.link, &cur, p.next))		/* [A] */
			retire(l, self, p.cur);
		else
			(void)find(l, self, key, &p);
	}
	l->reclaim->leave(self);
	return there;
}

bool harris_contains(struct harris *l, void *self, uint64_t key)
{
	struct place p;
	bool there;

	l->reclaim->enter(self);
	there = find(l, self, key, &p);
	l->reclaim->leave(self);
	return there;
}

void harris_destroy(struct harris *l)
{
	/* relaxed: nobody else is there */
	struct harris_node *node = load_relaxed(&l->head);

	while (node) {
		/* relaxed: as above */
		void *next = load_relaxed(&node->next);

		l->free(node);
		node = unmarked(next);
	}
	store_relaxed(&l->head, NULL);	/* relaxed: as above */
}

/* ------------------------------------------------- the seam's two bodies */

static void hazard_enter(void *self)
{
	(void)self;
}

static void hazard_exit(void *self)
{
	hazard_clear(self, 0);
	hazard_clear(self, 1);
}

static void hazard_protect_node(void *self, unsigned slot, void *node)
{
	hazard_set(self, slot, node);
}

static void hazard_retire_node(void *self, struct harris_node *node)
{
	hazard_retire(self, &node->hazard, node, node->free);
}

static void rcu_enter(void *self)
{
	(void)self;
	rcu_read_lock();
}

static void rcu_exit(void *self)
{
	(void)self;
	rcu_read_unlock();
}

static void free_by_rcu(struct rcu_head *head)
{
	struct harris_node *node = container_of(head, struct harris_node, rcu);

	node->free(node);
}

static void rcu_retire_node(void *self, struct harris_node *node)
{
	(void)self;
	call_rcu(&node->rcu, free_by_rcu);
}

const struct harris_reclaim harris_hazard = {
	hazard_enter, hazard_exit, hazard_protect_node, hazard_retire_node,
};

const struct harris_reclaim harris_rcu = {
	rcu_enter, rcu_exit, NULL, rcu_retire_node,
};
