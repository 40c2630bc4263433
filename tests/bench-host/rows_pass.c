/*
 * tests/bench-host/rows_pass.c - what passes values on: ours and peers.
 *
 * A pair is a put and a take, of a thread's own nodes.  Where a node that was
 * taken may be looked at by others still, the pair has in it what that costs:
 * it is retired, and comes back when nobody looks.
 */
#include "tests/bench-host/peer_pass.h"	/* first: "always_inline" is ours */

#include <stdlib.h>

#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "kernel/mem.h"
#include "sync/mpmc_ring.h"
#include "sync/mpsc.h"
#include "sync/msqueue.h"
#include "sync/spsc_ring.h"
#include "sync/treiber.h"
#include "sync/treiber_tagged.h"
#include "tests/bench-host/row.h"

#define PLACES	256
#define SLOTS	2	/* hazard pointers that a queue needs */
#define STOCK	64	/* nodes of a thread, to begin with */
#define line	aligned_to(CACHE_LINE)
#define calls	in_section("caller") static never_inline

struct node {
	union {
		struct treiber_node treiber;
		struct treiber_tagged_node tagged;
		struct msqueue_node ms;
		struct mpsc_node mpsc;
		ck_stack_entry_t ck;
		ck_hp_fifo_entry_t ck_hp_fifo;
		ck_fifo_mpmc_entry_t ck_fifo;
		struct cds_lfs_node lfs;
		struct cds_wfcq_node wfcq;
	};
	ck_hp_hazard_t hazard;
	struct node *below;		/* in a side's free list */
	struct atomic32 passed;		/* 0: its giver may use it */
} line;

/* What a thread brings along. */
struct side {
	struct node *free;
	struct hazard *hazard;
	ck_hp_record_t record;
	void *pointers[SLOTS];
} line;

static struct side sides[THREADS];
static __thread struct side *here;	/* whose nodes come back */

static struct treiber treiber line;
static struct treiber_tagged tagged line;
static struct msqueue msqueue line;
static struct mpsc mpsc_one, mpsc_two;
static struct spsc_ring spsc_empty, spsc_half;
static struct mpmc_ring mpmc;
static struct hazard_domain domain = HAZARD_DOMAIN_INIT;
static void *spsc_places[2][PLACES];
static struct mpmc_place mpmc_places[PLACES];

static ck_stack_t ck_stack line, ck_hp_stack line;
static ck_hp_fifo_t ck_hp_fifo line;
static ck_fifo_mpmc_t ck_fifo line;
static struct ring ck_spsc_empty line, ck_spsc_half line, ck_mpmc line;
static ck_ring_buffer_t ck_places[3][PLACES];
static ck_hp_t ck_hp;

static struct __cds_lfs_stack lfs line;
static struct cds_lfs_stack lfs_locked line;
static struct wfcq wfcq_one, wfcq_two;

static void *value = &value;

static struct node *new_node(void)
{
	struct node *node = mem_alloc(sizeof(*node));

	if (!node)
		abort();
	return node;
}

static always_inline struct node *take_free(struct side *side)
{
	struct node *node = side->free;

	if (!node)
		return new_node();
	side->free = node->below;
	return node;
}

static always_inline void keep_free(struct side *side, void *object)
{
	struct node *node = object;

	node->below = side->free;
	side->free = node;
}

calls void come_back(void *node)
{
	keep_free(here, node);
}

/* A put and a take of nodes that are the taker's at once. */
#define PASSING(name, put_it, take_it) \
calls void put_##name(void *object, void *at) \
{ \
	struct node *node = take_free(at); \
 \
	put_it; \
} \
calls void take_##name(void *object, void *at) \
{ \
	keep_free(at, take_it); \
}

/* Likewise, of nodes that come back later. */
#define RETIRING(name, put_it, take_it) \
calls void put_##name(void *object, void *at) \
{ \
	struct side *side = at; \
	struct node *node = take_free(side); \
 \
	put_it; \
} \
calls void take_##name(void *object, void *at) \
{ \
	struct side *side = at; \
 \
	here = side; \
	take_it; \
}

/* Of values: no nodes. */
#define RINGING(name, put_it, take_it) \
calls void put_##name(void *object, void *at) \
{ \
	(void)at; \
	while (!(put_it)) \
		cpu_relax(); \
} \
calls void take_##name(void *object, void *at) \
{ \
	(void)at; \
	while (!(take_it)) \
		cpu_relax(); \
} \
static bool give_##name(void *object) \
{ \
	return put_it; \
} \
static bool get_##name(void *object) \
{ \
	return take_it; \
}

/* What mpsc_pop() found, or NULL. */
static always_inline void *popped(struct mpsc *q)
{
	struct mpsc_node *node;

	return mpsc_pop(q, &node) ? NULL : node;
}

