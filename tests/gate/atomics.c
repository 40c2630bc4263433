/*
 * tests/gate/atomics.c - every atomic as a function of its own.
 *
 * tools/gate.py disassembles this object and judges each function by its name.
 * is_X is the operation alone: which instruction is it?  after_X reads a plain
 * word before and after: the second load must stand behind the operation.
 * before_X writes one before and after: the first store must stand ahead of it.
 * A lost "memory" clobber lets gcc drop either, since the plain word is not the
 * operand but its neighbour.  (clang 14 lets no access pass a volatile asm at
 * all.)  Nothing here runs.
 */
#include "arch/atomic.h"

#define PAIR(S) \
struct S##_pair { \
	struct S word; \
	uint32_t plain; \
};

PAIR(atomic8)
PAIR(atomic16)
PAIR(atomic32)
PAIR(atomic64)
PAIR(atomic_ptr)
PAIR(atomic128)

#define IS(pre, op, S, T, ...) \
T is_##pre##_##op(struct S *p, T v, T *expected); \
T is_##pre##_##op(struct S *p, T v, T *expected) \
{ \
	(void)p, (void)expected; \
	return __VA_ARGS__; \
}

#define AFTER(pre, op, S, T, ...) \
uint32_t after_##pre##_##op(struct S##_pair *pair, T v); \
uint32_t after_##pre##_##op(struct S##_pair *pair, T v) \
{ \
	uint32_t first = pair->plain; \
	struct S *p = &pair->word; \
	T wish = v, *expected = &wish; \
	(void)p, (void)expected; \
	(void)(__VA_ARGS__); \
	return first - pair->plain; \
}

#define BEFORE(pre, op, S, T, ...) \
void before_##pre##_##op(struct S##_pair *pair, T v); \
void before_##pre##_##op(struct S##_pair *pair, T v) \
{ \
	struct S *p = &pair->word; \
	T wish = v, *expected = &wish; \
	(void)p, (void)expected; \
	pair->plain = 1; \
	(void)(__VA_ARGS__); \
	pair->plain = 2; \
}

#define RELAXED(...)	IS(__VA_ARGS__)
#define ACQUIRE(...)	IS(__VA_ARGS__) AFTER(__VA_ARGS__)
#define RELEASE(...)	IS(__VA_ARGS__) BEFORE(__VA_ARGS__)
#define ACQ_REL(...)	ACQUIRE(__VA_ARGS__) BEFORE(__VA_ARGS__)

#define CAS(pre, S, T, order, kind) \
	kind(pre, cas_##order, S, T, cas_##order(p, expected, v) ? v : 0)
#define FOUR(pre, op, S, T) \
	RELAXED(pre, op##_relaxed, S, T, op##_relaxed(p, v)) \
	ACQUIRE(pre, op##_acquire, S, T, op##_acquire(p, v)) \
	RELEASE(pre, op##_release, S, T, op##_release(p, v)) \
	ACQ_REL(pre, op##_acq_rel, S, T, op##_acq_rel(p, v))

#define COMMON(pre, S, T) \
	RELAXED(pre, load_relaxed, S, T, (void)v, load_relaxed(p)) \
	ACQUIRE(pre, load_acquire, S, T, (void)v, load_acquire(p)) \
	RELAXED(pre, store_relaxed, S, T, store_relaxed(p, v), v) \
	RELEASE(pre, store_release, S, T, store_release(p, v), v) \
	FOUR(pre, xchg, S, T) \
	CAS(pre, S, T, relaxed, RELAXED) \
	CAS(pre, S, T, acquire, ACQUIRE) \
	CAS(pre, S, T, release, RELEASE) \
	CAS(pre, S, T, acq_rel, ACQ_REL)

#define INTEGER(pre, S, T) \
	COMMON(pre, S, T) \
	RELEASE(pre, store_add_release, S, T, store_add_release(p, v), v) \
	FOUR(pre, fetch_add, S, T) \
	ACQ_REL(pre, fetch_or_acq_rel, S, T, fetch_or_acq_rel(p, v)) \
	ACQ_REL(pre, fetch_and_acq_rel, S, T, fetch_and_acq_rel(p, v))

COMMON(a8, atomic8, uint8_t)
COMMON(a16, atomic16, uint16_t)
INTEGER(a32, atomic32, uint32_t)
INTEGER(a64, atomic64, uint64_t)
COMMON(aptr, atomic_ptr, void *)
ACQ_REL(a128, cas_acq_rel, atomic128, struct word_pair,
	cas_acq_rel(p, expected, v) ? v : *expected)

ACQUIRE(fence, fence_acquire, atomic32, uint32_t, fence_acquire(), v)
RELEASE(fence, fence_release, atomic32, uint32_t, fence_release(), v)
ACQ_REL(fence, fence_seq_cst, atomic32, uint32_t, fence_seq_cst(), v)
