/*
 * sync/lockdep.c - what the locks tell, judged before they wait.
 *
 * Invariant   What is asked for is judged against what is held in the same
 *             context, and only locks that were got lead to orders: who waits
 *             does not hold.
 * Ordering    [A] a bit of told -> whoever sets it next.  It decides who tells,
 *             and hands nothing over: or and and have no weaker form.
 *             For the rest see sync/lockdep_held.c and sync/lockdep_graph.c.
 * References  Linux, Documentation/locking/lockdep-design.rst.  Judging what is
 *             asked for before it is waited for: Savage et al., Eraser, ACM
 *             TOCS 15(4), 1997, do so for data.
 */
#include "sync/lockdep.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "sync/lockstat.h"
#include "sync/preempt.h"
#include "sync/selves.h"

static unsigned context_here(void)
{
	if (in_nmi())
		return LOCKDEP_IN_NMI | LOCKDEP_ATOMIC;
	if (in_irq())
		return LOCKDEP_IN_IRQ | LOCKDEP_ATOMIC;
	return (irqs_enabled() ? LOCKDEP_IRQS_ON : 0) |
	       (preemptible() ? 0 : LOCKDEP_ATOMIC);
}

static const struct lockdep_ops kernel_ops = {
	.context = context_here,
	.search = lockdep_search,
	.tell = lockdep_tell,
};

struct lockdep kernel_lockdep;

void lockdep_setup(struct lockdep *d, const struct lockdep_ops *ops)
{
	/* relaxed: d is the caller's own until it is published */
	unsigned n = load_relaxed(&d->nr_classes);

	for (unsigned i = 0; i < n; i++) {
		for (unsigned j = 0; j < n; j++)
			/* relaxed: so */
			store_relaxed(&d->orders[i][j], 0);
		d->classes[i] = (struct lock_class){ 0 };
	}
	for (unsigned i = 0; i < LOCKDEP_CLASSES; i++)
		store_relaxed(&d->class_buckets[i], 0);	/* relaxed: so */
	for (unsigned i = 0; i < LOCKDEP_BUCKETS; i++)
		store_relaxed(&d->buckets[i], 0);	/* relaxed: so */
	store_relaxed(&d->nr_traces, 0);		/* relaxed: so */
	store_relaxed(&d->findings, 0);			/* relaxed: so */
	store_relaxed(&d->overflowed, 0);		/* relaxed: so */
	d->nr_addresses = 0;
	d->free_address = 0;
	d->classes[CLASS_INTERRUPT].kind = WATCH_INTERRUPT;
	d->classes[CLASS_NONE].kind = WATCH_NOTHING;
	store_relaxed(&d->nr_classes, CLASS_NONE + 1);	/* relaxed: so */
	d->ops = ops;
}

void lockdep_start(bool listen)
{
	lockdep_setup(&kernel_lockdep, &kernel_ops);
	watch_listen(listen);
}

unsigned lockdep_findings(void)
{
	/* relaxed: a count */
	return load_relaxed(&kernel_lockdep.findings) % LOCKDEP_MUTED;
}

void lockdep_let_go(void)
{
	struct sync_self *self = sync_self();

	while (depth_of(self))
		lockdep_remove(self, &self->held[depth_of(self) - 1]);
}

void lockdep_mute(bool mute)
{
	/* relaxed: a setting; what is judged meanwhile may come either way */
	fetch_add_relaxed(&kernel_lockdep.findings,
			  mute ? LOCKDEP_MUTED : -LOCKDEP_MUTED);
}

/* A lock that is initialised is free, whatever it was. */
void lockdep_init_lock(const void *l, enum watch_kind kind, uint32_t site)
{
	struct sync_self *self = sync_self();
	struct lockdep *d = lockdep_judge(self);
	struct held_lock *at = in_nmi() ? NULL : lockdep_entry(self, l);

	if (unlikely(at))
		lockdep_remove(self, at);
	lockdep_classify(d, l, kind, (uint64_t)(int64_t)(int32_t)site);
}

/* findings */

/* True: it was not told before of this class. */
static bool is_news(struct lockdep *d, unsigned class, enum lockdep_verdict v)
{
	struct atomic32 *told = &d->classes[class].told;

	return !(fetch_or_acq_rel(told, 1u << v) & 1u << v);	/* [A] */
}

