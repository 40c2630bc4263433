/*
 * sync/rw_ops.h - one face for all reader-writer locks.
 *
 * Guarantees  RW_OPS(x) makes `x_ops`, a table of the operations that
 *             sync/x.h declares by the usual names, so that tests,
 *             benchmarks and demos reach every such lock, a broken twin or a
 *             student's object alike, and a new lock is one line for each.
 * Context     That of the lock behind it.
 * See         docs/21-rwlock.md, tests/sync/test_rw_locks.c
 */
#pragma once

#include <stdint.h>

struct rw_ops {
	const char *name;
	void (*init)(void *lock);
	void (*read_lock)(void *lock);
	void (*read_unlock)(void *lock);
	void (*write_lock)(void *lock);
	void (*write_unlock)(void *lock);
	uint64_t (*read_lock_irqsave)(void *lock);
	void (*read_unlock_irqrestore)(void *lock, uint64_t was);
	uint64_t (*write_lock_irqsave)(void *lock);
	void (*write_unlock_irqrestore)(void *lock, uint64_t was);
};

/* A call of the lock's own type behind one that any lock has. */
#define RW_OP_(x, op) \
	static void x##_op_##op(void *lock) { x##_##op(lock); }
#define RW_OP_SAVE_(x, op) \
	static uint64_t x##_op_##op(void *lock) { return x##_##op(lock); }
#define RW_OP_RESTORE_(x, op) \
	static void x##_op_##op(void *lock, uint64_t was) \
	{ x##_##op(lock, was); }

#define RW_OPS(x) \
	RW_OP_(x, init) \
	RW_OP_(x, read_lock) \
	RW_OP_(x, read_unlock) \
	RW_OP_(x, write_lock) \
	RW_OP_(x, write_unlock) \
	RW_OP_SAVE_(x, read_lock_irqsave) \
	RW_OP_RESTORE_(x, read_unlock_irqrestore) \
	RW_OP_SAVE_(x, write_lock_irqsave) \
	RW_OP_RESTORE_(x, write_unlock_irqrestore) \
	static const struct rw_ops x##_ops = { \
		#x, x##_op_init, x##_op_read_lock, x##_op_read_unlock, \
		x##_op_write_lock, x##_op_write_unlock, \
		x##_op_read_lock_irqsave, x##_op_read_unlock_irqrestore, \
		x##_op_write_lock_irqsave, x##_op_write_unlock_irqrestore, \
	};
