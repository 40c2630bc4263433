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
#include "sync/mpsc.h"
#include "sync/msqueue.h"
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

/* and where a participant brings nothing */
static int join_nothing(void *container, void *self)
{
	(void)container;
	(void)self;
	return 0;
}

static void leave_nothing(void *container, void *self)
{
	(void)container;
	(void)self;
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

/* --------------------------------------------------------------- msqueue */

struct any_msqueue {
	struct msqueue q;
	struct hazard_domain d;
	struct container_memory memory;
};

static int any_msqueue_init(void *container,
			    const struct container_memory *memory,
			    unsigned capacity)
{
	struct any_msqueue *c = container;
	struct msqueue_node *dummy = memory->alloc(sizeof(*dummy));

	(void)capacity;
	if (!dummy)
		return -ENOMEM;
	msqueue_init(&c->q, dummy, memory->free);
	hazard_init(&c->d);
	c->memory = *memory;
	return 0;
}

static int any_msqueue_join(void *container, void *self)
{
	struct any_msqueue *c = container;

	return join_domain(&c->d, self);
}

static int any_msqueue_put(void *container, void *self, void *value)
{
	struct any_msqueue *c = container;
	struct hazard_self *mine = self;
	struct msqueue_node *node = c->memory.alloc(sizeof(*node));

	if (!node)
		return -ENOMEM;
	msqueue_enqueue(&c->q, mine->h, node, value);
	return 0;
}

static int any_msqueue_take(void *container, void *self, void **value)
{
	struct any_msqueue *c = container;
	struct hazard_self *mine = self;

	return msqueue_dequeue(&c->q, mine->h, value) ? 0 : -ENOENT;
}

static void any_msqueue_destroy(void *container)
{
	struct any_msqueue *c = container;

	msqueue_destroy(&c->q);
	hazard_drain(&c->d);
}

/* ------------------------------------------------------------------ mpsc */

struct any_mpsc {
	struct mpsc q;
	struct container_memory memory;
};

struct mpsc_box {
	struct mpsc_node node;
	void *value;
};

static int any_mpsc_init(void *container,
			 const struct container_memory *memory,
			 unsigned capacity)
{
	struct any_mpsc *c = container;

	(void)capacity;
	mpsc_init(&c->q);
	c->memory = *memory;
	return 0;
}

static int any_mpsc_put(void *container, void *self, void *value)
{
	struct any_mpsc *c = container;
	struct mpsc_box *box = c->memory.alloc(sizeof(*box));

	(void)self;
	if (!box)
		return -ENOMEM;
	box->value = value;
	mpsc_push(&c->q, &box->node);
	return 0;
}

static int any_mpsc_take(void *container, void *self, void **value)
{
	struct any_mpsc *c = container;
	struct mpsc_node *node;
	struct mpsc_box *box;
	int result = mpsc_pop(&c->q, &node);

	(void)self;
	if (result)
		return result;
	box = container_of(node, struct mpsc_box, node);
	*value = box->value;
	c->memory.free(box);
	return 0;
}

static void any_mpsc_destroy(void *container)
{
	void *value;

	while (any_mpsc_take(container, NULL, &value) == 0)
		;
}

/* ------------------------------------------------------------- the table */

/* a line: the name, the struct, its join, leave and destroy, the flags */
#define CONTAINERS(X) \
	X("treiber", treiber, any_treiber_join, leave_domain, \
	  any_treiber_destroy, CONTAINER_LIFO) \
	X("treiber, tagged", treiber_tagged, join_nothing, leave_nothing, \
	  any_treiber_tagged_destroy, CONTAINER_LIFO) \
	X("michael-scott", msqueue, any_msqueue_join, leave_domain, \
	  any_msqueue_destroy, 0) \
	X("mpsc", mpsc, join_nothing, leave_nothing, \
	  any_mpsc_destroy, CONTAINER_ONE_TAKES | CONTAINER_WAITS)

#define FITS(name_, type, join_, leave_, destroy_, flags_) \
_Static_assert(sizeof(struct any_##type) <= CONTAINER_SIZE_MAX, #type);

CONTAINERS(FITS)
_Static_assert(sizeof(struct hazard_self) <= CONTAINER_SELF, "a self");

#define DEFINE(name_, type, join_, leave_, destroy_, flags_) \
static const struct container_ops type##_ops = { \
	.name = name_, .size = sizeof(struct any_##type), .flags = (flags_), \
	.init = any_##type##_init, .destroy = destroy_, \
	.join = join_, .leave = leave_, \
	.put = any_##type##_put, .take = any_##type##_take };

CONTAINERS(DEFINE)

#define ENTRY(name_, type, ...)	&type##_ops,

const struct container_ops *const container_table[] = {
	CONTAINERS(ENTRY)
	&spsc_ring_ops,
	&mpmc_ring_ops,
};
const unsigned container_count = ARRAY_LEN(container_table);
