/*
 * tests/checker/memory.c - the program's memory, as it was at the start of each
 * run, and who touched each byte of it.
 *
 * Invariant   The program's memory is: its sections check_data and check_bss
 *             (the build renames .data and .bss of its objects), and the arena
 *             at a fixed address: a page of hidden words, a stack for each
 *             lane, the heap.  Nothing that was freed is used again in a run.
 *             A cell is empty unless it bears the number of this run.
 *             A plain access and another access to the same byte, one of them
 *             a write, by two lanes: the later must know of the earlier by its
 *             happens-before clock.
 * References  Flanagan and Freund, FastTrack, PLDI 2009 (an epoch for writes, a
 *             clock for reads).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core.h"
#include "kernel/mem.h"

#define ARENA		0x100000000000UL
#define HIDDEN_BYTES	4096
#define STACKS		(ARENA + HIDDEN_BYTES)
#define HEAP		(STACKS + LANES / 2 * STACK_BYTES)
#define ARENA_BYTES	(HEAP + HEAP_BYTES - ARENA)
#define BLOCKS		256

struct cell {
	uint32_t run;
	uint8_t writer;
	bool freed;
	int16_t write;			/* the writer's tick, or 0 */
	int16_t read[8], atomic_write[8], atomic_read[8];
	uint32_t write_pc;
	uint32_t read_pc;
};

_Static_assert(sizeof(struct cell) == 64, "a cache line");

extern char __executable_start[], _end[];
extern char __start_check_data[] __attribute__((weak));
extern char __stop_check_data[] __attribute__((weak));
extern char __start_check_bss[] __attribute__((weak));
extern char __stop_check_bss[] __attribute__((weak));

struct block {
	uintptr_t addr;
	size_t size;
};

static uintptr_t globals, globals_bytes;
static char *data_copy, *bss_copy;
static struct cell *cells;
static struct granule *granules;
static struct block block[BLOCKS];
static unsigned blocks;
static size_t heap_used;

static void *map(uintptr_t at, size_t bytes)
{
	void *p = mmap((void *)at, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
		       (at ? MAP_FIXED_NOREPLACE : 0), -1, 0);

	if (p == MAP_FAILED) {
		perror("checker: mmap");
		exit(2);
	}
	return p;
}

static char *copy_of(const char *from, const char *to)
{
	char *copy = malloc(to - from + 1);

	memcpy(copy, from, to - from);
	return copy;
}

void memory_map(void)
{
	uintptr_t first = (uintptr_t)__start_check_data;
	uintptr_t end = (uintptr_t)__stop_check_data;

	if (!first || (__start_check_bss &&
		       (uintptr_t)__start_check_bss < first))
		first = (uintptr_t)__start_check_bss;
	if ((uintptr_t)__stop_check_bss > end)
		end = (uintptr_t)__stop_check_bss;
	globals = first & -64UL;
	globals_bytes = (end - globals + 63) & -64UL;
	map(ARENA, ARENA_BYTES);
	cells = map(0, (globals_bytes + ARENA_BYTES) * sizeof(struct cell));
	granules = map(0, (globals_bytes + ARENA_BYTES) / 8 *
		       sizeof(struct granule));
	data_copy = copy_of(__start_check_data, __stop_check_data);
	bss_copy = copy_of(__start_check_bss, __stop_check_bss);
}

void memory_reset(void)
{
	memcpy(__start_check_data, data_copy,
	       __stop_check_data - __start_check_data);
	memcpy(__start_check_bss, bss_copy,
	       __stop_check_bss - __start_check_bss);
	memset((void *)HEAP, 0, heap_used);
	memset((void *)ARENA, 0, 64 * 8);
	heap_used = 0;
	blocks = 0;
}

long memory_offset(uintptr_t addr)
{
	if (addr - globals < globals_bytes)
		return addr - globals;
	if (addr - ARENA < ARENA_BYTES)
		return addr - ARENA + globals_bytes;
	return -1;
}

struct granule *granule_at(uintptr_t addr, uint32_t *index)
{
	long offset = memory_offset(addr);
	struct granule *g;

	if (offset < 0)
		fail("stray access", "an atomic word at %#lx is none of the "
		     "program's", (long)addr);
	*index = offset / 8;
	g = &granules[offset / 8];
	if (g->run != run.number) {
		g->run = run.number;
		g->last = -1;
		memset(g->writer, -1, sizeof(g->writer));
	}
	return g;
}

uint64_t peek(uintptr_t addr, unsigned size)
{
	uint64_t v = 0;

	__builtin_memcpy(&v, (void *)addr, size);
	return v;
}

void poke(uintptr_t addr, unsigned size, uint64_t value)
{
	__builtin_memcpy((void *)addr, &value, size);
}

uintptr_t hidden_word(unsigned n)
{
	return ARENA + n * 8;
}

uintptr_t stack_top(unsigned lane)
{
	return STACKS + (lane + 1) * STACK_BYTES;
}

