/*
 * arch/atomic.h - shared words, and every operation on them.
 *
 * Guarantees  Each operation is one indivisible access.  The last word of its
 *             name is its C11 order: relaxed orders nothing but this word;
 *             acquire keeps what follows after it; release keeps what precedes
 *             before it; acq_rel both.  fence_seq_cst() orders everything on
 *             both sides, the only operation that orders an earlier store
 *             before a later load.
 *             A shared word has a type of its own, so that a plain access does
 *             not compile.
 *             A struct atomic8 or atomic16 may be a view of part of an atomic32
 *             (a union): see "Views" below for what then holds.
 * Context     Any, NMI included.
 * Cost        x86 (TSO): loads, stores and the acquire and release fences are
 *             plain moves or nothing; every read-modify-write is one locked
 *             instruction; fence_seq_cst() is a locked add to the stack (2 ns,
 *             where mfence costs 16).
 * Limits      The last argument is evaluated once, p once.
 * See         arch/x86_64/world/atomic.h (assembly), tests/worlds/ (builtins),
 *             docs/style.md "Atomics and ordering"; Intel SDM vol. 3A, 9.2
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

/*
 * Views.  A union may lay an atomic8 or atomic16 over part of an atomic32, so
 * that a byte can be stored without a read-modify-write of its neighbours.
 * The C11 model knows no such accesses; x86 does, and gcc and clang make each
 * of these operations, in both bodies, the one instruction of its width:
 * - Each of them is indivisible: naturally aligned, and so within one cache
 *   line (SDM 9.1.1).  A store changes its own bytes and no others.
 * - All accesses to one cache line are in one order, whatever their widths,
 *   since a line has one owner at a time.  So what overlaps in a byte
 *   synchronises by that byte: a store_release of a view is seen by a
 *   load_acquire or cas of the whole word.
 * - A locked instruction empties the store buffer first: it decides on all
 *   bytes of the word at one moment, though one of them was just stored.
 * - A plain load that is wider than a store still buffered on the same CPU may
 *   join that byte with the neighbours' older values.  So only a locked
 *   instruction, or a load as narrow as the store, may decide anything.
 * Flur et al., Mixed-size Concurrency, POPL 2017, measure this for others.
 *
 * A struct atomic128 is two words that cas_acq_rel() alone compares and swaps
 * as one.  Its halves are views, a struct atomic64 or atomic_ptr each, that may
 * be read and swapped one by one: what was read in two pieces is only a guess,
 * and the cas of both decides.
 */
struct atomic8 { uint8_t word_; };
struct atomic16 { uint16_t word_; };
struct atomic32 { uint32_t word_; };
struct atomic64 { uint64_t word_; };
struct atomic_ptr { void *word_; };

struct word_pair {
	uint64_t low, high;
};

struct atomic128 {
	struct word_pair word_;
} __attribute__((aligned(16)));

#define ATOMIC8(v)	{ (v) }
#define ATOMIC16(v)	{ (v) }
#define ATOMIC32(v)	{ (v) }
#define ATOMIC64(v)	{ (v) }
#define ATOMIC_PTR(v)	{ (v) }

#include "world/atomic.h"

/* One name over the widths; the body defines a8_x, a16_x .. a64_x, aptr_x. */
#define atomic_op_(op, p) _Generic((p), \
	struct atomic8 *: a8_##op, \
	const struct atomic8 *: a8_##op, \
	struct atomic16 *: a16_##op, \
	const struct atomic16 *: a16_##op, \
	struct atomic32 *: a32_##op, \
	const struct atomic32 *: a32_##op, \
	struct atomic64 *: a64_##op, \
	const struct atomic64 *: a64_##op, \
	struct atomic_ptr *: aptr_##op, \
	const struct atomic_ptr *: aptr_##op)

/* One operation is there for a pair of words, too. */
#define atomic_cas_op_(p) _Generic((p), \
	struct atomic8 *: a8_cas_acq_rel, \
	struct atomic16 *: a16_cas_acq_rel, \
	struct atomic32 *: a32_cas_acq_rel, \
	struct atomic64 *: a64_cas_acq_rel, \
	struct atomic_ptr *: aptr_cas_acq_rel, \
	struct atomic128 *: a128_cas_acq_rel)

/* Integers of 32 and 64 bits only. */
#define atomic_int_op_(op, p) _Generic((p), \
	struct atomic32 *: a32_##op, \
	struct atomic64 *: a64_##op)

#define load_relaxed(p)		atomic_op_(load_relaxed, p)(p)
#define load_acquire(p)		atomic_op_(load_acquire, p)(p)
#define store_relaxed(p, v)	atomic_op_(store_relaxed, p)(p, v)
#define store_release(p, v)	atomic_op_(store_release, p)(p, v)

/*
 * Store *p + v.  Nobody but the caller may write *p meanwhile: this is a load
 * and a store, and needs no lock, though x86 has one instruction for both.
 */
#define store_add_release(p, v)	atomic_int_op_(store_add_release, p)(p, v)

/* Store v, return what was there. */
#define xchg_relaxed(p, v)	atomic_op_(xchg_relaxed, p)(p, v)
#define xchg_acquire(p, v)	atomic_op_(xchg_acquire, p)(p, v)
#define xchg_release(p, v)	atomic_op_(xchg_release, p)(p, v)
#define xchg_acq_rel(p, v)	atomic_op_(xchg_acq_rel, p)(p, v)

/*
 * If *p is *expected, store v and return true; else read *p into *expected and
 * return false (that read is relaxed).  Never fails spuriously.
 */
#define cas_relaxed(p, expected, v) \
	atomic_op_(cas_relaxed, p)(p, expected, v)
#define cas_acquire(p, expected, v) \
	atomic_op_(cas_acquire, p)(p, expected, v)
#define cas_release(p, expected, v) \
	atomic_op_(cas_release, p)(p, expected, v)
#define cas_acq_rel(p, expected, v) \
	atomic_cas_op_(p)(p, expected, v)

/* Add (or, and) v, return what was there. */
#define fetch_add_relaxed(p, v)	atomic_int_op_(fetch_add_relaxed, p)(p, v)
#define fetch_add_acquire(p, v)	atomic_int_op_(fetch_add_acquire, p)(p, v)
#define fetch_add_release(p, v)	atomic_int_op_(fetch_add_release, p)(p, v)
#define fetch_add_acq_rel(p, v)	atomic_int_op_(fetch_add_acq_rel, p)(p, v)
#define fetch_or_acq_rel(p, v)	atomic_int_op_(fetch_or_acq_rel, p)(p, v)
#define fetch_and_acq_rel(p, v)	atomic_int_op_(fetch_and_acq_rel, p)(p, v)

/* fence_acquire(), fence_release() and fence_seq_cst() come from the body. */