static always_inline void *wfcq_popped(struct wfcq *q)
{
	void *node = wfcq_pop(q);

	return node == CDS_WFCQ_WOULDBLOCK ? NULL : node;
}

static always_inline void *ck_taken(ck_fifo_mpmc_t *q)
{
	ck_fifo_mpmc_entry_t *node;

	/* with others about, it may say "empty" when it is not */
	while (!ck_take(q, &node, &(void *){ NULL }))
		cpu_relax();
	return node;
}

static always_inline void ms_take(struct msqueue *q, struct side *side)
{
	void *taken;

	(void)!msqueue_dequeue(q, side->hazard, &taken);
}

static always_inline void treiber_take(struct treiber *s, struct side *side)
{
	struct treiber_node *node = treiber_pop(s, side->hazard);

	treiber_retire(side->hazard, node, come_back);
}

static always_inline void ck_hp_stack_take(ck_stack_t *s, struct side *side)
{
	struct node *node = ck_hp_pop(s, &side->record);

	ck_hp_free(&side->record, &node->hazard, node, node);
}

static always_inline void ck_hp_fifo_take(ck_hp_fifo_t *q, struct side *side)
{
	ck_hp_fifo_entry_t *node = ck_hp_take(q, &side->record,
					      &(void *){ NULL });

	ck_hp_free(&side->record, &node->hazard, node, node);
}

RETIRING(treiber, treiber_push(object, &node->treiber),
	 treiber_take(object, side))
RETIRING(ck_hp_stack, ck_hp_push(object, &node->ck),
	 ck_hp_stack_take(object, side))
RETIRING(msqueue, msqueue_enqueue(object, side->hazard, &node->ms, value),
	 ms_take(object, side))
RETIRING(ck_hp_fifo,
	 ck_hp_put(object, &side->record, &node->ck_hp_fifo, value),
	 ck_hp_fifo_take(object, side))
PASSING(tagged, treiber_tagged_push(object, &node->tagged),
	treiber_tagged_pop(object))
PASSING(ck_stack, ck_push(object, &node->ck), ck_pop(object))
PASSING(lfs, lfs_push(object, &node->lfs), lfs_pop(object))
PASSING(lfs_locked, lfs_push((void *)object, &node->lfs),
	lfs_pop_locked(object))
PASSING(ck_fifo, ck_put(object, &node->ck_fifo, value), ck_taken(object))
PASSING(mpsc, mpsc_push(object, &node->mpsc), popped(object))
PASSING(wfcq, wfcq_push(object, &node->wfcq),
	wfcq_popped(object))
RINGING(spsc, spsc_ring_put(object, value),
	spsc_ring_take(object, &(void *){ NULL }))
RINGING(mpmc, !mpmc_ring_put(object, value),
	!mpmc_ring_take(object, &(void *){ NULL }))
RINGING(ck_spsc, ck_spsc_put(object, value),
	ck_spsc_take(object, &(void *){ NULL }))
RINGING(ck_mpmc, ck_mpmc_put(object, value),
	ck_mpmc_take(object, &(void *){ NULL }))

/* One way: the giver's nodes go round, each when it has come back. */
static struct node to_pass[PLACES];

#define GIVING(name, put_it, take_it) \
static bool give_##name(void *object) \
{ \
	static unsigned given; \
	struct node *node = &to_pass[given % PLACES]; \
 \
	if (load_acquire(&node->passed)) \
		return false; \
	/* relaxed: the taker gets node by the queue */ \
	store_relaxed(&node->passed, 1); \
	put_it; \
	given++; \
	return true; \
} \
static bool get_##name(void *object) \
{ \
	struct node *node = take_it; \
 \
	if (node) \
		store_release(&node->passed, 0); \
	return node; \
}

GIVING(mpsc, mpsc_push(object, &node->mpsc), popped(object))
GIVING(wfcq, wfcq_push(object, &node->wfcq), wfcq_popped(object))

#define TWO_SIDES	.node = { &sides[0], &sides[1] }
#define ONE_WAY(name)	TWO_SIDES, .give = give_##name, .get = get_##name