static bool is_concurrent(unsigned lane, int16_t tick)
{
	return tick && lane != run.self->number &&
	       run.self->hb.of[lane] < tick;
}

static never_inline void race(uintptr_t addr, unsigned lane, uintptr_t pc,
			      bool writes)
{
	const char *name = run.lane[lane].name;

	fail("data race", "%s %ss %#lx, which thread %u (%s) accessed at pc "
	     "%#lx, and nothing orders the two", run.self->name,
	     writes ? "write" : "read", (long)addr, lane, name, (long)pc);
}

static void check_cell(struct cell *c, uintptr_t addr, bool writes, bool atomic)
{
	if (is_concurrent(c->writer, c->write))
		race(addr, c->writer, c->write_pc, writes);
	for (unsigned l = 0; l < run.threads; l++) {
		if (writes && is_concurrent(l, c->read[l]))
			race(addr, l, c->read_pc, writes);
		if (!atomic && is_concurrent(l, c->atomic_write[l]))
			race(addr, l, c->write_pc, writes);
		if (!atomic && writes && is_concurrent(l, c->atomic_read[l]))
			race(addr, l, c->read_pc, writes);
	}
}

static void note_in_cell(struct cell *c, bool writes, bool atomic, uintptr_t pc)
{
	unsigned me = run.self->number;
	int16_t now = run.self->tick + !atomic;

	if (writes)
		c->write_pc = pc;
	else
		c->read_pc = pc;
	if (atomic && writes)
		c->atomic_write[me] = now;
	else if (atomic)
		c->atomic_read[me] = now;
	else if (!writes)
		c->read[me] = now;
	if (!atomic && writes) {
		c->writer = me;
		c->write = now;
		memset(c->read, 0, sizeof(c->read));
		memset(c->atomic_write, 0, sizeof(c->atomic_write));
		memset(c->atomic_read, 0, sizeof(c->atomic_read));
	}
}

/* On the stack of another lane: below its stack pointer nothing lives. */
static void check_stack(uintptr_t addr)
{
	unsigned l = (addr - STACKS) / STACK_BYTES;
	const struct lane *owner = &run.lane[l];

	if (owner == run.self)
		return;
	if (owner->state == DONE || addr < (uintptr_t)owner->sp)
		fail("dead stack frame", "%s touches %#lx on the stack of %s, "
		     "which has returned from that function",
		     run.self->name, (long)addr, owner->name);
}

/* Outside of the program's memory are its constants, and check_argument(). */
static void check_constant(uintptr_t addr, bool writes)
{
	uintptr_t begin = (uintptr_t)__executable_start;

	if (!writes && addr - (uintptr_t)options.argument <=
		       strlen(options.argument))
		return;
	if (run.self && (writes || addr - begin >= (uintptr_t)_end - begin))
		fail("stray access", "%s %s %#lx, which is not the program's",
		     run.self->name, writes ? "writes" : "reads", (long)addr);
}

void memory_access(uintptr_t addr, size_t size, bool writes, bool atomic,
		   uintptr_t pc)
{
	long offset = memory_offset(addr);

	if (offset < 0) {
		check_constant(addr, writes);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		struct cell *c = &cells[offset + i];

		if (c->run != run.number) {
			memset(c, 0, sizeof(*c));
			c->run = run.number;
		}
		if (c->freed)
			fail("use after free", "%s touches %#lx, which was "
			     "freed", run.self ? run.self->name : "setup",
			     (long)addr);
		if (!run.self)
			continue;
		check_cell(c, addr + i, writes, atomic);
		note_in_cell(c, writes, atomic, pc);
	}
	if (run.self && addr >= STACKS && addr < HEAP)
		check_stack(addr);
	if (run.self && writes && !atomic && run.mode == MODE_WEAK)
		weak_overwrite(addr, size);
}

void *mem_alloc(size_t size)
{
	size_t align = size && size % CACHE_LINE == 0 ? CACHE_LINE : 16;
	size_t at = (heap_used + align - 1) & -align;

	if (at + size > HEAP_BYTES || blocks == BLOCKS)
		fail("out of memory", "the checker's heap has %d bytes and %d "
		     "blocks", HEAP_BYTES, BLOCKS);
	heap_used = at + size;
	block[blocks++] = (struct block){ HEAP + at, size };
	return (void *)(HEAP + at);
}

/* To free is to write: whoever still reads races, or comes too late. */
void mem_free(void *object)
{
	uintptr_t addr = (uintptr_t)object, pc =
		(uintptr_t)__builtin_return_address(0);

	if (!object)
		return;
	for (unsigned b = 0; b < blocks; b++) {
		if (block[b].addr != addr)
			continue;
		memory_access(addr, block[b].size, true, false, pc);
		for (size_t i = 0; i < block[b].size; i++)
			cells[memory_offset(addr) + i].freed = true;
		return;
	}
	fail("bad free", "%#lx was never allocated", (long)addr);
}
