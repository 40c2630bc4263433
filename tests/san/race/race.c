/*
 * tests/san/race/race.c - two CPUs at one word, caught in the act.
 *
 * `make SAN=race` compiles the kernel with -fsanitize=thread, so that each plain
 * load and store first calls one of these.  The atomics are assembly, which no
 * compiler instruments: they are not accesses here.  Now and then a CPU, before
 * its access, leaves a watch on the address and dawdles.  Another CPU that comes
 * by with an access of its own to these bytes, one of the two a store, finds
 * the watch, and puts its stack into it.  That is no order between the two that
 * either could rely on: a data race, whatever it did this time.
 *
 * Invariant   slot: 0 -> TAKEN -> a key -> 0 by its owner, or
 *             a key -> FOUND -> TOLD by who comes by; then the owner panics.
 * Ordering    [A] the owner's fields of a slot -> who reads its key.
 *             [B] the finder's stack -> the owner that sees TOLD.
 * Context     Any; interrupts are masked meanwhile.
 * Limits      A sample: it finds what it happens to watch, and reports no race
 *             that is none.  An interrupt upon its own CPU's thread is not
 *             seen, nor a plain access that races with an atomic one.
 * References  Linux, Documentation/dev-tools/kcsan.rst (the idea of watching
 *             and waiting); Erickson et al., Effective data-race detection for
 *             the kernel, OSDI 2010 (DataCollider, where it comes from).
 */
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/x86_64/backtrace.h"
#include "kernel/console.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "tests/san/race/race.h"

#define SLOTS		64
#define EVERY		400	/* accesses of a CPU between two watches */
#define DAWDLE		200
#define DEEP		12
#define TAKEN		1ULL
#define FOUND		2ULL
#define TOLD		3ULL

struct slot {
	struct atomic64 key;		/* address * 2 + is it a store */
	struct atomic32 size, cpu;
	uint64_t pcs[DEEP];		/* the finder's */
	unsigned depth, finder, finder_size;
	bool finder_writes;
} aligned_to(CACHE_LINE);

static struct slot slots[SLOTS];
static struct atomic64 watched;
static struct atomic32 off;
static PERCPU(uint32_t, countdown);
static PERCPU(uint32_t, inside);
static PERCPU(uint32_t, dice);

uint64_t race_watched(void)
{
	return load_relaxed(&watched);	/* relaxed: a statistic */
}

static struct slot *slot_of(uintptr_t at)
{
	return &slots[at / 16 % SLOTS];
}

static bool is_key(uint64_t key)
{
	return key > TOLD;
}

static const char *name_of(bool writes)
{
	return writes ? "store" : "load";
}

static never_returns void report(struct slot *s, uintptr_t at, size_t size,
				 bool writes)
{
	store_relaxed(&off, 1);		/* relaxed: to be quiet soon is enough */
	while (load_acquire(&s->key) != TOLD)		/* [B] */
		cpu_relax();
	printk(LOG_ERROR, "race: %s of %u bytes by cpu %u:\n",
	       name_of(s->finder_writes), s->finder_size, s->finder);
	for (unsigned i = 0; i < s->depth; i++)
		printk(LOG_ERROR, "race:   #%u %pS\n", i, (void *)s->pcs[i]);
	panic("race: %s of %lu bytes at %#lx by cpu %u, and the %s above by "
	      "cpu %u", name_of(writes), (unsigned long)size, at, cpu_id(),
	      name_of(s->finder_writes), s->finder);
}

static void look(uintptr_t at, size_t size, bool writes)
{
	struct slot *s = slot_of(at);
	uint64_t key = load_acquire(&s->key);		/* [A] */
	uintptr_t its = key >> 1 | 1ULL << 63;

	if (likely(!is_key(key)) || !(writes || (key & 1)))
		return;
	/* relaxed: fields of the key, [A] */
	if (at >= its + load_relaxed(&s->size) || its >= at + size ||
	    load_relaxed(&s->cpu) == cpu_id())	/* relaxed: as above */
		return;
	if (!cas_relaxed(&s->key, &key, FOUND))	/* relaxed: [B] publishes */
		return;
	s->depth = backtrace_here(s->pcs, DEEP);
	s->finder = cpu_id();
	s->finder_size = size;
	s->finder_writes = writes;
	store_release(&s->key, TOLD);			/* [B] */
	while (true)		/* the owner's panic stops us */
		cpu_relax();
}

static void watch(uintptr_t at, size_t size, bool writes)
{
	uint64_t key = (uint64_t)at << 1 | writes, free = 0;
	struct slot *s = slot_of(at);

	/* relaxed: nobody reads the fields before the key, [A] */
	if (cas_relaxed(&s->key, &free, TAKEN)) {
		store_relaxed(&s->size, size);	/* relaxed: as above */
		store_relaxed(&s->cpu, cpu_id());	/* relaxed: as above */
		store_release(&s->key, key);		/* [A] */
		for (unsigned i = 0; i < DAWDLE; i++)
			cpu_relax();
		fetch_add_relaxed(&watched, 1);	/* relaxed: a statistic */
		if (!cas_relaxed(&s->key, &key, 0))	/* relaxed: nothing */
			report(s, at, size, writes);
	}
}

/* A loop must not bring the same access under watch each time. */
static uint32_t throw(void)
{
	uint32_t next = this_cpu_read(dice) * 1664525 + 1013904223;

	this_cpu_write(dice, next);
	return next >> 16;
}

static void access(uintptr_t at, size_t size, bool writes)
{
	uint64_t was;

	/* relaxed: off is never cleared */
	if (at < 1UL << 63 || load_relaxed(&off))
		return;
	was = irq_save();
	if (this_cpu_read(inside)) {	/* we are an NMI upon ourselves */
		irq_restore(was);
		return;
	}
	this_cpu_write(inside, 1);
	look(at, size, writes);
	if (unlikely(this_cpu_read(countdown) == 0)) {
		this_cpu_write(countdown, EVERY / 2 + throw() % EVERY);
		watch(at, size, writes);
	}
	this_cpu_write(countdown, this_cpu_read(countdown) - 1);
	this_cpu_write(inside, 0);
	irq_restore(was);
}

#define DEFINE(n) \
void __tsan_read##n(uintptr_t at) { access(at, n, false); } \
void __tsan_write##n(uintptr_t at) { access(at, n, true); } \
void __tsan_unaligned_read##n(uintptr_t at) { access(at, n, false); } \
void __tsan_unaligned_write##n(uintptr_t at) { access(at, n, true); } \
void __tsan_volatile_read##n(uintptr_t at) { (void)at; } \
void __tsan_volatile_write##n(uintptr_t at) { (void)at; } \
void __tsan_unaligned_volatile_read##n(uintptr_t at) { (void)at; } \
void __tsan_unaligned_volatile_write##n(uintptr_t at) { (void)at; } \
void __tsan_read_write##n(uintptr_t at) { access(at, n, true); } \
void __tsan_unaligned_read_write##n(uintptr_t at) { access(at, n, true); }

DEFINE(1)
DEFINE(2)
DEFINE(4)
DEFINE(8)
DEFINE(16)

void __tsan_init(void)
{
}

void __tsan_read_range(uintptr_t at, size_t size)
{
	access(at, size, false);
}

void __tsan_write_range(uintptr_t at, size_t size)
{
	access(at, size, true);
}

void __tsan_func_entry(void *caller)
{
	(void)caller;
}

void __tsan_func_exit(void)
{
}
