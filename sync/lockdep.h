/*
 * sync/lockdep.h - the judge of locking: whether it can deadlock, not whether
 * it just did.
 *
 * Guarantees  A lock that is asked for is judged before it is waited for.  What
 *             each verdict means is said at enum lockdep_verdict.  An order of
 *             two classes is judged when it is first seen, against all orders
 *             seen before, by search: cycles of any length.
 *             Each finding is told once.  The kernel's judge prints it and goes
 *             on; after LOCKDEP_FINDINGS of them it says so, and judges no
 *             more.  A finding never panics, and never stops anybody.
 *             Whatever it does, it allocates nothing and waits for nothing but
 *             its own guard, which is held with interrupts masked.
 * Context     Any.  From NMI, only the rule for NMI is judged.
 * Cost        An order that is known costs one byte's load for each lock that
 *             is held.  410 KB for each judge.
 * Limits      Classes, orders' backtraces and addresses of locks have tables of
 *             fixed size; a full one says so once, and what does not fit is not
 *             judged.  A lock on no initialiser's record that is not static
 *             (a stack's, by FOO_INIT) has no class: its order is not judged.
 *             Units of semaphores, and what is waited for without an owner,
 *             have no order.  A brlock read in an interrupt is judged as if it
 *             never waited for a writer that waits.
 * See         docs/40-watching.md, sync/watch.h, tests/sync/test_lockdep.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sync/watch.h"

#define LOCKDEP_CLASSES		512
#define LOCKDEP_TRACES		1024	/* backtraces of orders */
#define LOCKDEP_TRACE_DEPTH	12
#define LOCKDEP_ADDRESSES	4096
#define LOCKDEP_BUCKETS		2048
#define LOCKDEP_SUBCLASSES	4
#define LOCKDEP_PATH		16	/* of a cycle, as far as it is told */
#define LOCKDEP_FINDINGS	16
#define LOCKDEP_MUTED		0x10000	/* in findings: not now */

enum lockdep_verdict {
	LOCKDEP_SILENT,
	LOCKDEP_RECURSION,	/* of a class that the caller holds already */
	LOCKDEP_CYCLE,		/* orders that go round */
	LOCKDEP_IRQ_USE,	/* used in an interrupt that can interrupt it */
	LOCKDEP_IRQ_ORDER,	/* the same, by way of other locks */
	LOCKDEP_SLEEP,		/* may sleep where one must not */
	LOCKDEP_NOT_HELD,	/* unlocked, and nobody holds it */
	LOCKDEP_STRANGER,	/* unlocked, and somebody else holds it */
	LOCKDEP_FREED,		/* the memory of a held lock is freed */
	LOCKDEP_EXIT,		/* a thread ends that holds a lock */
	LOCKDEP_NMI,		/* waits for a lock in an NMI */
	LOCKDEP_VERDICTS,
};

/* Ids of classes that always exist. */
#define CLASS_INTERRUPT		0	/* see sync/lockdep_graph.c */
#define CLASS_NONE		1	/* of locks that have no class */

/* bits of held_what.mode */
#define HELD_SHARED	1u
#define HELD_WEAK	2u	/* asked for as a reader that waits for no
				   writer that waits */
#define HELD_TRY	4u	/* nobody waited for it */
#define HELD_IRQ	8u	/* by an interrupt handler */
#define HELD_SLEEPS	16u	/* it is of a kind that sleeps */
#define HELD_NESTS	32u

enum held_state { HELD_ASKED, HELD_WAITING, HELD_GOT, HELD_GOT_WAITED };

/* The word held_lock.what. */
struct held_what {
	uint32_t site;		/* who asked */
	uint16_t class;
	uint8_t mode;
	uint8_t state;		/* enum held_state */
};

/* What was found, for whoever tells it. */
struct lockdep_finding {
	enum lockdep_verdict verdict;
	const void *lock;
	enum watch_kind kind;
	uint32_t site;
	struct held_what wanted;
	struct held_what held;		/* the other lock, if any */
	const struct sync_self *owner;	/* of LOCKDEP_STRANGER */
	unsigned length;		/* of the cycle, 0: none */
	uint16_t cycle[LOCKDEP_PATH];	/* each before the next, and round */
};

struct lockdep;

/* What a test may put something else in the place of. */
struct lockdep_ops {
	unsigned (*context)(void);	/* LOCKDEP_IN_IRQ, ... */
	unsigned (*search)(struct lockdep *d, unsigned from, unsigned mode,
			   unsigned to, bool shared, uint16_t *path);
	void (*tell)(struct lockdep *d, const struct lockdep_finding *f);
};

/* bits of context() */
#define LOCKDEP_IN_IRQ	1u
#define LOCKDEP_IN_NMI	2u
#define LOCKDEP_IRQS_ON	4u	/* interrupts may come */
#define LOCKDEP_ATOMIC	8u	/* must not sleep */

struct lock_class {
	uint64_t key;		/* of a static one its address, else the site */
	uint8_t kind;
	uint8_t subclass;
	uint16_t next;		/* of the same hash */
	uint16_t sub[LOCKDEP_SUBCLASSES];
	struct atomic32 told;	/* bit v: verdict v of it was told */
	struct atomic32 orders;	/* that lead away from it */
};

