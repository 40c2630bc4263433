/*
 * tests/bench-host/rows.c - our locks, their peers, and the bare instructions.
 */
#include "tests/bench-host/row.h"

#include <ck_spinlock.h>
#include <pthread.h>

#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "sync/clh.h"
#include "sync/mcs.h"
#include "sync/spinlock.h"
#include "sync/tas.h"
#include "sync/ticket.h"
#include "sync/ttas.h"

#define line	aligned_to(CACHE_LINE)

/* our functions, as they are: an argument too many does no harm */
#define AS_ROW(f)	((void (*)(void *, void *))(void *)(f))

static struct tas tas line;
static struct ttas ttas line;
static struct ticket ticket line;
static struct mcs mcs line;
static struct mcs_node mcs_node line;
static struct clh clh line;
static struct clh_node clh_nodes[2] line;
static struct spinlock spinlock line;
static uint32_t bare line;
static pthread_spinlock_t spin_libc line;
static pthread_mutex_t mutex_libc line = PTHREAD_MUTEX_INITIALIZER;

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

#define PEER(kind) \
static ck_spinlock_##kind##_t ck_##kind line; \
static never_inline void lock_##kind(void *l, void *unused) \
{ \
	(void)unused; \
	ck_spinlock_##kind##_lock(l); \
} \
static never_inline void unlock_##kind(void *l, void *unused) \
{ \
	(void)unused; \
	ck_spinlock_##kind##_unlock(l); \
}

PEER(fas)
PEER(dec)
PEER(ticket)

static ck_spinlock_mcs_t ck_mcs line;
static ck_spinlock_mcs_context_t ck_mcs_node line;
static ck_spinlock_clh_t *ck_clh line;
static ck_spinlock_clh_t ck_clh_nodes[2] line;

static never_inline void lock_ck_mcs(void *l, void *node)
{
	ck_spinlock_mcs_lock(l, node);
}

static never_inline void unlock_ck_mcs(void *l, void *node)
{
	ck_spinlock_mcs_unlock(l, node);
}

static never_inline void lock_ck_clh(void *l, void *node)
{
	ck_spinlock_clh_lock(l, node);
}

static never_inline void unlock_ck_clh(void *mine, void *unused)
{
	(void)unused;
	ck_spinlock_clh_unlock(mine);
}

#define OURS(name_, group_, limit_, prefix, object_, node_) { \
	.name = name_, .group = group_, .ours = true, .limit = limit_, \
	.lock = AS_ROW(prefix##_lock), .unlock = AS_ROW(prefix##_unlock), \
	.object = (void *)(object_), .node = (node_) }
#define THEIRS(name_, group_, lock_, unlock_, object_, node_) { \
	.name = name_, .group = group_, \
	.lock = AS_ROW(lock_), .unlock = AS_ROW(unlock_), \
	.object = (void *)(object_), .node = (node_) }

struct row rows[] = {
	THEIRS("bare xchg + store", "-", lock_bare, unlock_bare, &bare, NULL),
	OURS("tas", "unfair", 0, tas, &tas, NULL),
	OURS("ttas", "unfair", 0, ttas, &ttas, NULL),
	THEIRS("ck fas", "unfair", lock_fas, unlock_fas, &ck_fas, NULL),
	THEIRS("ck dec", "unfair", lock_dec, unlock_dec, &ck_dec, NULL),
	THEIRS("pthread_spin", "unfair", pthread_spin_lock, pthread_spin_unlock,
	       &spin_libc, NULL),
	THEIRS("pthread_mutex", "sleeps", pthread_mutex_lock,
	       pthread_mutex_unlock, &mutex_libc, NULL),
	OURS("spinlock", "fifo", 7, spin, &spinlock, NULL),
	OURS("ticket", "fifo", 8, ticket, &ticket, NULL),
	THEIRS("ck ticket", "fifo", lock_ticket, unlock_ticket, &ck_ticket,
	       NULL),
	OURS("mcs", "mcs", 18, mcs, &mcs, &mcs_node),
	THEIRS("ck mcs", "mcs", lock_ck_mcs, unlock_ck_mcs, &ck_mcs,
	       &ck_mcs_node),
	OURS("clh", "clh", 12, clh, &clh, &clh_nodes[1]),
	THEIRS("ck clh", "clh", lock_ck_clh, unlock_ck_clh, &ck_clh,
	       &ck_clh_nodes[1]),
};
const unsigned row_count = ARRAY_LEN(rows);

void rows_init(void)
{
	clh_init(&clh, &clh_nodes[0]);
	ck_spinlock_fas_init(&ck_fas);
	ck_spinlock_dec_init(&ck_dec);
	ck_spinlock_ticket_init(&ck_ticket);
	ck_spinlock_mcs_init(&ck_mcs);
	ck_spinlock_clh_init(&ck_clh, &ck_clh_nodes[0]);
	for (struct row *r = rows; r < rows + row_count; r++) {
		bool moves = !__builtin_strcmp(r->group, "clh");

		r->key = moves ? (void *)&r->node : r->object;
	}
	pthread_spin_init(&spin_libc, PTHREAD_PROCESS_PRIVATE);
}