static bool judges(struct lockdep *d)
{
	/* relaxed: a finding more or less */
	return likely(load_relaxed(&d->findings) < LOCKDEP_FINDINGS);
}

void lockdep_found(struct lockdep *d, const struct lockdep_finding *f)
{
	/* relaxed: a count */
	if (judges(d) &&
	    fetch_add_relaxed(&d->findings, 1) < LOCKDEP_FINDINGS)
		d->ops->tell(d, f);
}

/* What is asked for, and by whom. */
struct wish {
	struct sync_self *self;
	struct lockdep *d;
	const void *lock;
	enum watch_kind kind;
	struct held_what what;
};

static struct lockdep_finding finding(const struct wish *w,
				      enum lockdep_verdict verdict)
{
	return (struct lockdep_finding){
		.verdict = verdict, .lock = w->lock, .kind = w->kind,
		.site = w->what.site, .wanted = w->what,
	};
}

static never_inline void found_by_wish(const struct wish *w,
				       enum lockdep_verdict verdict,
				       const struct held_what *held)
{
	struct lockdep_finding f = finding(w, verdict);

	if (held)
		f.held = *held;
	if (is_news(w->d, w->what.class, verdict))
		lockdep_found(w->d, &f);
}

static never_inline void new_order(const struct wish *w,
				   struct held_what before,
				   struct held_what after)
{
	struct lockdep_finding f = finding(w, LOCKDEP_CYCLE);

	lockdep_order(w->d, before, after, &f);
	if (!f.length)
		return;
	for (unsigned i = 0; i < f.length; i++)
		if (f.cycle[i] == CLASS_INTERRUPT)
			f.verdict = f.length == 2 ? LOCKDEP_IRQ_USE
						  : LOCKDEP_IRQ_ORDER;
	f.held = before;
	lockdep_found(w->d, &f);
}

static void judge_order(const struct wish *w, struct held_what before,
			struct held_what after)
{
	if (unlikely(!lockdep_order_known(w->d, before, after)))
		new_order(w, before, after);
}

/* asking */

static bool same_lock(const struct wish *w, const void *other,
		      struct held_what what)
{
	const struct lock_class *classes = w->d->classes;

	if (what.class == w->what.class)
		return what.class != CLASS_NONE || other == w->lock;
	return other == w->lock &&
	       classes[what.class].kind == classes[w->what.class].kind;
}

static bool may_recur(struct held_what wanted, struct held_what held)
{
	return wanted.mode & held.mode & HELD_SHARED &&
	       wanted.mode & (HELD_WEAK | HELD_NESTS);
}

static void judge_against(const struct wish *w, const void *other,
			  struct held_what held)
{
	if (w->what.mode & HELD_SLEEPS && !(held.mode & HELD_SLEEPS))
		found_by_wish(w, LOCKDEP_SLEEP, &held);
	if (same_lock(w, other, held)) {
		if (!may_recur(w->what, held))
			found_by_wish(w, LOCKDEP_RECURSION, &held);
	} else if (held.class != CLASS_NONE && w->what.class != CLASS_NONE) {
		judge_order(w, held, w->what);
	}
}

/* All that is held in the same context. */
static void judge_against_held(const struct wish *w)
{
	uint32_t depth = depth_of(w->self);

	for (uint32_t i = 0; i < depth; i++) {
		struct held_lock *l = &w->self->held[i];
		struct held_what held = what_of(l);
		/* relaxed: the thread's own */
		const void *lock = load_relaxed(&l->lock);

		if (lock && held.state >= HELD_GOT &&
		    !((held.mode ^ w->what.mode) & HELD_IRQ))
			judge_against(w, lock, held);
	}
}

static void judge(const struct wish *w, unsigned context)
{
	static const struct held_what interrupt = { .class = CLASS_INTERRUPT };
	bool waits = !(w->what.mode & HELD_TRY);

	if (w->what.mode & HELD_SLEEPS && waits && context & LOCKDEP_ATOMIC)
		found_by_wish(w, LOCKDEP_SLEEP, NULL);
	if (waits)
		judge_against_held(w);
	if (w->what.class == CLASS_NONE || w->what.mode & HELD_SLEEPS)
		return;
	if (context & LOCKDEP_IRQS_ON)
		judge_order(w, w->what, interrupt);
	else if (context & LOCKDEP_IN_IRQ && waits)
		judge_order(w, interrupt, w->what);
}

