/*
 * tests/sync/lockdep_trial.c - the interpreter of tests/sync/lockdep_trial.h.
 */
#include "tests/sync/lockdep_trial.h"

#include "kernel/mem.h"
#include "kernel/string.h"
#include "sync/brlock.h"
#include "sync/clh.h"
#include "sync/mcs.h"
#include "sync/mutex.h"
#include "sync/phase_fair.h"
#include "sync/pi_mutex.h"
#include "sync/preempt.h"
#include "sync/rwlock.h"
#include "sync/rwsem.h"
#include "sync/selves.h"
#include "sync/seqlock.h"
#include "sync/spinlock.h"
#include "sync/tas.h"
#include "sync/ticket.h"
#include "sync/ttas.h"

#define LOCKS	5	/* A B C D, and Z */

union any_lock {
	struct spinlock spin;
	struct tas tas;
	struct ttas ttas;
	struct ticket ticket;
	struct mcs mcs;
	struct clh clh;
	struct rwlock rwlock;
	struct phase_fair phase_fair;
	struct brlock brlock;
	struct seqlock seqlock;
	struct mutex mutex;
	struct pi_mutex pi_mutex;
	struct rwsem rwsem;
};

static union any_lock *locks;
static struct mcs_node mcs_nodes[LOCKS];
static struct clh_node clh_nodes[2 * LOCKS], *clh_mine[LOCKS];
static struct mutex the_mutex;

static struct lockdep *judge;
static const struct lockdep_ops *ops;
static struct lockdep_finding first;
static struct sync_self other;
static unsigned context;

unsigned trial_context(void)
{
	return context;
}

void trial_tell(struct lockdep *d, const struct lockdep_finding *f)
{
	(void)d;
	if (first.verdict == LOCKDEP_SILENT)
		first = *f;
}

const struct lockdep_ops trial_ops = {
	.context = trial_context,
	.search = lockdep_search,
	.tell = trial_tell,
};

const struct lockdep_finding *trial_finding(void)
{
	return &first;
}

unsigned trial_findings(void)
{
	return load_relaxed(&judge->findings);
}

bool trial_begin(struct test *t, const struct lockdep_ops *with)
{
	judge = mem_alloc(sizeof(*judge));
	locks = mem_alloc(LOCKS * sizeof(*locks));
	ops = with;
	return check(t, judge && locks);
}

void trial_end(void)
{
	mem_free(judge);
	mem_free(locks);
	judge = NULL;
}

/* the locks themselves */

static unsigned index_of(const union any_lock *l)
{
	return l - locks;
}

static void clh_set_up(union any_lock *l)
{
	unsigned i = index_of(l);

	clh_mine[i] = &clh_nodes[2 * i];
	clh_init(&l->clh, &clh_nodes[2 * i + 1]);
}

#define INIT(K, member, prefix) \
	case WATCH_##K: prefix##_init(&l->member); break;

static never_inline void init_real(union any_lock *l, enum watch_kind kind)
{
	switch (kind) {
	INIT(SPIN, spin, spin)
	INIT(TAS, tas, tas)
	INIT(TTAS, ttas, ttas)
	INIT(TICKET, ticket, ticket)
	INIT(MCS, mcs, mcs)
	INIT(RWLOCK, rwlock, rwlock)
	INIT(PHASE_FAIR, phase_fair, phase_fair)
	INIT(BRLOCK, brlock, brlock)
	INIT(MUTEX, mutex, mutex)
	INIT(PI_MUTEX, pi_mutex, pi_mutex)
	INIT(RWSEM, rwsem, rwsem)
	case WATCH_CLH: clh_set_up(l); break;
	default: break;
	}
}

#define EXCLUSIVE(K, member, prefix) \
	case WATCH_##K: \
		if (how & WATCH_TRY) \
			(void)!prefix##_trylock(&l->member); \
		else \
			prefix##_lock(&l->member); \
		break;
