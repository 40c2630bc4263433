/*
 * tests/bench/bench_locks.c - each primitive of sync/, taken and given back.
 *
 * What a caller in the kernel calls, with nobody else about: calls, preemption
 * count, masked interrupts and whatever watches are in the count.
 */
#include "tests/bench/bench.h"

#include "arch/x86_64/marker.h"
#include "kernel/errno.h"
#include "sync/brlock.h"
#include "sync/clh.h"
#include "sync/completion.h"
#include "sync/mcs.h"
#include "sync/mutex.h"
#include "sync/percpu_counter.h"
#include "sync/phase_fair.h"
#include "sync/preempt.h"
#include "sync/rwlock.h"
#include "sync/rwsem.h"
#include "sync/semaphore.h"
#include "sync/seqlock.h"
#include "sync/spinlock.h"
#include "sync/tas.h"
#include "sync/ticket.h"
#include "sync/ttas.h"
#include "tests/bench/marks.h"

#define ROUNDS	20

static struct spinlock spinlock = SPINLOCK_INIT;
static struct tas tas;
static struct ttas ttas;
static struct ticket ticket;
static struct mcs mcs;
static struct mcs_node mcs_node;
static struct clh clh;
static struct clh_node clh_nodes[2], *clh_mine = &clh_nodes[1];
static struct rwlock rwlock = RWLOCK_INIT;
static struct phase_fair phase_fair = PHASE_FAIR_INIT;
static struct brlock brlock = BRLOCK_INIT;
static struct seqlock seqlock = SEQLOCK_INIT;
static struct mutex mutex = MUTEX_INIT(mutex);
static struct semaphore semaphore = SEMAPHORE_INIT(semaphore, 1);
static struct rwsem rwsem = RWSEM_INIT(rwsem);
static struct completion completion = COMPLETION_INIT(completion);
static struct percpu_counter counter;

static bool valid;		/* what should have been so was so */
static uint32_t start;
static uint64_t was;

/* A function that marks a round of two calls. */
#define PAIR(function, id, first, second) \
static void function(void) \
{ \
	marker(MARKER_##id); \
	first; \
	second; \
	marker(MARKER_##id##_END); \
}

PAIR(pair_spinlock, SPINLOCK, spin_lock(&spinlock), spin_unlock(&spinlock))
PAIR(pair_irqsave, IRQSAVE, was = spin_lock_irqsave(&spinlock),
     spin_unlock_irqrestore(&spinlock, was))
PAIR(pair_tas, TAS, tas_lock(&tas), tas_unlock(&tas))
PAIR(pair_ttas, TTAS, ttas_lock(&ttas), ttas_unlock(&ttas))
PAIR(pair_ticket, TICKET, ticket_lock(&ticket), ticket_unlock(&ticket))
PAIR(pair_mcs, MCS, mcs_lock(&mcs, &mcs_node), mcs_unlock(&mcs, &mcs_node))
PAIR(pair_clh, CLH, clh_lock(&clh, clh_mine), clh_unlock(&clh, &clh_mine))
PAIR(pair_rwlock_read, RWLOCK_READ, rwlock_read_lock(&rwlock),
     rwlock_read_unlock(&rwlock))
PAIR(pair_rwlock_write, RWLOCK_WRITE, rwlock_write_lock(&rwlock),
     rwlock_write_unlock(&rwlock))
PAIR(pair_phase_fair, PHASE_FAIR_READ, phase_fair_read_lock(&phase_fair),
     phase_fair_read_unlock(&phase_fair))
PAIR(pair_brlock, BRLOCK_READ, brlock_read_lock(&brlock),
     brlock_read_unlock(&brlock))
PAIR(pair_seqlock_read, SEQLOCK_READ, start = seq_read_begin(&seqlock.count),
     valid &= !seq_read_retry(&seqlock.count, start))
PAIR(pair_seqlock_write, SEQLOCK_WRITE, seqlock_write_lock(&seqlock),
     seqlock_write_unlock(&seqlock))
PAIR(pair_mutex, MUTEX, mutex_lock(&mutex), mutex_unlock(&mutex))
PAIR(pair_semaphore, SEMAPHORE, sem_down(&semaphore), sem_up(&semaphore))
PAIR(pair_rwsem_read, RWSEM_READ, rwsem_read_lock(&rwsem),
     rwsem_read_unlock(&rwsem))
PAIR(pair_rwsem_write, RWSEM_WRITE, rwsem_write_lock(&rwsem),
     rwsem_write_unlock(&rwsem))
PAIR(pair_completion, COMPLETION, complete(&completion),
     wait_for_completion(&completion))
PAIR(pair_counter, PERCPU_COUNTER, percpu_counter_add(&counter, 1),
     percpu_counter_add(&counter, -1))

static const struct {
	void (*pair)(void);
	bool raw;		/* the caller disables preemption */
} pairs[] = {
	{ pair_spinlock, false }, { pair_irqsave, false },
	{ pair_tas, true }, { pair_ttas, true }, { pair_ticket, true },
	{ pair_mcs, true }, { pair_clh, true },
	{ pair_rwlock_read, false }, { pair_rwlock_write, false },
	{ pair_phase_fair, false }, { pair_brlock, false },
	{ pair_seqlock_read, false }, { pair_seqlock_write, false },
	{ pair_mutex, false }, { pair_semaphore, false },
	{ pair_rwsem_read, false }, { pair_rwsem_write, false },
	{ pair_completion, false }, { pair_counter, false },
};

int bench_locks(void)
{
	valid = true;
	clh_init(&clh, &clh_nodes[0]);
	clh_mine = &clh_nodes[1];
	for (unsigned i = 0; i < ARRAY_LEN(pairs); i++) {
		for (unsigned round = 0; round < ROUNDS; round++) {
			if (pairs[i].raw)
				preempt_disable();
			pairs[i].pair();
			if (pairs[i].raw)
				preempt_enable();
		}
	}
	return valid ? 0 : -EBUSY;
}
