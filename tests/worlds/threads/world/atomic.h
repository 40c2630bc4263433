/*
 * tests/worlds/threads/world/atomic.h - the atomics as compiler builtins.
 *
 * Guarantees  The same names and orders as the kernel's assembly, in a form
 *             that a sanitizer or the checker can see and replace.
 * See         arch/atomic.h
 */
#pragma once

#define ATOMIC_RMW_(pre, S, T, order, mo) \
static inline T pre##_xchg_##order(struct S *p, T v) \
{ \
	return __atomic_exchange_n(&p->word_, v, mo); \
} \
static inline bool pre##_cas_##order(struct S *p, T *expected, T v) \
{ \
	return __atomic_compare_exchange_n(&p->word_, expected, v, false, \
					   mo, __ATOMIC_RELAXED); \
}

#define ATOMIC_ADD_(pre, S, T, order, mo) \
static inline T pre##_fetch_add_##order(struct S *p, T v) \
{ \
	return __atomic_fetch_add(&p->word_, v, mo); \
}

#define ATOMIC_ORDERS_(op, pre, S, T) \
	op(pre, S, T, relaxed, __ATOMIC_RELAXED) \
	op(pre, S, T, acquire, __ATOMIC_ACQUIRE) \
	op(pre, S, T, release, __ATOMIC_RELEASE) \
	op(pre, S, T, acq_rel, __ATOMIC_ACQ_REL)

#define ATOMIC_COMMON_(pre, S, T) \
static inline T pre##_load_relaxed(const struct S *p) \
{ \
	return __atomic_load_n(&p->word_, __ATOMIC_RELAXED); \
} \
static inline T pre##_load_acquire(const struct S *p) \
{ \
	return __atomic_load_n(&p->word_, __ATOMIC_ACQUIRE); \
} \
static inline void pre##_store_relaxed(struct S *p, T v) \
{ \
	__atomic_store_n(&p->word_, v, __ATOMIC_RELAXED); \
} \
static inline void pre##_store_release(struct S *p, T v) \
{ \
	__atomic_store_n(&p->word_, v, __ATOMIC_RELEASE); \
} \
ATOMIC_ORDERS_(ATOMIC_RMW_, pre, S, T)

#define ATOMIC_INT_(pre, S, T) \
ATOMIC_COMMON_(pre, S, T) \
ATOMIC_ORDERS_(ATOMIC_ADD_, pre, S, T) \
static inline void pre##_store_add_release(struct S *p, T v) \
{ \
	pre##_store_release(p, pre##_load_relaxed(p) + v); \
} \
static inline T pre##_fetch_or_acq_rel(struct S *p, T v) \
{ \
	return __atomic_fetch_or(&p->word_, v, __ATOMIC_ACQ_REL); \
} \
static inline T pre##_fetch_and_acq_rel(struct S *p, T v) \
{ \
	return __atomic_fetch_and(&p->word_, v, __ATOMIC_ACQ_REL); \
}

ATOMIC_COMMON_(a8, atomic8, uint8_t)
ATOMIC_COMMON_(a16, atomic16, uint16_t)
ATOMIC_INT_(a32, atomic32, uint32_t)
ATOMIC_INT_(a64, atomic64, uint64_t)
ATOMIC_COMMON_(aptr, atomic_ptr, void *)

/* inlined with -mcx16, where __atomic_compare_exchange_16 calls a library */
static inline bool a128_cas_acq_rel(struct atomic128 *p,
				    struct word_pair *expected,
				    struct word_pair v)
{
	union {
		struct word_pair pair;
		__uint128_t word;
	} old = { *expected }, new = { v }, found;

	found.word = __sync_val_compare_and_swap((__uint128_t *)&p->word_,
						 old.word, new.word);
	*expected = found.pair;
	return found.word == old.word;
}

static inline void fence_acquire(void)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static inline void fence_release(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void fence_seq_cst(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