#define SHARED(K, member, prefix) \
	case WATCH_##K: \
		if (how & WATCH_READ) \
			prefix##_read_lock(&l->member); \
		else \
			prefix##_write_lock(&l->member); \
		break;

static void lock_real(union any_lock *l, enum watch_kind kind, unsigned how)
{
	struct mcs_node *node = &mcs_nodes[index_of(l)];

	switch (kind) {
	EXCLUSIVE(SPIN, spin, spin)
	EXCLUSIVE(TAS, tas, tas)
	EXCLUSIVE(TTAS, ttas, ttas)
	EXCLUSIVE(TICKET, ticket, ticket)
	EXCLUSIVE(MUTEX, mutex, mutex)
	SHARED(RWLOCK, rwlock, rwlock)
	SHARED(PHASE_FAIR, phase_fair, phase_fair)
	SHARED(BRLOCK, brlock, brlock)
	SHARED(RWSEM, rwsem, rwsem)
	case WATCH_MCS:
		if (how & WATCH_TRY)
			(void)!mcs_trylock(&l->mcs, node);
		else
			mcs_lock(&l->mcs, node);
		break;
	case WATCH_PI_MUTEX:
		(void)!pi_mutex_lock(&l->pi_mutex);
		break;
	case WATCH_CLH:
		clh_lock(&l->clh, clh_mine[index_of(l)]);
		break;
	default:
		break;
	}
}

#define UNLOCK(K, member, prefix) \
	case WATCH_##K: prefix##_unlock(&l->member); break;
#define UNLOCK_SHARED(K, member, prefix) \
	case WATCH_##K: \
		if (how & WATCH_READ) \
			prefix##_read_unlock(&l->member); \
		else \
			prefix##_write_unlock(&l->member); \
		break;

static void unlock_real(union any_lock *l, enum watch_kind kind, unsigned how)
{
	switch (kind) {
	UNLOCK(SPIN, spin, spin)
	UNLOCK(TAS, tas, tas)
	UNLOCK(TTAS, ttas, ttas)
	UNLOCK(TICKET, ticket, ticket)
	UNLOCK(MUTEX, mutex, mutex)
	UNLOCK(PI_MUTEX, pi_mutex, pi_mutex)
	UNLOCK_SHARED(RWLOCK, rwlock, rwlock)
	UNLOCK_SHARED(PHASE_FAIR, phase_fair, phase_fair)
	UNLOCK_SHARED(BRLOCK, brlock, brlock)
	UNLOCK_SHARED(RWSEM, rwsem, rwsem)
	case WATCH_MCS:
		mcs_unlock(&l->mcs, &mcs_nodes[index_of(l)]);
		break;
	case WATCH_CLH:
		clh_unlock(&l->clh, &clh_mine[index_of(l)]);
		break;
	default:
		break;
	}
}

/* a word of a program */

struct run {
	enum watch_kind kind;
	bool real;
};

static void other_holds(const void *l, struct held_what what)
{
	what.state = HELD_GOT;
	store_relaxed(&other.held[0].lock, (void *)l);
	store_relaxed(&other.held[0].what, held_pack(what));
	store_relaxed(&other.depth, 1);
}

static void lock_one(const struct run *r, void *l, enum watch_kind kind,
		     unsigned how)
{
	if (r->real && kind == r->kind) {
		lock_real(l, kind, how);
		return;
	}
	lockdep_acquire(l, kind, how, watch_site());
	if (!(context & LOCKDEP_IN_NMI))
		lockdep_acquired(l);
}

static void unlock_one(const struct run *r, void *l, enum watch_kind kind,
		       unsigned how)
{
	if (r->real && kind == r->kind)
		unlock_real(l, kind, how);
	else
		lockdep_release(l, watch_site());
}

static void end_thread(void)
{
	struct sync_self *self = sync_self();
	uint32_t id = self->id;
	const char *name = self->name;

	lockdep_thread_end(watch_site());
	lockdep_thread_begin(self, id, name);
}

