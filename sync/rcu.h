/*
 * sync/rcu.h - read-copy-update: readers that cost nothing, memory freed later.
 *
 * Guarantees  A grace period is over when every reader that was inside at its
 *             beginning has left.  So whoever unlinks something, waits for one
 *             and then frees it, frees nothing that a reader still holds: a
 *             reader either left before the wait was over, and all it did is
 *             seen by who waited; or it entered after the unlinking, and sees
 *             that.
 *             rcu_dereference() sees what was written into the object before
 *             the rcu_assign_pointer() that it reads from.
 *             synchronize_rcu() returns after a whole grace period; callers at
 *             the same time share it.  The _expedited form asks the CPUs that
 *             hold it up at once, by interrupt.
 *             call_rcu() has fn(head) called after one, in a thread, with
 *             preemption disabled: fn may free head's memory and may call
 *             call_rcu(), but not sleep.  Callbacks queued on one CPU are
 *             called in their order.  kfree_rcu(p, member) gives p's memory
 *             back then; member is its struct rcu_head.
 *             rcu_barrier() returns when all callbacks have been called that
 *             were queued before it.
 *             A cookie stands for a whole grace period after the call that
 *             returned it: poll_state_synchronize_rcu() says whether that is
 *             over, cond_synchronize_rcu() waits only if it is not.  get_state
 *             asks for nothing; start_poll sees to it that it will be over.
 * Ordering    [P] what was written before rcu_assign_pointer() -> what is read
 *             through the pointer that rcu_dereference() found.
 * Context     Readers: any, NMI and nested too, but not where the CPU counts as
 *             idle.  A reader does not sleep; see sync/srcu.h for those who do.
 *             synchronize_rcu() and its expedited form, cond_synchronize_rcu()
 *             and rcu_barrier(): where might_sleep() allows, and with no lock
 *             that a callback takes.
 *             call_rcu(), kfree_rcu(), start_poll: threads and interrupts, in
 *             a reader too, any lock but a runqueue's; not NMI.
 * Cost        rcu_read_lock() and rcu_read_unlock() are preempt_disable() and
 *             preempt_enable(): no locked instruction, no shared store, and
 *             nothing at all where one thread is one CPU.  call_rcu(): one
 *             lock of this CPU's own.  A grace period: two locked instructions
 *             on a CPU that is not idle, and none on one that is.
 * Limits      Where it could sleep, call_rcu() does so when too many callbacks
 *             wait on its CPU: see RCU_FLOOD.  A cookie means nothing 2^62
 *             grace periods later.
 * See         docs/60-rcu.md, tests/sync/test_rcu.c, sync/rcu_tree.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "sync/preempt.h"
#include "sync/rcu_tree.h"

/* In whatever is to be freed.  Its members belong to RCU. */
struct rcu_head {
	struct rcu_head *next;
	void (*fn)(struct rcu_head *head);
};

static always_inline void rcu_read_lock(void)
{
	preempt_disable();
}

static always_inline void rcu_read_unlock(void)
{
	preempt_enable();
}

/* p: a struct atomic_ptr *; the result is a void *. */
#define rcu_assign_pointer(p, v)	store_release(p, v)	/* [P] */
#define rcu_dereference(p)		load_acquire(p)		/* [P] */

void synchronize_rcu(void);
void synchronize_rcu_expedited(void);

void call_rcu(struct rcu_head *head, void (*fn)(struct rcu_head *head));
void rcu_barrier(void);

/* p: what mem_alloc() returned. */
#define kfree_rcu(p, member) \
	rcu_free_later(&(p)->member, offsetof(__typeof__(*(p)), member))
void rcu_free_later(struct rcu_head *head, size_t offset);

uint64_t get_state_synchronize_rcu(void) must_check;
uint64_t start_poll_synchronize_rcu(void) must_check;
bool poll_state_synchronize_rcu(uint64_t cookie) must_check;
void cond_synchronize_rcu(uint64_t cookie);

/*
 * What the scheduler tells.  rcu_note_switch(): the thread that runs here is
 * not in a reader, and preemption is disabled; before a runqueue is locked, for
 * who waited for this CPU may be woken.
 */
extern struct rcu_tree rcu_tree;
void rcu_report_here(void);

static always_inline void rcu_note_switch(void)
{
	if (unlikely(rcu_tree_is_due(&rcu_tree, cpu_id())))
		rcu_report_here();
}

/*
 * This CPU runs nothing from here on, and no reader, until rcu_idle_exit().
 * Interrupts masked, preemption disabled; entering may wake a thread.
 */
void rcu_idle_enter(void);
void rcu_idle_exit(void);

/*
 * An interrupt or an NMI begins; true: it came upon an idle CPU, and when its
 * last handler is over rcu_interrupt_exit() or, for an NMI, rcu_nmi_exit() says
 * that the CPU is idle again.
 */
bool rcu_interrupt_enter(void) must_check;
void rcu_interrupt_exit(void);
void rcu_nmi_exit(void);

/* Once, before any other; then each CPU, when it begins and ends to count. */
void rcu_init(void);
void rcu_cpu_online(void);
void rcu_cpu_offline(void);
