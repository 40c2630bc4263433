/*
 * sync/lockdep_class.c - which class a lock belongs to, by its address.
 *
 * Locks that are used in the same way make one class: those that one call of an
 * initialiser set up, and each static one for itself.  A struct may begin with
 * a lock that begins with a lock, so an address alone does not name one: the
 * kind is a part of the key.
 *
 * Invariant   addresses[] holds what is known of live locks, in lists by the
 *             cache line they lie in, so that freeing memory looks at one list
 *             for each line.  Written under guard.  Who reads without it may be
 *             led into another list by an entry that is being reused: it then
 *             finds nothing, and looks again under guard.  The entry of a lock
 *             that is being used is not reused.
 *             Classes are added, never removed: an id stays good.
 * Ordering    [A] guard 0 -> its next holder.
 *             [B] an entry or a class is written before the word by which
 *             others find it.
 *             [C] a bit of overflowed -> whoever sets it next: it decides who
 *             says so, and hands nothing over.
 * References  Linux, Documentation/locking/lockdep-design.rst (classes, keys).
 */
#include "sync/lockdep.h"

#include "kernel/printk.h"
#include "kernel/string.h"

#define LINE_SHIFT	6
#define WALK_MAX	64	/* entries of a list, before we lock it */

uint64_t lockdep_guard(struct lockdep *d)
{
	uint64_t was = irq_save();

	/* ended by its holder, who waits for nothing */
	while (xchg_acquire(&d->guard, 1))		/* [A] */
		cpu_relax();
	return was;
}

void lockdep_unguard(struct lockdep *d, uint64_t was)
{
	store_release(&d->guard, 0);			/* [A] */
	irq_restore(was);
}

void lockdep_full(struct lockdep *d, enum lockdep_table table)
{
	static const char *const names[] = {
		[TABLE_CLASSES] = "classes",
		[TABLE_ADDRESSES] = "addresses of locks",
		[TABLE_TRACES] = "backtraces of orders",
		[TABLE_HELD] = "locks held by one thread",
	};

	uint32_t bit = 1u << table;

	if (!(fetch_or_acq_rel(&d->overflowed, bit) & bit))	/* [C] */
		pr_warn("lockdep: the table of %s is full: the rest is not "
			"judged", names[table]);
}

static const struct {
	const char *name;
	unsigned flags;
} kinds[] = {
#define KIND_(name, text, flags)	[WATCH_##name] = { text, flags },
	WATCH_KINDS(KIND_)
};

unsigned lockdep_kind_flags(enum watch_kind kind)
{
	return kinds[kind].flags;
}

const char *lockdep_kind_name(enum watch_kind kind)
{
	return kinds[kind].name;
}

/* addresses */

static uint64_t address_key(const void *l, enum watch_kind kind)
{
	return (uint64_t)(uintptr_t)l << 8 | kind;
}

/* as in an address key: the 8 upper bits of an address say nothing */
static uint64_t address_of(uint64_t key)
{
	return key >> 8;
}

static struct atomic32 *bucket(struct lockdep *d, uint64_t line)
{
	uint64_t hash = line * 0x9e3779b97f4a7c15ULL;

	return &d->buckets[hash >> 32 & (LOCKDEP_BUCKETS - 1)];
}

static struct atomic32 *bucket_of(struct lockdep *d, uint64_t key)
{
	return bucket(d, address_of(key) >> LINE_SHIFT);
}

/* The class, or UINT32_MAX. */
static uint32_t find_address(struct lockdep *d, uint64_t key)
{
	uint32_t i = load_acquire(bucket_of(d, key));	/* [B] */

	for (unsigned n = 0; i && n < WALK_MAX; n++) {
		struct lock_address *a = &d->addresses[i];

		/* relaxed: [B] ordered it, or we are lost in another list */
		if (load_relaxed(&a->key) == key)
			return load_relaxed(&a->class);	/* relaxed: so */
		i = load_acquire(&a->next);		/* [B] */
	}
	return UINT32_MAX;
}

static uint32_t new_address_guarded(struct lockdep *d)
{
	uint32_t i = d->free_address;

	if (i)
		/* relaxed: under guard */
		d->free_address = load_relaxed(&d->addresses[i].next);
	else if (d->nr_addresses + 1 < LOCKDEP_ADDRESSES)
		i = ++d->nr_addresses;
	return i;
}

static void set_address_guarded(struct lockdep *d, uint64_t key,
				uint32_t class)
{
	struct atomic32 *head = bucket_of(d, key);
	/* relaxed: under guard, here and below */
	uint32_t i = load_relaxed(head), first = i;

	/* relaxed: so */
	while (i && load_relaxed(&d->addresses[i].key) != key)
		/* relaxed: so */
		i = load_relaxed(&d->addresses[i].next);
	if (i) {
		/* relaxed: whoever initialises a lock has it alone */
		store_relaxed(&d->addresses[i].class, class);
		return;
	}
	i = new_address_guarded(d);
	if (!i) {
		lockdep_full(d, TABLE_ADDRESSES);
		return;
	}
	/* relaxed: [B] below */
	store_relaxed(&d->addresses[i].key, key);
	store_relaxed(&d->addresses[i].class, class);	/* relaxed: so */
	store_relaxed(&d->addresses[i].next, first);	/* relaxed: so */
	store_release(head, i);				/* [B] */
}

