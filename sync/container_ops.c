/*
 * sync/container_ops.c - the stacks, queues and rings behind one face.
 *
 * What a container wants from its user - nodes, a participant's hazards - this
 * file brings along.  It adds nothing to the algorithms.
 *
 * Invariant   A node is in the container, or in the hands of one put() or
 *             take(), or given back.  For the tagged stack, whose nodes must
 *             stay nodes, "given back" means into a second stack of its own.
 * Ordering    None of its own: a value is handed over by the container's edge.
 * References  The files behind it.
 */
#include "sync/container_ops.h"

#include "kernel/errno.h"
#include "sync/treiber.h"
#include "sync/treiber_tagged.h"

/* ------------------------------------------------- with hazard pointers */

/* a participant's self */
struct hazard_self {
	struct hazard *h;
};

static int join_domain(struct hazard_domain *d, void *self)
{
	struct hazard_self *mine = self;

	mine->h = hazard_join(d);
	return mine->h ? 0 : -ENOMEM;
}

static void leave_domain(void *container, void *self)
{
	struct hazard_self *mine = self;

	(void)container;
	hazard_leave(mine->h);
}

/* --------------------------------------------------------------- treiber */

struct any_treiber {
	struct treiber s;
	struct hazard_domain d;
	struct container_memory memory;
};

struct treiber_box {
	struct treiber_node node;
	void *value;
};

static int any_treiber_init(void *container,
			    const struct container_memory *memory,
			    unsigned capacity)
{
	struct any_treiber *c = container;

	(void)capacity;
	treiber_init(&c->s);
	hazard_init(&c->d);
	c->memory = *memory;
	return 0;
}

static int any_treiber_join(void *container, void *self)
{
	struct any_treiber *c = container;

	return join_domain(&c->d, self);
}

static int any_treiber_put(void *container, void *self, void *value)
{
	struct any_treiber *c = container;
	struct treiber_box *box = c->memory.alloc(sizeof(*box));

	(void)self;
	if (!box)
		return -ENOMEM;
	box->value = value;
	treiber_push(&c->s, &box->node);
	return 0;
}

static int any_treiber_take(void *container, void *self, void **value)
{
	struct any_treiber *c = container;
	struct hazard_self *mine = self;
	struct treiber_node *node = treiber_pop(&c->s, mine->h);

	if (!node)
		return -ENOENT;
	*value = container_of(node, struct treiber_box, node)->value;
	treiber_retire(mine->h, node, c->memory.free);
	return 0;
}

static void any_treiber_destroy(void *container)
{
	struct any_treiber *c = container;
	/* relaxed: nobody else is there */
	struct treiber_node *node = load_relaxed(&c->s.top);

	while (node) {
		/* relaxed: as above */
		struct treiber_node *next = load_relaxed(&node->next);

		c->memory.free(node);
		node = next;
	}
	hazard_drain(&c->d);
}

/* -------------------------------------------------------- treiber, tagged */

struct any_treiber_tagged {
	struct treiber_tagged s, spare;
	struct container_memory memory;
};

struct treiber_tagged_box {
	struct treiber_tagged_node node;
	void *value;
};

static int any_treiber_tagged_init(void *container,
				   const struct container_memory *memory,
				   unsigned capacity)
{
	struct any_treiber_tagged *c = container;

	(void)capacity;
	treiber_tagged_init(&c->s);
	treiber_tagged_init(&c->spare);
	c->memory = *memory;
	return 0;
}

static int any_treiber_tagged_join(void *container, void *self)
{
	(void)container;
	(void)self;
	return 0;
}

static void any_treiber_tagged_leave(void *container, void *self)
{
	(void)container;
	(void)self;
}

static int any_treiber_tagged_put(void *container, void *self, void *value)
{
	struct any_treiber_tagged *c = container;
	struct treiber_tagged_node *node = treiber_tagged_pop(&c->spare);
	struct treiber_tagged_box *box = (void *)node;

	(void)self;
	if (!box)
		box = c->memory.alloc(sizeof(*box));
	if (!box)
		return -ENOMEM;
	box->value = value;
	treiber_tagged_push(&c->s, &box->node);
	return 0;
}

static int any_treiber_tagged_take(void *container, void *self, void **value)
{
	struct any_treiber_tagged *c = container;
	struct treiber_tagged_node *node = treiber_tagged_pop(&c->s);

	(void)self;
	if (!node)
		return -ENOENT;
	*value = container_of(node, struct treiber_tagged_box, node)->value;
	treiber_tagged_push(&c->spare, node);
	return 0;
}

static void any_treiber_tagged_destroy(void *container)
{
	struct any_treiber_tagged *c = container;
	struct treiber_tagged_node *node;

	while ((node = treiber_tagged_pop(&c->s)))
		c->memory.free(node);
	while ((node = treiber_tagged_pop(&c->spare)))
		c->memory.free(node);
}

_Static_assert(offsetof(struct treiber_box, node) == 0, "freed as a node");
_Static_assert(offsetof(struct treiber_tagged_box, node) == 0, "and here");

/* ------------------------------------------------------------- the table */

/* a line: the name, the struct, whose hands leave() empties, the flags */
#define CONTAINERS(X) \
	X("treiber", treiber, leave_domain, CONTAINER_LIFO) \
	X("treiber, tagged", treiber_tagged, any_treiber_tagged_leave, \
	  CONTAINER_LIFO)

#define FITS(name_, type, leave_, flags_) \
_Static_assert(sizeof(struct any_##type) <= CONTAINER_SIZE_MAX, #type);

CONTAINERS(FITS)
_Static_assert(sizeof(struct hazard_self) <= CONTAINER_SELF, "a self");

#define ENTRY(name_, type, leave_, flags_) { \
	.name = name_, .size = sizeof(struct any_##type), .flags = (flags_), \
	.init = any_##type##_init, .destroy = any_##type##_destroy, \
	.join = any_##type##_join, .leave = leave_, \
	.put = any_##type##_put, .take = any_##type##_take },

const struct container_ops container_table[] = { CONTAINERS(ENTRY) };
const unsigned container_count = ARRAY_LEN(container_table);