static unsigned mode_of(enum watch_kind kind, unsigned how, unsigned context)
{
	unsigned flags = lockdep_kind_flags(kind), mode = 0;
	bool irq = context & LOCKDEP_IN_IRQ;

	if (how & WATCH_READ)
		mode |= HELD_SHARED;
	if (how & WATCH_READ && (flags & WATCH_RECURSES ||
				 (irq && flags & WATCH_NESTS)))
		mode |= HELD_WEAK;
	if (how & WATCH_TRY)
		mode |= HELD_TRY;
	if (irq)
		mode |= HELD_IRQ;
	if (flags & (WATCH_SLEEPS | WATCH_WAIT))
		mode |= HELD_SLEEPS;
	if (flags & WATCH_NESTS)
		mode |= HELD_NESTS;
	return mode;
}

void lockdep_acquire(const void *l, enum watch_kind kind, unsigned how,
		     uint32_t site)
{
	struct sync_self *self = sync_self();
	struct wish w = {
		.self = self, .d = lockdep_judge(self), .lock = l, .kind = kind,
		.what = { .site = site, .class = CLASS_NONE },
	};
	unsigned context = w.d->ops->context();

	if (unlikely(context & LOCKDEP_IN_NMI)) {
		if (!(how & WATCH_TRY))
			found_by_wish(&w, LOCKDEP_NMI, NULL);
		return;
	}
	watch_first_turn();
	w.what.class = lockdep_class_of(w.d, l, kind, how >> 4);
	w.what.mode = mode_of(kind, how, context);
	if (judges(w.d))
		judge(&w, context);
	lockdep_push(self, w.d, l, w.what, 0);
}

void lockdep_acquire_here(const void *l, enum watch_kind kind, unsigned how)
{
	lockdep_acquire(l, kind, how, watch_callers_site());
}

void lockdep_tried_here(const void *l, enum watch_kind kind, unsigned how)
{
	lockdep_acquire(l, kind, how | WATCH_TRY, watch_callers_site());
	lockdep_acquired(l);
}

static never_inline void release_unknown(struct sync_self *self, const void *l,
					 uint32_t site)
{
	struct lockdep_finding f = {
		.verdict = LOCKDEP_NOT_HELD, .lock = l, .site = site,
	};
	struct lockdep *d = lockdep_judge(self);

	if (self->untracked) {
		self->untracked--;
		return;
	}
	f.owner = selves_holder(l, self);
	if (f.owner)
		f.verdict = LOCKDEP_STRANGER;
	if (judges(d))
		lockdep_found(d, &f);
}

void lockdep_release(const void *l, uint32_t site)
{
	struct sync_self *self = sync_self();
	struct held_lock *at;

	if (unlikely(lockdep_judge(self)->ops->context() & LOCKDEP_IN_NMI))
		return;
	at = lockdep_entry(self, l);
	if (unlikely(!at)) {
		release_unknown(self, l, site);
		return;
	}
	if (lockdep_judge(self) == &kernel_lockdep)
		/* relaxed: the thread's own */
		lockstat_let_go(what_of(at).class,
				clock_ns() - load_relaxed(&at->since));
	lockdep_remove(self, at);
}

void lockdep_release_here(const void *l)
{
	lockdep_release(l, watch_callers_site());
}

/* Handlers may come while the caller holds what it holds. */
void lockdep_irqs_on(void)
{
	struct sync_self *self = sync_self();
	struct wish w = { .self = self, .d = lockdep_judge(self) };
	unsigned context = w.d->ops->context();
	uint32_t depth = depth_of(self);

	if (context & (LOCKDEP_IN_IRQ | LOCKDEP_IN_NMI) || !judges(w.d))
		return;
	for (uint32_t i = 0; i < depth; i++) {
		static const struct held_what interrupt = {
			.class = CLASS_INTERRUPT,
		};

		w.what = what_of(&self->held[i]);
		/* relaxed: the thread's own */
		w.lock = load_relaxed(&self->held[i].lock);
		w.kind = w.d->classes[w.what.class].kind;
		if (w.lock && w.what.class != CLASS_NONE &&
		    w.what.state >= HELD_GOT && !(w.what.mode & HELD_SLEEPS))
			judge_order(&w, w.what, interrupt);
	}
}
