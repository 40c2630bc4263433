/*
 * sync/lock_ops.c - the table of locks, and nodes for those that want them.
 *
 * Invariant   A CPU waits for or holds a given spin lock at most once:
 *             preemption is disabled, and an interrupt that took the lock its
 *             own CPU holds would spin for ever.  So one node for each CPU and
 *             lock is enough, and only that CPU touches it through its entry
 *             here.
 * Ordering    The locks order everything.
 * References  Function tables for locks under test: Boyd-Wickizer et al.,
 *             Non-scalable locks are dangerous, OLS 2012, compare as many.
 */
#include "sync/lock_ops.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sync/clh.h"
#include "sync/futex_mutex.h"
#include "sync/mcs.h"
#include "sync/mutex.h"
#include "sync/pi_mutex.h"
#include "sync/preempt.h"
#include "sync/spinlock.h"
#include "sync/tas.h"
#include "sync/ticket.h"
#include "sync/ttas.h"

struct mcs_cpus {
	struct mcs lock;
	struct {
		struct mcs_node node;
	} aligned_to(CACHE_LINE) cpu[NR_CPUS];
};

static void mcs_cpus_init(struct mcs_cpus *l)
{
	mcs_init(&l->lock);
}

static void mcs_cpus_lock(struct mcs_cpus *l)
{
	mcs_lock(&l->lock, &l->cpu[cpu_id()].node);
}

static bool mcs_cpus_trylock(struct mcs_cpus *l)
{
	return mcs_trylock(&l->lock, &l->cpu[cpu_id()].node);
}

static void mcs_cpus_unlock(struct mcs_cpus *l)
{
	mcs_unlock(&l->lock, &l->cpu[cpu_id()].node);
}

static uintptr_t mcs_cpus_last(const struct mcs_cpus *l)
{
	return mcs_last(&l->lock);
}

/* nodes wander: a CPU owns mine[cpu], which is any of the n + 1 */
struct clh_cpus {
	struct clh lock;
	struct {
		struct clh_node node;
		struct clh_node *mine;
	} aligned_to(CACHE_LINE) cpu[NR_CPUS + 1];
};

static void clh_cpus_init(struct clh_cpus *l)
{
	for (unsigned i = 0; i < NR_CPUS; i++)
		l->cpu[i].mine = &l->cpu[i].node;
	clh_init(&l->lock, &l->cpu[NR_CPUS].node);
}

static void clh_cpus_lock(struct clh_cpus *l)
{
	clh_lock(&l->lock, l->cpu[cpu_id()].mine);
}

static void clh_cpus_unlock(struct clh_cpus *l)
{
	clh_unlock(&l->lock, &l->cpu[cpu_id()].mine);
}

static uintptr_t clh_cpus_last(const struct clh_cpus *l)
{
	return clh_last(&l->lock);
}

/* whose lock can fail, and does not here */
struct pi_sure {
	struct pi_mutex m;
};

static void pi_sure_init(struct pi_sure *l)
{
	pi_mutex_init(&l->m);
}

static void pi_sure_lock(struct pi_sure *l)
{
	int err = pi_mutex_lock(&l->m);

	assert(!err);
}

static bool pi_sure_trylock(struct pi_sure *l)
{
	return pi_mutex_trylock(&l->m);
}

static void pi_sure_unlock(struct pi_sure *l)
{
	pi_mutex_unlock(&l->m);
}

/*
 * The table: a line has the name, the prefix of the functions, the struct, what
 * more there is (trylock, last, or not), whether the caller stays on its CPU or
 * sleeps, and the flags.
 */
#define LOCKS(X) \
	X("tas",      tas,      tas,      HAS,     HAS_NOT, STAYS,  LOCK_IRQ) \
	X("ttas",     ttas,     ttas,     HAS,     HAS_NOT, STAYS,  LOCK_IRQ) \
	X("ticket",   ticket,   ticket,   HAS,     HAS,     STAYS,  FAIR) \
	X("mcs",      mcs_cpus, mcs_cpus, HAS,     HAS,     STAYS,  FAIR) \
	X("clh",      clh_cpus, clh_cpus, HAS_NOT, HAS,     STAYS,  FAIR) \
	X("spinlock", spin,     spinlock, HAS,     HAS,     STAYS,  FAIR) \
	X("mutex",    mutex,    mutex,    HAS,     HAS_NOT, SLEEPS, IDLE) \
	X("pi_mutex", pi_sure,  pi_sure,  HAS,     HAS_NOT, SLEEPS, IDLE) \
	X("futex_mutex", futex_mutex, futex_mutex, HAS, HAS_NOT, SLEEPS, IDLE)

#define FAIR	(LOCK_IRQ | LOCK_FIFO)
#define IDLE	LOCK_SLEEPS

#define STAYS(what)	preempt_##what()
#define SLEEPS(what)	((void)0)

#define HAS(function)		function
#define HAS_NOT(function)	NULL

#define DEFINE_TRYLOCK_HAS(prefix, type, cpu) \
static bool any_##prefix##_trylock(void *lock) \
{ \
	cpu(disable); \
	if (prefix##_trylock((struct type *)lock)) \
		return true; \
	cpu(enable); \
	return false; \
}
#define DEFINE_LAST_HAS(prefix, type) \
static uintptr_t any_##prefix##_last(const void *lock) \
{ \
	return prefix##_last((const struct type *)lock); \
}
#define DEFINE_TRYLOCK_HAS_NOT(prefix, type, cpu)
#define DEFINE_LAST_HAS_NOT(prefix, type)

#define DEFINE(name_, prefix, type, trylock_, last_, cpu_, flags_) \
_Static_assert(sizeof(struct type) <= LOCK_SIZE_MAX, #type " is too big"); \
static void any_##prefix##_init(void *lock) \
{ \
	prefix##_init((struct type *)lock); \
} \
static void any_##prefix##_lock(void *lock) \
{ \
	cpu_(disable); \
	prefix##_lock((struct type *)lock); \
} \
static void any_##prefix##_unlock(void *lock) \
{ \
	prefix##_unlock((struct type *)lock); \
	cpu_(enable); \
} \
DEFINE_TRYLOCK_##trylock_(prefix, type, cpu_) \
DEFINE_LAST_##last_(prefix, type)

LOCKS(DEFINE)

#define ENTRY(name_, prefix, type, trylock_, last_, cpu_, flags_) { \
	.name = name_, .size = sizeof(struct type), .flags = (flags_), \
	.init = any_##prefix##_init, .lock = any_##prefix##_lock, \
	.trylock = trylock_(any_##prefix##_trylock), \
	.unlock = any_##prefix##_unlock, .last = last_(any_##prefix##_last) },

const struct lock_ops lock_table[] = { LOCKS(ENTRY) };
const unsigned lock_count = ARRAY_LEN(lock_table);
