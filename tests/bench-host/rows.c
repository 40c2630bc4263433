/*
 * tests/bench-host/rows.c - what lets one in: ours, peers, bare instructions.
 */
#include <ck_spinlock.h>
#include <pthread.h>

#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "sync/clh.h"
#include "sync/mcs.h"
#include "sync/mutex.h"
#include "sync/rwsem.h"
#include "sync/semaphore.h"
#include "sync/spinlock.h"
#include "sync/tas.h"
#include "sync/ticket.h"
#include "sync/ttas.h"
#include "tests/bench-host/peer_sem.h"
#include "tests/bench-host/row.h"

#define line	aligned_to(CACHE_LINE)

/* the table's pointers know no types, so what TOKEN_MOVES relies on is said */
_Static_assert(__builtin_types_compatible_p(__typeof__(clh_unlock),
		       void(struct clh *, struct clh_node **)),
	       "clh_unlock(lock, &node)");

static struct tas tas line;
static struct ttas ttas line;
static struct ticket ticket line;
static struct mcs mcs line;
static struct clh clh line;
static struct spinlock spinlock line;
static struct mutex mutex line = MUTEX_INIT(mutex);
static struct semaphore semaphore line = SEMAPHORE_INIT(semaphore, 1);
static struct rwsem rwsem line = RWSEM_INIT(rwsem);
static uint32_t bare line;

/* each on a line of its own, as its user would place it */
static struct { struct mcs_node node; } line mcs_nodes[THREADS];
static struct { struct clh_node node; } line clh_nodes[THREADS + 1];
static struct { ck_spinlock_mcs_context_t node; } line ck_mcs_nodes[THREADS];
static struct { ck_spinlock_clh_t node; } line ck_clh_nodes[THREADS + 1];

static ck_spinlock_fas_t ck_fas line;
static ck_spinlock_dec_t ck_dec line;
static ck_spinlock_ticket_t ck_ticket line;
static ck_spinlock_mcs_t ck_mcs line;
static ck_spinlock_clh_t *ck_clh line;
static pthread_spinlock_t spin_libc line;
static pthread_mutex_t mutex_libc line = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw_libc line = PTHREAD_RWLOCK_INITIALIZER;

void cpu_delay(unsigned n)
{
	while (n--)
		cpu_relax();
}

static never_inline void lock_bare(void *l, void *unused)
{
	uint32_t held = 1, *word = l;

	(void)unused;
	__asm__ volatile("xchgl %0, %1" : "+r"(held), "+m"(*word) :: "memory");
}

static never_inline void unlock_bare(void *l, void *unused)
{
	uint32_t *word = l;

	(void)unused;
	__asm__ volatile("movl $0, %0" : "=m"(*word) :: "memory");
}

PEER(lock_fas, ck_spinlock_fas_lock(object))
PEER(unlock_fas, ck_spinlock_fas_unlock(object))
PEER(lock_dec, ck_spinlock_dec_lock(object))
PEER(unlock_dec, ck_spinlock_dec_unlock(object))
PEER(lock_ticket, ck_spinlock_ticket_lock(object))
PEER(unlock_ticket, ck_spinlock_ticket_unlock(object))
PEER(lock_ck_mcs, ck_spinlock_mcs_lock(object, node))
PEER(unlock_ck_mcs, ck_spinlock_mcs_unlock(object, node))
PEER(lock_ck_clh, ck_spinlock_clh_lock(object, node))
PEER(unlock_ck_clh, ck_spinlock_clh_unlock(node))

static struct row rows[] = {
	THEIRS("bare xchg + store", "-", lock_bare, unlock_bare, &bare),
	OURS("tas", "unfair", 0, tas_lock, tas_unlock, &tas),
	OURS("ttas", "unfair", 0, ttas_lock, ttas_unlock, &ttas),
	THEIRS("ck fas", "unfair", lock_fas, unlock_fas, &ck_fas),
	THEIRS("ck dec", "unfair", lock_dec, unlock_dec, &ck_dec),
	THEIRS("pthread_spin", "unfair", pthread_spin_lock, pthread_spin_unlock,
	       &spin_libc),
	OURS("spinlock", "fifo", 7, spin_lock, spin_unlock, &spinlock),
	OURS("ticket", "fifo", 8, ticket_lock, ticket_unlock, &ticket),
	THEIRS("ck ticket", "fifo", lock_ticket, unlock_ticket, &ck_ticket),
	OURS("mcs", "mcs", 18, mcs_lock, mcs_unlock, &mcs, NODES(mcs_nodes)),
	THEIRS("ck mcs", "mcs", lock_ck_mcs, unlock_ck_mcs, &ck_mcs,
	       NODES(ck_mcs_nodes)),
	OURS("clh", "clh", 12, clh_lock, clh_unlock, &clh, NODES(clh_nodes),
	     .token = TOKEN_MOVES),
	THEIRS("ck clh", "clh", lock_ck_clh, unlock_ck_clh, &ck_clh,
	       NODES(ck_clh_nodes), .token = TOKEN_MOVES),
	OURS("mutex", "sleeps", 15, mutex_lock, mutex_unlock, &mutex,
	     .why_two = "who waited longest is let in after 4 others; "
			"pthread's starves it"),
	THEIRS("pthread_mutex", "sleeps", pthread_mutex_lock,
	       pthread_mutex_unlock, &mutex_libc),
	OURS("semaphore", "units", 35, sem_down, sem_up, &semaphore,
	     .why_two = "a unit goes to who waited longest, so each is slept "
			"for; sem_post\n            lets anybody take it"),
	THEIRS("sem_wait + sem_post", "units", sem_libc_wait,
	       sem_libc_post, NULL),
	OURS("rwsem, writing", "rw sleeps", 0, rwsem_write_lock,
	     rwsem_write_unlock, &rwsem,
	     .why_two = "first in, first out; pthread's lets anybody in"),
	THEIRS("pthread_rwlock_wr", "rw sleeps", pthread_rwlock_wrlock,
	       pthread_rwlock_unlock, &rw_libc),
};

static void init(void)
{
	clh_init(&clh, &clh_nodes[THREADS].node);
	ck_spinlock_fas_init(&ck_fas);
	ck_spinlock_dec_init(&ck_dec);
	ck_spinlock_ticket_init(&ck_ticket);
	ck_spinlock_mcs_init(&ck_mcs);
	ck_spinlock_clh_init(&ck_clh, &ck_clh_nodes[THREADS].node);
	pthread_spin_init(&spin_libc, PTHREAD_PROCESS_PRIVATE);
	sem_init(&semaphore, 1);
	sem_libc_post(NULL, NULL);	/* it began with 0 units */
}

const struct row_table excluding = {
	"lock + unlock", rows, ARRAY_LEN(rows), false, init
};
