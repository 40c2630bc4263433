/*
 * sync/lockdep_report.c - findings in words, with the cycle drawn.
 *
 * Invariant   Prints by printk() alone, which takes no lock; so a finding can
 *             be told wherever it is made.
 * Ordering    None of its own.
 * References  Linux, kernel/locking/lockdep.c, for what a reader of such a
 *             report wants to know: both sides' stacks.
 */
#include "sync/lockdep.h"

#include "kernel/format.h"
#include "kernel/printk.h"
#include "kernel/symbols.h"

#define NAME	72

static const char *const verdicts[LOCKDEP_VERDICTS] = {
	[LOCKDEP_SILENT] = "nothing",
	[LOCKDEP_RECURSION] = "it holds one of this class already, and would "
			      "wait for itself",
	[LOCKDEP_CYCLE] = "these locks are taken in orders that go round: "
			  "they can deadlock",
	[LOCKDEP_IRQ_USE] = "taken by an interrupt handler, and elsewhere with "
			    "interrupts enabled",
	[LOCKDEP_IRQ_ORDER] = "a lock that interrupt handlers take comes to "
			      "wait for one that is held with interrupts "
			      "enabled",
	[LOCKDEP_SLEEP] = "it may sleep, where one must not",
	[LOCKDEP_NOT_HELD] = "unlocked, and nobody holds it",
	[LOCKDEP_STRANGER] = "unlocked by one who does not hold it",
	[LOCKDEP_FREED] = "the memory of a held lock is freed",
	[LOCKDEP_EXIT] = "a thread ends and holds a lock",
	[LOCKDEP_NMI] = "waited for in an NMI, where only a trylock may be",
};

const char *lockdep_verdict_name(enum lockdep_verdict v)
{
	return verdicts[v];
}

static void *address(uint32_t site)
{
	return (void *)(intptr_t)(int32_t)site;
}

static void name_static(uint64_t key, char *text, size_t size)
{
	const char *file = NULL, *name;
	uint64_t offset;

	name = symbol_find_object(key, &offset, &file);
	if (!name)
		format_to(text, size, "at %p", (void *)key);
	else if (offset)
		format_to(text, size, "%s+%lu%s%s%s", name, offset,
			  file ? " (" : "", file ? file : "", file ? ")" : "");
	else
		format_to(text, size, "%s%s%s%s", name,
			  file ? " (" : "", file ? file : "", file ? ")" : "");
}

void lockdep_name(const struct lockdep *d, unsigned class, char *text,
		  size_t size)
{
	const struct lock_class *c = &d->classes[class];
	char sub[8] = "";
	size_t n;

	if (class == CLASS_INTERRUPT || class == CLASS_NONE) {
		format_to(text, size, class == CLASS_NONE ? "a lock of no class"
							  : "interrupts");
		return;
	}
	if (c->subclass)
		format_to(sub, sizeof(sub), "/%u", c->subclass);
	n = format_to(text, size, "%s%s ", lockdep_kind_name(c->kind), sub);
	if (n >= size)
		return;
	if (watch_static_key((void *)c->key))
		name_static(c->key, text + n, size - n);
	else
		format_to(text + n, size - n, "of %pB", (void *)c->key);
}

static void print_stack(const uint32_t *pcs, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		pr_warn("  #%u %pB", i, address(pcs[i]));
}

static void print_here(uint32_t site)
{
	uint32_t pcs[LOCKDEP_TRACE_DEPTH];

	print_stack(pcs, lockdep_backtrace(site, pcs, LOCKDEP_TRACE_DEPTH));
}

static void draw_cycle(struct lockdep *d, const struct lockdep_finding *f)
{
	char name[NAME];

	for (unsigned i = 0; i < f->length; i++) {
		lockdep_name(d, f->cycle[i], name, sizeof(name));
		pr_warn("  %s [%u] %s", i ? "|  " : "+->", i + 1, name);
		pr_warn("  %s", i + 1 < f->length ? "|    |" : "+----+");
	}
}

static const char *between(unsigned before, unsigned after)
{
	if (after == CLASS_INTERRUPT)
		return "was held where [%u] can come";
	if (before == CLASS_INTERRUPT)
		return "was interrupted for a handler that asked for [%u]";
	return "was held when [%u] was asked for";
}

/* The stacks that go with each arrow of the drawing but the last. */
static void print_orders(struct lockdep *d, const struct lockdep_finding *f)
{
	for (unsigned i = 0; i + 1 < f->length; i++) {
		const struct lock_trace *t = lockdep_trace(d, f->cycle[i],
							   f->cycle[i + 1]);
		char text[NAME];

		format_to(text, sizeof(text),
			  between(f->cycle[i], f->cycle[i + 1]), i + 2);
		if (!t) {
			pr_warn("[%u] %s", i + 1, text);
			continue;
		}
		if (f->cycle[i] == CLASS_INTERRUPT)
			pr_warn("[%u] %s:", i + 1, text);
		else
			pr_warn("[%u], got at %pB, %s:", i + 1,
				address(t->held_site), text);
		print_stack(t->pcs, t->depth);
	}
}

void lockdep_print_held(const struct sync_self *s)
{
	const struct lockdep *d = s->lockdep ? s->lockdep : &kernel_lockdep;

	/* relaxed: a hint, here and below */
	uint32_t depth = load_relaxed(&s->depth);
	char name[NAME];

	for (uint32_t i = 0; i < depth && i < SELF_HELD_MAX; i++) {
		/* relaxed: so */
		const void *l = load_relaxed(&s->held[i].lock);
		struct held_what w =
			/* relaxed: so */
			held_unpack(load_relaxed(&s->held[i].what));

		lockdep_name(d, w.class, name, sizeof(name));
		pr_warn("  %s %s, %p, at %pB",
			w.state >= HELD_GOT ? "holds" : "asked for", name, l,
			address(w.site));
	}
}

static void print_lock(struct lockdep *d, const struct lockdep_finding *f)
{
	char name[NAME];
	unsigned class = f->wanted.class ? f->wanted.class : f->held.class;

	if (!class)
		class = CLASS_NONE;
	if (class == CLASS_NONE && f->kind)
		format_to(name, sizeof(name), "%s",
			  lockdep_kind_name(f->kind));
	else
		lockdep_name(d, class, name, sizeof(name));
	pr_warn("the lock: %s, %p", name, f->lock);
}

void lockdep_tell(struct lockdep *d, const struct lockdep_finding *f)
{
	const struct sync_self *self = sync_self();

	pr_warn("lockdep: %s", lockdep_verdict_name(f->verdict));
	print_lock(d, f);
	pr_warn("cpu %u, thread %u \"%s\"%s", cpu_id(), self->id,
		self->name ? self->name : "",
		in_irq() ? ", in an interrupt" : "");
	lockdep_print_held(self);
	if (f->owner && f->owner != self) {
		pr_warn("thread %u \"%s\"", f->owner->id, f->owner->name);
		lockdep_print_held(f->owner);
	}
	if (f->length) {
		pr_warn("the cycle:");
		draw_cycle(d, f);
		print_orders(d, f);
		pr_warn("and now [%u] leads to [1]:", f->length);
	}
	print_here(f->site);
	/* relaxed: a count */
	if (load_relaxed(&d->findings) == LOCKDEP_FINDINGS)
		pr_warn("lockdep: that was finding %u: it judges no more",
			LOCKDEP_FINDINGS);
	pr_warn("lockdep: end of report");
}