static struct row rows[] = {
	THEIRS("lfstack, one pops", "-", put_lfs, take_lfs, &lfs, TWO_SIDES,
	       .alone = true),
	OURS("treiber", "hazards", 0, put_treiber, take_treiber, &treiber,
	     TWO_SIDES),
	THEIRS("ck hp_stack", "hazards", put_ck_hp_stack, take_ck_hp_stack,
	       &ck_hp_stack, TWO_SIDES),
	OURS("treiber_tagged", "used again", 0, put_tagged, take_tagged,
	     &tagged, TWO_SIDES),
	THEIRS("ck stack", "used again", put_ck_stack, take_ck_stack,
	       &ck_stack, TWO_SIDES),
	THEIRS("lfstack, a mutex", "used again", put_lfs_locked,
	       take_lfs_locked, &lfs_locked, TWO_SIDES),
	OURS("msqueue", "queue", 0, put_msqueue, take_msqueue, &msqueue,
	     TWO_SIDES),
	THEIRS("ck hp_fifo", "queue", put_ck_hp_fifo, take_ck_hp_fifo,
	       &ck_hp_fifo, TWO_SIDES),
	THEIRS("ck fifo, tagged", "-", put_ck_fifo, take_ck_fifo, &ck_fifo,
	       TWO_SIDES),
	OURS("mpsc, the last", "mpsc", 0, put_mpsc, take_mpsc, &mpsc_one,
	     ONE_WAY(mpsc)),
	THEIRS("wfcqueue, the last", "mpsc", put_wfcq, take_wfcq, &wfcq_one,
	       ONE_WAY(wfcq)),
	OURS("mpsc, of two", "mpsc of two", 0, put_mpsc, take_mpsc, &mpsc_two,
	     TWO_SIDES, .alone = true),
	THEIRS("wfcqueue, of two", "mpsc of two", put_wfcq, take_wfcq,
	       &wfcq_two, TWO_SIDES, .alone = true),
	OURS("spsc_ring, half", "spsc half", 0, put_spsc, take_spsc, &spsc_half,
	     TWO_SIDES, .alone = true),
	THEIRS("ck ring, half", "spsc half", put_ck_spsc, take_ck_spsc,
	       &ck_spsc_half, TWO_SIDES, .alone = true),
	OURS("spsc_ring, empty", "spsc empty", 0, put_spsc, take_spsc,
	     &spsc_empty, ONE_WAY(spsc)),
	THEIRS("ck ring, empty", "spsc empty", put_ck_spsc, take_ck_spsc,
	       &ck_spsc_empty, ONE_WAY(ck_spsc)),
	OURS("mpmc_ring", "mpmc ring", 0, put_mpmc, take_mpmc, &mpmc,
	     ONE_WAY(mpmc)),
	THEIRS("ck ring, mpmc", "mpmc ring", put_ck_mpmc, take_ck_mpmc,
	       &ck_mpmc, ONE_WAY(ck_mpmc)),
};

static void init_peers(void)
{
	ck_stack_init(&ck_stack);
	ck_stack_init(&ck_hp_stack);
	ck_hp_fifo_init(&ck_hp_fifo, &new_node()->ck_hp_fifo);
	ck_fifo_mpmc_init(&ck_fifo, &new_node()->ck_fifo);
	for (unsigned i = 0; i < 3; i++) {
		struct ring *r[] = { &ck_spsc_empty, &ck_spsc_half, &ck_mpmc };

		ck_ring_init(&r[i]->ring, PLACES);
		r[i]->places = ck_places[i];
	}
	/* as many retired as ours keeps */
	ck_hp_init(&ck_hp, SLOTS, hazard_limit(&domain), come_back);
	for (unsigned i = 0; i < THREADS; i++)
		ck_hp_register(&ck_hp, &sides[i].record, sides[i].pointers);
	__cds_lfs_init(&lfs);
	cds_lfs_init(&lfs_locked);
	__cds_wfcq_init(&wfcq_one.head, &wfcq_one.tail);
	__cds_wfcq_init(&wfcq_two.head, &wfcq_two.tail);
	wfcq_push(&wfcq_two, &new_node()->wfcq);
}

static void init(void)
{
	for (unsigned i = 0; i < THREADS; i++) {
		sides[i].hazard = hazard_join(&domain);
		if (!sides[i].hazard)
			abort();
		for (unsigned n = 0; n < STOCK; n++)
			keep_free(&sides[i], new_node());
	}
	treiber_init(&treiber);
	treiber_tagged_init(&tagged);
	msqueue_init(&msqueue, &new_node()->ms, come_back);
	mpsc_init(&mpsc_one);
	mpsc_init(&mpsc_two);
	mpsc_push(&mpsc_two, &new_node()->mpsc);
	spsc_ring_init(&spsc_empty, spsc_places[0], PLACES);
	spsc_ring_init(&spsc_half, spsc_places[1], PLACES);
	mpmc_ring_init(&mpmc, mpmc_places, PLACES);
	init_peers();
	for (unsigned i = 0; i < PLACES / 2; i++)
		if (!give_spsc(&spsc_half) || !give_ck_spsc(&ck_spsc_half))
			abort();
}

const struct row_table passing = {
	"put + take", rows, ARRAY_LEN(rows), true, init
};
