/*
 * tests/checker/tsan.c - what -fsanitize=thread calls.
 *
 * Invariant   Each call is one access of the thread that runs.  In
 *             check_setup() and after the threads it is simply carried out.
 *             The compiler passes C11's orders by number, as enum order has
 *             them.
 * References  gcc 12, gcc/sanitizer.def; LLVM, tsan_interface.h and
 *             tsan_interface_atomic.h.
 */
#include <string.h>

#include "core.h"

#define CALLER	((uintptr_t)__builtin_return_address(0))

static void full_fence_now(void)
{
	point(&(struct op){ .kind = OP_FENCE, .order = SEQ_CST,
			    .pc = run.last_pc });
}

static uint64_t at_once(const struct op *op, bool *done)
{
	uint64_t old = peek(op->addr, op->size);
	uint64_t new = apply(op, old, done);

	memory_access(op->addr, op->size, false, true, op->pc);
	if (*done)
		poke(op->addr, op->size, new);
	return old;
}

static uint64_t access_atomic(const struct op *op, bool *done)
{
	struct lane *me = run.self;
	uint64_t was;

	run.last_pc = op->pc;
	if (!me)
		return at_once(op, done);
	if (op->order == SEQ_CST)
		full_fence_now();
	was = point(op);
	*done = me->succeeded;
	if (op->order == SEQ_CST && op->kind != OP_LOAD)
		full_fence_now();
	return was;
}

static uint64_t access(unsigned kind, const void *p, unsigned size, uint64_t v,
		       int order, uintptr_t pc)
{
	struct op op = { .kind = kind, .size = size, .order = order,
			 .addr = (uintptr_t)p, .value = v, .pc = pc };
	bool done;

	return access_atomic(&op, &done);
}

static bool access_cas(void *p, unsigned size, uint64_t *expected, uint64_t v,
		       int order, uintptr_t pc)
{
	struct op op = { .kind = OP_CAS, .size = size, .order = order,
			 .addr = (uintptr_t)p, .value = v,
			 .expected = *expected, .pc = pc };
	bool done = false;

	*expected = access_atomic(&op, &done);
	return done;
}

#define RMW_(bits, name, kind) \
uint##bits##_t __tsan_atomic##bits##_##name(void *p, uint##bits##_t v, int mo); \
uint##bits##_t __tsan_atomic##bits##_##name(void *p, uint##bits##_t v, int mo) \
{ \
	return access(kind, p, bits / 8, v, mo, CALLER); \
}

#define CAS_(bits, name) \
int __tsan_atomic##bits##_##name(void *p, uint##bits##_t *expected, \
				 uint##bits##_t v, int mo, int failed); \
int __tsan_atomic##bits##_##name(void *p, uint##bits##_t *expected, \
				 uint##bits##_t v, int mo, int failed) \
{ \
	uint64_t was = *expected; \
	bool done = access_cas(p, bits / 8, &was, v, mo, CALLER); \
	(void)failed; \
	*expected = was; \
	return done; \
}

#define ATOMICS_(bits) \
uint##bits##_t __tsan_atomic##bits##_load(const void *p, int mo); \
uint##bits##_t __tsan_atomic##bits##_load(const void *p, int mo) \
{ \
	return access(OP_LOAD, p, bits / 8, 0, mo, CALLER); \
} \
void __tsan_atomic##bits##_store(void *p, uint##bits##_t v, int mo); \
void __tsan_atomic##bits##_store(void *p, uint##bits##_t v, int mo) \
{ \
	access(OP_STORE, p, bits / 8, v, mo, CALLER); \
} \
RMW_(bits, exchange, OP_XCHG) \
RMW_(bits, fetch_add, OP_ADD) \
RMW_(bits, fetch_sub, OP_SUB) \
RMW_(bits, fetch_and, OP_AND) \
RMW_(bits, fetch_or, OP_OR) \
RMW_(bits, fetch_xor, OP_XOR) \
RMW_(bits, fetch_nand, OP_NAND) \
CAS_(bits, compare_exchange_strong) \
CAS_(bits, compare_exchange_weak)

ATOMICS_(8)
ATOMICS_(16)
ATOMICS_(32)
ATOMICS_(64)

/*
 * A pair is two steps of 8 bytes, and between them nobody else takes one.  The
 * first decides, by both.  gcc passes the order of __sync_*; what
 * arch/atomic.h promises is acq_rel.
 */
int __tsan_atomic128_compare_exchange_strong(void *p,
					     unsigned __int128 *expected,
					     unsigned __int128 v, int mo,
					     int failed);