struct lock_address {
	struct atomic64 key;	/* address << 8 | kind, or 0 */
	struct atomic32 class;
	struct atomic32 next;
};

struct lock_trace {
	uint16_t from, to;
	uint32_t depth;
	uint32_t held_site;
	uint32_t pcs[LOCKDEP_TRACE_DEPTH];
};

/* A judge and all that it has seen. */
struct lockdep {
	const struct lockdep_ops *ops;
	struct atomic32 guard;		/* 1: somebody writes the rest */
	struct atomic32 findings;
	struct atomic32 overflowed;	/* bit t: table t was full, and said */

	struct atomic32 nr_classes;
	struct atomic32 class_buckets[LOCKDEP_CLASSES];
	struct lock_class classes[LOCKDEP_CLASSES];
	struct atomic8 orders[LOCKDEP_CLASSES][LOCKDEP_CLASSES];
	struct atomic32 nr_traces;
	struct lock_trace traces[LOCKDEP_TRACES];

	struct atomic32 buckets[LOCKDEP_BUCKETS];
	struct lock_address addresses[LOCKDEP_ADDRESSES];
	uint32_t nr_addresses;		/* ever used */
	uint32_t free_address;		/* a list by next, or 0 */

	/* of a search, under guard */
	uint16_t parent[2 * LOCKDEP_CLASSES];
	uint16_t queue[2 * LOCKDEP_CLASSES];
};

extern struct lockdep kernel_lockdep;

/* At boot, one CPU, before the second thread: listen, or never. */
void lockdep_start(bool listen);

void lockdep_setup(struct lockdep *d, const struct lockdep_ops *ops);
unsigned lockdep_findings(void);	/* of the kernel's judge */


/* The judge neither says nor learns.  Nests. */
void lockdep_mute(bool mute);

/* What the caller is thought to hold, it does not: the memory is gone. */
void lockdep_let_go(void);
const char *lockdep_verdict_name(enum lockdep_verdict v);

static inline struct held_what held_unpack(uint64_t word)
{
	return (struct held_what){ (uint32_t)word, (uint16_t)(word >> 32),
				   (uint8_t)(word >> 48),
				   (uint8_t)(word >> 56) };
}

static inline uint64_t held_pack(struct held_what w)
{
	return w.site | (uint64_t)w.class << 32 | (uint64_t)w.mode << 48 |
	       (uint64_t)w.state << 56;
}

static inline struct lockdep *lockdep_judge(const struct sync_self *self)
{
	return unlikely(self->lockdep) ? self->lockdep : &kernel_lockdep;
}

static inline enum watch_kind lockdep_kind_of(const struct lockdep *d,
					      unsigned class)
{
	return d->classes[class].kind;
}

void lockdep_found(struct lockdep *d, const struct lockdep_finding *f);

/* sync/lockdep_held.c */
static inline struct held_what what_of(const struct held_lock *l)
{
	/* relaxed: the thread's own, or a hint */
	return held_unpack(load_relaxed(&l->what));
}

static inline uint32_t depth_of(const struct sync_self *self)
{
	/* relaxed: the thread's own, or a hint; a handler leaves it so */
	return load_relaxed(&self->depth);
}

struct held_lock *lockdep_entry(struct sync_self *self, const void *l);
void lockdep_push(struct sync_self *self, struct lockdep *d, const void *l,
		  struct held_what what, uint64_t since);
void lockdep_remove(struct sync_self *self, struct held_lock *at);

/* sync/lockdep_class.c */
uint16_t lockdep_class_of(struct lockdep *d, const void *l,
			  enum watch_kind kind, unsigned subclass);
void lockdep_classify(struct lockdep *d, const void *l, enum watch_kind kind,
		      uint64_t key);
bool lockdep_forget(struct lockdep *d, const void *start, size_t size);
unsigned lockdep_kind_flags(enum watch_kind kind);
const char *lockdep_kind_name(enum watch_kind kind);
uint64_t lockdep_guard(struct lockdep *d) must_check;
void lockdep_unguard(struct lockdep *d, uint64_t was);

enum lockdep_table { TABLE_CLASSES, TABLE_ADDRESSES, TABLE_TRACES, TABLE_HELD };
void lockdep_full(struct lockdep *d, enum lockdep_table table);

/* sync/lockdep_graph.c */
bool lockdep_order_known(struct lockdep *d, struct held_what before,
			 struct held_what after);
void lockdep_order(struct lockdep *d, struct held_what before,
		   struct held_what after, struct lockdep_finding *f);
unsigned lockdep_backtrace(uint32_t site, uint32_t *pcs, unsigned max);
unsigned lockdep_search(struct lockdep *d, unsigned from, unsigned mode,
			unsigned to, bool shared, uint16_t *path);
const struct lock_trace *lockdep_trace(struct lockdep *d, unsigned from,
				       unsigned to);

/* sync/lockdep_report.c */
void lockdep_tell(struct lockdep *d, const struct lockdep_finding *f);
void lockdep_name(const struct lockdep *d, unsigned class, char *text,
		  size_t size);
void lockdep_print_held(const struct sync_self *s);