static void set_context(char c)
{
	switch (c) {
	case '{':
		context = LOCKDEP_IN_IRQ | LOCKDEP_ATOMIC;
		break;
	case '(':
		context = LOCKDEP_ATOMIC;
		break;
	case '!':
		context = LOCKDEP_IN_NMI | LOCKDEP_ATOMIC;
		break;
	default:
		context = LOCKDEP_IRQS_ON;
		if (c == ')')
			lockdep_irqs_on();
	}
}

static void *lock_named(char c)
{
	return c == 'M' ? (void *)&the_mutex
			: &locks[c == 'Z' ? LOCKS - 1 : c - 'A'];
}

static void do_lock_word(const struct run *r, const char *word)
{
	unsigned how = 0;
	bool frees = false, others = false, unlocks;
	enum watch_kind kind;
	void *l;

	for (; !(*word >= 'A' && *word <= 'Z') &&
	       !(*word >= 'a' && *word <= 'd') && *word != 'z' && *word != 'm';
	     word++) {
		how |= *word == 'r' ? WATCH_READ : *word == '?' ? WATCH_TRY : 0;
		frees |= *word == 'f';
		others |= *word == 'o';
	}
	unlocks = *word >= 'a';
	l = lock_named(unlocks ? *word - 'a' + 'A' : *word);
	kind = l == &the_mutex ? WATCH_MUTEX : r->kind;
	if (word[1] >= '0' && word[1] <= '9')
		how |= WATCH_NESTED((unsigned)(word[1] - '0'));
	if (frees)
		lockdep_free(l, sizeof(union any_lock), watch_site());
	else if (others)
		other_holds(l, (struct held_what){ .class = CLASS_NONE });
	else if (unlocks)
		unlock_one(r, l, kind, how);
	else
		lock_one(r, l, kind, how);
}

static void do_word(const struct run *r, const char *word)
{
	if (strchr("{}()!~", word[0]))
		set_context(word[0]);
	else if (word[0] == '$')
		end_thread();
	else if (word[0] == 's')
		lockdep_wait(locks, WATCH_SEM, watch_site());
	else if (word[0] != '/')
		do_lock_word(r, word);
}

static void init_locks(const struct run *r)
{
	for (unsigned i = 0; i < LOCKS; i++) {
		/* classes by made-up sites: Z is of A's */
		unsigned site = 0x1000 + 16 * (i == LOCKS - 1 ? 0 : i);

		if (r->real)
			init_real(&locks[i], r->kind);
		lockdep_init_lock(&locks[i], r->kind, site);
		if (r->kind == WATCH_BRLOCK)	/* it has a lock inside */
			lockdep_init_lock(&locks[i].brlock.writers, WATCH_SPIN,
					  site);
	}
	mutex_init(&the_mutex);
}

/* What a program left held, for the judge and for real, is let go of. */
static void clean_up(struct sync_self *self)
{
	while (load_relaxed(&self->depth)) {
		uint32_t last = load_relaxed(&self->depth) - 1;

		lockdep_gave_up(load_relaxed(&self->held[last].lock));
	}
}

enum lockdep_verdict trial_run(const char *program, enum watch_kind kind,
			       bool real)
{
	struct run r = { kind, real };
	struct sync_self *self = sync_self();
	bool sleeps = lockdep_kind_flags(kind) & WATCH_SLEEPS;
	uint64_t was = real && sleeps ? 0 : irq_save();

	lockdep_setup(judge, ops);
	first.verdict = LOCKDEP_SILENT;
	context = LOCKDEP_IRQS_ON;
	self->lockdep = judge;
	init_locks(&r);
	selves_add(&other, 9999, "other");
	for (const char *at = program; *at; ) {
		do_word(&r, at);
		while (*at && *at != ' ')
			at++;
		while (*at == ' ')
			at++;
	}
	store_relaxed(&other.depth, 0);
	selves_remove(&other);
	if (!(real && sleeps))
		clean_up(self);
	self->lockdep = NULL;
	if (!(real && sleeps))
		irq_restore(was);
	return first.verdict;
}