int __tsan_atomic128_compare_exchange_strong(void *p,
					     unsigned __int128 *expected,
					     unsigned __int128 v, int mo,
					     int failed)
{
	struct op low = { .kind = OP_CAS, .size = 8, .order = ACQ_REL,
			  .addr = (uintptr_t)p, .value = v, .half = 1,
			  .expected = *expected, .high = *expected >> 64,
			  .pc = CALLER };
	struct op high = { .kind = OP_LOAD, .size = 8, .half = 2,
			   .addr = (uintptr_t)p + 8, .value = v >> 64,
			   .pc = CALLER };
	uint64_t was[2];
	bool done = false;

	(void)mo;
	(void)failed;
	was[0] = access_atomic(&low, &done);
	if (done) {
		high.kind = OP_XCHG;
		high.order = ACQ_REL;
	}
	run.between = run.self;
	was[1] = access_atomic(&high, &(bool){ false });
	run.between = NULL;
	*expected = (unsigned __int128)was[1] << 64 | was[0];
	return done;
}

/* Acquire and release fences change what this thread knows: no step of its own. */
void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
	struct lane *me = run.self;

	run.last_pc = CALLER;
	if (!me)
		return;
	if (order == SEQ_CST) {
		full_fence_now();
		return;
	}
	if (order == ACQUIRE || order == CONSUME || order == ACQ_REL) {
		clock_join(&me->hb, &me->acquired);
		clock_join(&me->view, &me->acquired_view);
	}
	if (order == RELEASE || order == ACQ_REL) {
		me->released = me->hb;
		me->released_view = me->view;
	}
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
	(void)order;
}

static void access_plain(const void *p, size_t size, bool writes, uintptr_t pc)
{
	struct lane *me = run.self;
	struct op op = { .kind = OP_PLAIN, .addr = (uintptr_t)p, .pc = pc };

	run.last_pc = pc;
	if (me && memory_offset((uintptr_t)p) >= 0 && is_interruptible(me))
		point(&op);
	memory_access((uintptr_t)p, size, writes, false, pc);
	note_plain(p, size, writes, pc);
}

#define PLAIN_(name, bytes, writes) \
void __tsan_##name(void *p); \
void __tsan_##name(void *p) \
{ \
	access_plain(p, bytes, writes, CALLER); \
}

#define PLAINS_(bytes) \
PLAIN_(read##bytes, bytes, false) \
PLAIN_(write##bytes, bytes, true) \
PLAIN_(unaligned_read##bytes, bytes, false) \
PLAIN_(unaligned_write##bytes, bytes, true) \
PLAIN_(volatile_read##bytes, bytes, false) \
PLAIN_(volatile_write##bytes, bytes, true)

PLAINS_(1)
PLAINS_(2)
PLAINS_(4)
PLAINS_(8)
PLAINS_(16)

void __tsan_read_range(void *p, size_t size);
void __tsan_read_range(void *p, size_t size)
{
	access_plain(p, size, false, CALLER);
}

void __tsan_write_range(void *p, size_t size);
void __tsan_write_range(void *p, size_t size)
{
	access_plain(p, size, true, CALLER);
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
	struct lane *me = run.self;

	(void)caller;
	if (me && ++me->frames < FRAMES)
		me->seens_at[me->frames] = me->seens;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
	if (run.self)
		run.self->frames--;
}

void __tsan_init(void);
void __tsan_init(void)
{
}

/* The build gives the program's memcpy and its kin these names. */
void *check_memcpy(void *to, const void *from, size_t n);
void *check_memcpy(void *to, const void *from, size_t n)
{
	access_plain(from, n, false, CALLER);
	access_plain(to, n, true, CALLER);
	return memcpy(to, from, n);
}

void *check_memmove(void *to, const void *from, size_t n);
void *check_memmove(void *to, const void *from, size_t n)
{
	access_plain(from, n, false, CALLER);
	access_plain(to, n, true, CALLER);
	return memmove(to, from, n);
}

void *check_memset(void *to, int c, size_t n);
void *check_memset(void *to, int c, size_t n)
{
	access_plain(to, n, true, CALLER);
	return memset(to, c, n);
}

int check_memcmp(const void *a, const void *b, size_t n);
int check_memcmp(const void *a, const void *b, size_t n)
{
	access_plain(a, n, false, CALLER);
	access_plain(b, n, false, CALLER);
	return memcmp(a, b, n);
}
