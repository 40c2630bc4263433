/*
 * tests/san/address/kasan.c - is this address anybody's?
 *
 * `make SAN=address` compiles the kernel, but for mm/ and its tests, with
 * -fsanitize=kernel-address: each load and store first calls one of these.
 * There is no shadow memory.  The heap knows enough of its own: an object's
 * tail (mm/object.h) says how much of it was asked for and whether it is used,
 * the frame map whether a frame is free.
 *
 * Invariant   An object is used iff the 8 bytes at its size are RED_USED: the
 *             free lays POISON over them, or RED_FREE.  Who may access it holds
 *             it, so neither changes meanwhile.
 * Context     Any, NMI included: nothing is locked, waited for, or written.
 * Limits      Stacks have guard pages instead, and global data is not checked.
 *             What assembly does is not seen, but for memcpy and its kin, which
 *             the linker sends here first.
 * References  Serebryany et al., AddressSanitizer, USENIX ATC 2012 (the checks;
 *             there by shadow bytes).
 */
#include <stddef.h>

#include "arch/x86_64/layout.h"
#include "kernel/panic.h"
#include "mm/cache.h"
#include "mm/object.h"
#include "mm/site.h"
#include "tests/san/address/kasan.h"

static never_returns void bad_object(const struct cache *c, uintptr_t at,
				     size_t size, const char *what, char *object)
{
	const struct object_tail *tail = object_tail(c, object);
	bool used = tail->size <= c->body &&
		red_at(object, tail->size) == RED_USED;

	panic("address: %s of %lu bytes at %#lx, offset %ld of %s object %p of "
	      "%u bytes in %s; allocated at %pS, freed at %pS", what,
	      (unsigned long)size, at, (long)(at - (uintptr_t)object),
	      used ? "the" : "the free", object, tail->size, c->name,
	      site_address(tail->alloc_site), site_address(tail->free_site));
}

static void check_object(const struct cache *c, uintptr_t at, size_t size,
			 const char *what)
{
	uintptr_t slab = (uintptr_t)slab_of(c, (void *)at);
	size_t offset = at - slab;
	char *object;
	uint32_t asked;

	if (offset < c->first)
		panic("address: %s of %lu bytes at %#lx, in the head of a slab "
		      "of %s", what, (unsigned long)size, at, c->name);
	object = (char *)slab + c->first + (offset - c->first) / c->slot *
		c->slot;
	asked = object_tail(c, object)->size;
	if (asked > c->body || red_at(object, asked) != RED_USED ||
	    at - (uintptr_t)object + size > asked)
		bad_object(c, at, size, what, object);
}

static void check_frame(uintptr_t at, size_t size, const char *what)
{
	struct frame *f = frame_find(direct_to_phys((void *)at));
	struct frame *block;
	enum frame_kind kind;

	if (!f)
		return;
	block = frame_block((uint32_t)(direct_to_phys((void *)at) / PAGE_SIZE));
	if (!block)
		return;
	/* relaxed: who may access the frame holds it, and its kind stays */
	kind = frame_state_kind(load_relaxed(&block->state));
	if (kind == FRAME_FREE || kind == FRAME_CACHED)
		panic("address: %s of %lu bytes at %#lx, in a free frame; "
		      "allocated at %pS, freed at %pS", what,
		      (unsigned long)size, at, site_address(block->alloc_site),
		      site_address(block->free_site));
}

static void check_range(uintptr_t at, size_t size, const char *what)
{
	struct cache *c;

	if (at < DIRECT_MAP || at >= DIRECT_MAP_END || !size)
		return;
	c = cache_of((void *)at);
	if (c)
		check_object(c, at, size, what);
	else
		check_frame(at, size, what);
}

#define ACCESS(n) \
void __asan_load##n##_noabort(uintptr_t at) \
{ \
	check_range(at, n, "load"); \
} \
void __asan_store##n##_noabort(uintptr_t at) \
{ \
	check_range(at, n, "store"); \
}

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_loadN_noabort(uintptr_t at, size_t size)
{
	check_range(at, size, "load");
}

void __asan_storeN_noabort(uintptr_t at, size_t size)
{
	check_range(at, size, "store");
}

/* It tells stacks about a jump out of them; stacks are not checked. */
void __asan_handle_no_return(void)
{
}

void *__wrap_memcpy(void *to, const void *from, size_t n)
{
	check_range((uintptr_t)from, n, "load");
	check_range((uintptr_t)to, n, "store");
	return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
	check_range((uintptr_t)from, n, "load");
	check_range((uintptr_t)to, n, "store");
	return __real_memmove(to, from, n);
}

void *__wrap_memset(void *to, int byte, size_t n)
{
	check_range((uintptr_t)to, n, "store");
	return __real_memset(to, byte, n);
}
