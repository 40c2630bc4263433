/*
 * tests/bench-host/rows_read.c - what lets many readers in: ours and peers.
 */
#include <ck_brlock.h>
#include <ck_pflock.h>
#include <ck_rwlock.h>
#include <ck_sequence.h>
#include <pthread.h>

#include "kernel/compiler.h"
#include "sync/brlock.h"
#include "sync/phase_fair.h"
#include "sync/rwlock.h"
#include "sync/rwsem.h"
#include "sync/seqlock.h"
#include "tests/bench-host/row.h"

#define line	aligned_to(CACHE_LINE)

static struct rwlock rwlock line = RWLOCK_INIT;
static struct phase_fair phase_fair line = PHASE_FAIR_INIT;
static struct brlock brlock line = BRLOCK_INIT;
static struct seqcount seqcount line = SEQCOUNT_INIT;
static struct rwsem rwsem line = RWSEM_INIT(rwsem);

static ck_rwlock_t ck_rwlock line;
static ck_pflock_t ck_pflock line;
static ck_brlock_t ck_brlock line;
static ck_sequence_t ck_sequence line;
static struct { ck_brlock_reader_t node; } line ck_readers[THREADS];
static pthread_rwlock_t rw_libc line = PTHREAD_RWLOCK_INITIALIZER;

PEER(ck_rw_lock, ck_rwlock_read_lock(object))
PEER(ck_rw_unlock, ck_rwlock_read_unlock(object))
PEER(ck_pf_lock, ck_pflock_read_lock(object))
PEER(ck_pf_unlock, ck_pflock_read_unlock(object))
PEER(ck_br_lock, ck_brlock_read_lock(object, node))
PEER(ck_br_unlock, ck_brlock_read_unlock(object))

static never_inline void *ck_seq_begin(void *object, void *unused)
{
	(void)unused;
	return (void *)(uintptr_t)ck_sequence_read_begin(object);
}

static never_inline bool ck_seq_retry(void *object, void *version)
{
	return ck_sequence_read_retry(object, (uintptr_t)version);
}

static struct row rows[] = {
	OURS("rwlock", "rw spins", 0, rwlock_read_lock, rwlock_read_unlock,
	     &rwlock),
	THEIRS("ck rwlock", "rw spins", ck_rw_lock, ck_rw_unlock, &ck_rwlock),
	OURS("phase_fair", "phase-fair", 0, phase_fair_read_lock,
	     phase_fair_read_unlock, &phase_fair),
	THEIRS("ck pflock", "phase-fair", ck_pf_lock, ck_pf_unlock,
	       &ck_pflock),
	OURS("brlock", "big reader", 15, brlock_read_lock, brlock_read_unlock,
	     &brlock),
	THEIRS("ck brlock", "big reader", ck_br_lock, ck_br_unlock, &ck_brlock,
	       NODES(ck_readers), .token = TOKEN_OF_NODE),
	OURS("seqlock", "sequence", 8, seq_read_begin, seq_read_retry,
	     &seqcount, .token = TOKEN_RESULT),
	THEIRS("ck sequence", "sequence", ck_seq_begin, ck_seq_retry,
	       &ck_sequence, .token = TOKEN_RESULT),
	OURS("rwsem, reading", "rw sleeps", 0, rwsem_read_lock,
	     rwsem_read_unlock, &rwsem),
	THEIRS("pthread_rwlock_rd", "rw sleeps", pthread_rwlock_rdlock,
	       pthread_rwlock_unlock, &rw_libc),
};

static void init(void)
{
	ck_rwlock_init(&ck_rwlock);
	ck_pflock_init(&ck_pflock);
	ck_brlock_init(&ck_brlock);
	ck_sequence_init(&ck_sequence);
	for (unsigned i = 0; i < THREADS; i++)
		ck_brlock_read_register(&ck_brlock, &ck_readers[i].node);
}

const struct row_table reading = {
	"read lock + unlock", rows, ARRAY_LEN(rows), true, init
};
