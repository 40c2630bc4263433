/*
 * arch/x86_64/world/atomic.h - the atomics as instructions.
 *
 * Ordering    x86 is TSO: a load is never passed by a later access, a store
 *             never passes an earlier one, and a locked instruction is a full
 *             barrier.  So acquire and release need only keep the compiler in
 *             place (the "memory" clobber), and relaxed drops even that.
 *             Words of 8 and 16 bits may overlap one of 32: arch/atomic.h,
 *             "Views".
 * References  Intel SDM vol. 3A, 9.1.1, 9.2.2 and 9.2.3.9; Sewell et al.,
 *             x86-TSO, CACM 53(7), 2010.
 */
#pragma once

/* loads and stores: T the value's type, S the struct, sz the suffix */
#define ATOMIC_PLAIN_(pre, S, T, sz) \
static always_inline T pre##_load_relaxed(const struct S *p) \
{ \
	T v; \
	__asm__ volatile("mov" sz " %1, %0" : "=r"(v) : "m"(p->word_)); \
	return v; \
} \
static always_inline T pre##_load_acquire(const struct S *p) \
{ \
	T v; \
	__asm__ volatile("mov" sz " %1, %0" \
			 : "=r"(v) : "m"(p->word_) : "memory"); \
	return v; \
} \
static always_inline void pre##_store_relaxed(struct S *p, T v) \
{ \
	__asm__ volatile("mov" sz " %1, %0" : "=m"(p->word_) : "er"(v)); \
} \
static always_inline void pre##_store_release(struct S *p, T v) \
{ \
	__asm__ volatile("mov" sz " %1, %0" \
			 : "=m"(p->word_) : "er"(v) : "memory"); \
}

#define ATOMIC_XCHG_(pre, S, T, sz, order) \
static always_inline T pre##_xchg_##order(struct S *p, T v) \
{ \
	__asm__ volatile("xchg" sz " %0, %1" \
			 : "+r"(v), "+m"(p->word_) : : "memory"); \
	return v; \
}

#define ATOMIC_CAS_(pre, S, T, sz, order) \
static always_inline bool pre##_cas_##order(struct S *p, T *expected, T v) \
{ \
	bool done; \
	__asm__ volatile("lock cmpxchg" sz " %3, %1" \
			 : "=@ccz"(done), "+m"(p->word_), "+a"(*expected) \
			 : "r"(v) : "memory"); \
	return done; \
}

#define ATOMIC_ADD_(pre, S, T, sz, order) \
static always_inline T pre##_fetch_add_##order(struct S *p, T v) \
{ \
	__asm__ volatile("lock xadd" sz " %0, %1" \
			 : "+r"(v), "+m"(p->word_) : : "memory"); \
	return v; \
}

/* not locked: for a word that only the caller writes */
#define ATOMIC_OWN_ADD_(pre, S, T, sz) \
static always_inline void pre##_store_add_release(struct S *p, T v) \
{ \
	__asm__ volatile("add" sz " %1, %0" \
			 : "+m"(p->word_) : "er"(v) : "memory", "cc"); \
}

/* x86 returns no old value from a locked or/and: loop on cmpxchg */
#define ATOMIC_BIT_(pre, S, T, name, op) \
static always_inline T pre##_fetch_##name##_acq_rel(struct S *p, T v) \
{ \
	T was = pre##_load_relaxed(p); \
	while (!pre##_cas_acq_rel(p, &was, was op v)) \
		; \
	return was; \
}

#define ATOMIC_ORDERS_(op, pre, S, T, sz) \
	op(pre, S, T, sz, relaxed) \
	op(pre, S, T, sz, acquire) \
	op(pre, S, T, sz, release) \
	op(pre, S, T, sz, acq_rel)

#define ATOMIC_COMMON_(pre, S, T, sz) \
	ATOMIC_PLAIN_(pre, S, T, sz) \
	ATOMIC_ORDERS_(ATOMIC_XCHG_, pre, S, T, sz) \
	ATOMIC_ORDERS_(ATOMIC_CAS_, pre, S, T, sz)

#define ATOMIC_INT_(pre, S, T, sz) \
	ATOMIC_COMMON_(pre, S, T, sz) \
	ATOMIC_ORDERS_(ATOMIC_ADD_, pre, S, T, sz) \
	ATOMIC_OWN_ADD_(pre, S, T, sz) \
	ATOMIC_BIT_(pre, S, T, or, |) \
	ATOMIC_BIT_(pre, S, T, and, &)

ATOMIC_COMMON_(a8, atomic8, uint8_t, "b")
ATOMIC_COMMON_(a16, atomic16, uint16_t, "w")
ATOMIC_INT_(a32, atomic32, uint32_t, "l")
ATOMIC_INT_(a64, atomic64, uint64_t, "q")
ATOMIC_COMMON_(aptr, atomic_ptr, void *, "q")

/* every x86_64 processor has it but the first few of 2003 */
static always_inline bool a128_cas_acq_rel(struct atomic128 *p,
					   struct word_pair *expected,
					   struct word_pair v)
{
	bool done;

	__asm__ volatile("lock cmpxchg16b %1"
			 : "=@ccz"(done), "+m"(p->word_),
			   "+a"(expected->low), "+d"(expected->high)
			 : "b"(v.low), "c"(v.high) : "memory");
	return done;
}

static always_inline void fence_acquire(void)
{
	compiler_barrier();
}

static always_inline void fence_release(void)
{
	compiler_barrier();
}

static always_inline void fence_seq_cst(void)
{
	__asm__ volatile("lock addl $0, -4(%%rsp)" ::: "memory", "cc");
}
