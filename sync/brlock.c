/*
 * sync/brlock.c - say that you read, then look whether somebody writes.
 *
 * Invariant   Each CPU has a gate and a count.  A reader raises the count, then
 *             looks at the gate.  The writer shuts the gate, then looks at the
 *             count; it is inside when it has found 0 behind every gate.
 *             The gate of a CPU is, in the hands of the writer:
 *             OPEN -> CLOSING -> CLOSED, count seen 0: shut -> OPEN
 *                        ^---------'  count seen not 0
 *             A reader that holds nothing here enters at OPEN alone, and takes
 *             its count back while it waits.  One that found the count raised
 *             (it interrupted, or nests in, another on this CPU) enters at
 *             CLOSING too, since the writer may be waiting for the one below
 *             it.  It cannot know whether the one below is inside or still
 *             trying; nor need it: at CLOSING the writer has yet to find a 0,
 *             and our own count keeps it from that.
 *             So nobody is inside behind a gate that is shut.  What a handler
 *             adds to the count it has taken off again when it returns, so the
 *             count need not be changed by one instruction.
 * Ordering    [A] a reader's lowering of its count -> the writer's load of 0.
 *             [B] a writer's store of OPEN, or the next one's of CLOSING,
 *             which came after it -> the reader's load that lets it in.
 *             [C] reader: count, fence, gate.  Writer: CLOSED, fence, count.
 *             Whichever fence is second in the one order of all fences, what
 *             follows it sees what precedes the other: the reader finds CLOSED
 *             or later, or the writer finds the count.  Without them both
 *             could look before either store has left its CPU's store buffer:
 *             x86 does let a load pass an earlier store to another word, and
 *             this is the one order it does not keep by itself.  Acquire and
 *             release cannot ask for it.  The fence is a locked instruction on
 *             our own stack, so the reader's line stays its own.
 * References  Dekker's mutual exclusion, in Dijkstra, EWD 123, 1965; Intel SDM
 *             vol. 3A, 9.2.3.4; Linux's brlock of 2.4 (a lock for each CPU).
 *             Rejected: one word for count and gate, changed by locked
 *             instructions alone: no fence, but two of them for each reader.
 */
#include "sync/brlock.h"

#include "arch/cpu.h"
#include "sync/preempt.h"
#include "sync/watch.h"

void brlock_init(struct brlock *l)
{
	for (unsigned i = 0; i < NR_CPUS; i++) {
		/* relaxed: l is the caller's own until it is published */
		store_relaxed(&l->cpu[i].readers, 0);
		store_relaxed(&l->cpu[i].gate, BRLOCK_OPEN); /* relaxed: so */
	}
	spin_init(&l->writers);
	watch_init(l, WATCH_BRLOCK);
	watch_init(&l->writers, WATCH_SPIN);
}

/* We hold nothing on this CPU: give way, and try again when it opens. */
static void wait_for_open(struct brlock *l, struct brlock_cpu *mine)
{
	do {	/* no bound: see Limits */
		store_release(&mine->readers, 0);	/* [A] */
		/* relaxed: when to try again; [B] is what lets us in */
		while (load_relaxed(&mine->gate) != BRLOCK_OPEN)
			watch_relax(l);
		/* relaxed: the fence orders it */
		store_relaxed(&mine->readers, 1);
		fence_seq_cst();			/* [C] */
	} while (load_acquire(&mine->gate) != BRLOCK_OPEN);	/* [B] */
}

static never_inline void wait_at_gate(struct brlock *l, struct brlock_cpu *mine)
{
	/* relaxed: this CPU alone writes it; 1 is our own */
	if (load_relaxed(&mine->readers) == 1) {
		wait_for_open(l, mine);
		return;
	}
	/* somebody is below us: ended by the writer's next step */
	while (load_acquire(&mine->gate) == BRLOCK_CLOSED)	/* [B] */
		watch_relax(l);
}

static always_inline void read_lock(struct brlock *l)
{
	struct brlock_cpu *mine;
	uint32_t was;

	preempt_disable();
	watch_acquire(l, WATCH_BRLOCK, WATCH_READ);
	mine = &l->cpu[cpu_id()];
	/* relaxed: this CPU alone writes it, handlers in pairs */
	was = load_relaxed(&mine->readers);
	store_relaxed(&mine->readers, was + 1);	/* relaxed: then the fence */
	fence_seq_cst();				/* [C] */
	if (unlikely(load_acquire(&mine->gate) != BRLOCK_OPEN))	/* [B] */
		wait_at_gate(l, mine);
	watch_acquired(l);
}

void brlock_read_lock(struct brlock *l)
{
	read_lock(l);
}

static always_inline void read_leave(struct brlock *l)
{
	watch_release(l);
	/* not locked: this CPU alone writes it, handlers in pairs */
	store_add_release(&l->cpu[cpu_id()].readers, -1u);	/* [A] */
}

void brlock_read_unlock(struct brlock *l)
{
	read_leave(l);
	preempt_enable();
}

/* Until this CPU's readers have left behind a gate that they cannot pass. */
static void close_gate(struct brlock *l, struct brlock_cpu *c)
{
	/* a further round only for a reader that came between the two looks */
	for (;;) {
		/* relaxed: when to look; the fence and [A] are below */
		while (load_relaxed(&c->readers))
			watch_relax(l);
		/* relaxed: nobody enters at CLOSED */
		store_relaxed(&c->gate, BRLOCK_CLOSED);
		fence_seq_cst();			/* [C] */
		if (!load_acquire(&c->readers))		/* [A] */
			return;
		store_release(&c->gate, BRLOCK_CLOSING);	/* [B] */
	}
}

/* Told as one lock: the writers' comes second, as its part. */
static always_inline void write_lock(struct brlock *l)
{
	watch_acquire(l, WATCH_BRLOCK, 0);
	spin_lock(&l->writers);
	cpumask_for_each(cpu, &cpus_possible)
		store_release(&l->cpu[cpu].gate, BRLOCK_CLOSING); /* [B] */
	cpumask_for_each(cpu, &cpus_possible)
		close_gate(l, &l->cpu[cpu]);
	watch_acquired(l);
}

void brlock_write_lock(struct brlock *l)
{
	write_lock(l);
}

static always_inline void open_gates(struct brlock *l)
{
	watch_release(l);
	cpumask_for_each(cpu, &cpus_possible)
		store_release(&l->cpu[cpu].gate, BRLOCK_OPEN);	/* [B] */
}

void brlock_write_unlock(struct brlock *l)
{
	open_gates(l);
	spin_unlock(&l->writers);
}

uint64_t brlock_read_lock_irqsave(struct brlock *l)
{
	uint64_t was = irq_save();

	read_lock(l);
	return was;
}

void brlock_read_unlock_irqrestore(struct brlock *l, uint64_t was)
{
	read_leave(l);
	watch_irq_restore(was);
	irq_restore(was);
	preempt_enable();
}

uint64_t brlock_write_lock_irqsave(struct brlock *l)
{
	uint64_t was = irq_save();

	write_lock(l);
	return was;
}

void brlock_write_unlock_irqrestore(struct brlock *l, uint64_t was)
{
	open_gates(l);
	spin_unlock_irqrestore(&l->writers, was);
}