/* Drops from one list what lies in [start, end). */
static bool forget_line_guarded(struct lockdep *d, struct atomic32 *head,
				uint64_t start, uint64_t end)
{
	struct atomic32 *at = head;
	bool any = false;
	uint32_t i;

	/* relaxed: under guard, here and below */
	while ((i = load_relaxed(at))) {
		struct lock_address *a = &d->addresses[i];
		/* relaxed: so */
		uint64_t address = address_of(load_relaxed(&a->key));

		if (address < start || address >= end) {
			at = &a->next;
			continue;
		}
		/* relaxed: who walks over it is told by key */
		store_relaxed(at, load_relaxed(&a->next));
		store_relaxed(&a->key, 0);		/* relaxed: so */
		/* relaxed: so */
		store_relaxed(&a->next, d->free_address);
		d->free_address = i;
		any = true;
	}
	return any;
}

static bool forget_line(struct lockdep *d, struct atomic32 *head,
			uint64_t start, uint64_t end)
{
	uint64_t was;
	bool any;

	/* relaxed: no lock of memory that is freed comes just now */
	if (!load_relaxed(head))
		return false;
	was = lockdep_guard(d);
	any = forget_line_guarded(d, head, start, end);
	lockdep_unguard(d, was);
	return any;
}

bool lockdep_forget(struct lockdep *d, const void *start, size_t size)
{
	uint64_t first = address_of((uint64_t)(uintptr_t)start << 8);
	uint64_t line = first >> LINE_SHIFT;
	uint64_t last = (first + size - 1) >> LINE_SHIFT;
	bool any = false;

	if (last - line < LOCKDEP_BUCKETS) {
		for (; line <= last; line++)
			any |= forget_line(d, bucket(d, line), first,
					   first + size);
		return any;
	}
	for (unsigned i = 0; i < LOCKDEP_BUCKETS; i++)
		any |= forget_line(d, &d->buckets[i], first, first + size);
	return any;
}

/* classes */

static struct atomic32 *class_bucket(struct lockdep *d, uint64_t key,
				     unsigned kind)
{
	uint64_t hash = (key + kind) * 0x9e3779b97f4a7c15ULL;

	return &d->class_buckets[hash >> 32 & (LOCKDEP_CLASSES - 1)];
}

static uint32_t add_class_guarded(struct lockdep *d, uint64_t key,
				  enum watch_kind kind, unsigned subclass)
{
	/* relaxed: under guard */
	uint32_t id = load_relaxed(&d->nr_classes);
	struct lock_class *c = &d->classes[id];

	if (id == LOCKDEP_CLASSES) {
		lockdep_full(d, TABLE_CLASSES);
		return CLASS_NONE;
	}
	c->key = key;
	c->kind = kind;
	c->subclass = subclass;
	store_release(&d->nr_classes, id + 1);		/* [B] */
	return id;
}

static uint32_t find_class_guarded(struct lockdep *d, uint64_t key,
				   enum watch_kind kind)
{
	struct atomic32 *head = class_bucket(d, key, kind);
	uint32_t id;

	/* relaxed: under guard, here and below */
	for (id = load_relaxed(head); id; id = d->classes[id].next)
		if (d->classes[id].key == key && d->classes[id].kind == kind)
			return id;
	id = add_class_guarded(d, key, kind, 0);
	if (id != CLASS_NONE) {
		/* relaxed: so */
		d->classes[id].next = load_relaxed(head);
		store_relaxed(head, id);		/* relaxed: so */
	}
	return id;
}

void lockdep_classify(struct lockdep *d, const void *l, enum watch_kind kind,
		      uint64_t key)
{
	uint64_t was = lockdep_guard(d);

	set_address_guarded(d, address_key(l, kind),
			    find_class_guarded(d, key, kind));
	lockdep_unguard(d, was);
}

static never_inline uint32_t class_slow(struct lockdep *d, const void *l,
					enum watch_kind kind)
{
	uint64_t was = lockdep_guard(d), key;
	uint32_t id = find_address(d, address_key(l, kind));

	lockdep_unguard(d, was);
	if (id != UINT32_MAX)
		return id;
	key = watch_static_key(l);
	if (!key)
		return CLASS_NONE;
	lockdep_classify(d, l, kind, key);
	id = find_address(d, address_key(l, kind));
	return id == UINT32_MAX ? CLASS_NONE : id;
}

static uint16_t subclass_of(struct lockdep *d, uint32_t id, unsigned subclass)
{
	uint64_t was = lockdep_guard(d);
	struct lock_class *c = &d->classes[id];

	if (!c->sub[subclass])
		c->sub[subclass] = add_class_guarded(d, c->key, c->kind,
						     subclass);
	id = c->sub[subclass];
	lockdep_unguard(d, was);
	return id;
}

uint16_t lockdep_class_of(struct lockdep *d, const void *l,
			  enum watch_kind kind, unsigned subclass)
{
	uint32_t id = find_address(d, address_key(l, kind));

	if (unlikely(id == UINT32_MAX) && kinds[kind].flags & WATCH_WAIT)
		return CLASS_NONE;
	if (unlikely(id == UINT32_MAX))
		id = class_slow(d, l, kind);
	if (unlikely(subclass && id != CLASS_NONE))
		return subclass_of(d, id, subclass % LOCKDEP_SUBCLASSES);
	return id;
}
