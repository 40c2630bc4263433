/*
 * mm/stack.c - slots of one guard page and one stack.
 *
 * Invariant   Slot i is the STACK_SLOT bytes from STACKS_START + i*STACK_SLOT;
 *             its first page is never mapped.  Bit i of slots is set from
 *             before the stack is mapped until after it was unmapped
 *             everywhere; bit i of used, while the stack is handed out.  A
 *             CPU's cache holds tops of mapped stacks that nobody uses; only
 *             that CPU touches it, interrupts masked.  Whether an address is a
 *             guard is arithmetic alone, so the answer is there in a double
 *             fault.
 * Ordering    [A] the bit in used, cleared by stack_free() -> set by the next
 *             stack_alloc(): the stack's contents, and of two frees of one
 *             stack only one finds the bit set.
 */
#include "mm/stack.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "kernel/panic.h"
#include "mm/layout.h"
#include "mm/site.h"
#include "mm/space.h"
#include "sync/spinlock.h"
#include "sync/watch.h"

#define CACHE_STACKS	4
#define WORDS		(STACKS_MAX / 64)

struct stack_cache {
	uint32_t count;
	void *top[CACHE_STACKS];
};

static PERCPU(struct stack_cache, stack_caches);

static struct atomic64 used[WORDS];	/* a bit each: handed out */

static struct spinlock lock;		/* protects these three */
static uint64_t slots[WORDS];		/* a bit each: mapped, or being so */
static unsigned hint;			/* where to look first */
static uint64_t count;

static int64_t slot_take(void)
{
	uint64_t was = spin_lock_irqsave(&lock);
	int64_t slot = -1;

	for (unsigned i = 0; i < WORDS && slot < 0; i++) {
		unsigned w = (hint + i) % WORDS;
		unsigned bit;

		if (!~slots[w])
			continue;
		bit = (unsigned)__builtin_ctzll(~slots[w]);
		slots[w] |= 1UL << bit;
		slot = w * 64 + bit;
		hint = w;
		count++;
	}
	spin_unlock_irqrestore(&lock, was);
	return slot;
}

static void slot_put(uint64_t slot)
{
	uint64_t was = spin_lock_irqsave(&lock);

	slots[slot / 64] &= ~(1UL << slot % 64);
	hint = (unsigned)(slot / 64);
	count--;
	spin_unlock_irqrestore(&lock, was);
}

static uint64_t slot_of(const void *top)
{
	return ((uintptr_t)top - 1 - STACKS_START) / STACK_SLOT;
}

static void *slot_top(uint64_t slot)
{
	return (void *)(STACKS_START + (slot + 1) * STACK_SLOT);
}

/* The stack is handed out from now on. */
static void *hand_out(void *top)
{
	uint64_t slot = slot_of(top);

	fetch_or_acq_rel(&used[slot / 64], 1UL << slot % 64);	/* [A] */
	return top;
}

/* False: it was not. */
static bool take_back(const void *top)
{
	uint64_t bit = 1UL << slot_of(top) % 64;
	struct atomic64 *word = &used[slot_of(top) / 64];

	return fetch_and_acq_rel(word, ~bit) & bit;		/* [A] */
}

static int map_stack(void *top)
{
	return space_alloc(&kernel_space, (uintptr_t)top - STACK_SIZE,
			   STACK_SIZE / PAGE_SIZE, PROT_W);
}

static void *cache_pop(void)
{
	uint64_t was = irq_save();
	struct stack_cache *c = this_cpu_ptr(&stack_caches);
	void *top = c->count ? c->top[--c->count] : NULL;

	irq_restore(was);
	return top;
}

/* False: the cache is full. */
static bool cache_push(void *top)
{
	uint64_t was = irq_save();
	struct stack_cache *c = this_cpu_ptr(&stack_caches);
	bool room = c->count < CACHE_STACKS;

	if (room)
		c->top[c->count++] = top;
	irq_restore(was);
	return room;
}

void *stack_alloc(void)
{
	void *top = cache_pop();
	int64_t slot;

	if (top)
		return hand_out(top);
	slot = slot_take();
	if (slot < 0)
		return NULL;
	top = slot_top((uint64_t)slot);
	if (map_stack(top)) {
		slot_put((uint64_t)slot);
		return NULL;
	}
	return hand_out(top);
}

void stack_free(void *top)
{
	uintptr_t va = (uintptr_t)top - STACK_SIZE;

	if (!top)
		return;
	if (stack_of(va) != top || !take_back(top))
		panic("stack_free: %p, freed at %pS, is no stack's top", top,
		      site_address(call_site()));
	watch_free((void *)va, STACK_SIZE, call_site());
	if (cache_push(top))
		return;
	space_free(&kernel_space, va, STACK_SIZE / PAGE_SIZE);
	slot_put(slot_of(top));
}

bool stack_is_guard(uintptr_t va)
{
	return va >= STACKS_START && va < STACKS_END &&
	       (va - STACKS_START) % STACK_SLOT < PAGE_SIZE;
}

void *stack_of(uintptr_t va)
{
	if (va < STACKS_START || va >= STACKS_END)
		return NULL;
	va -= (va - STACKS_START) % STACK_SLOT;
	return (void *)(va + STACK_SLOT);
}

uint64_t stack_count(void)
{
	uint64_t was = spin_lock_irqsave(&lock);
	uint64_t n = count;

	spin_unlock_irqrestore(&lock, was);
	return n;
}
