/*
 * tests/hosted/mm_world.c - what mm/ stands on, in a program.
 *
 * Invariant   An entry of the pretended tables is 0 or a physical address; a
 *             thread's TLB keeps what it once read until it is told to flush.
 *             An interrupt is a flag that its thread looks at between two
 *             accesses, never inside one, as a processor would.
 */
#include "mm_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/boot_info.h"
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/paging.h"
#include "mm/frame.h"
#include "mm/layout.h"
#include "mm/slab.h"
#include "mm/space.h"
#include "kernel/assert.h"
#include "kernel/errno.h"
#include "kernel/panic.h"

#define WORLD_RAM	(64UL << 30)
#define TABLE_PAGES	(1UL << 18)	/* the first of VMAP: 1 GB */
#define TLB_ENTRIES	512

char *world_ram;
static int panic_pipe = -1;

__attribute__((constructor(200))) static void make_ram(void)
{
	world_ram = mmap(NULL, WORLD_RAM, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (world_ram == MAP_FAILED)
		abort();
}

void world_boot(void)
{
	static struct boot_info info = {
		.nr_ranges = 3,
		.range = { { 0, 0x9fc00, BOOT_RAM },
			   { 0xf0000, 0x10000, BOOT_FIRMWARE },
			   { 0x100000, 63UL << 20, BOOT_RAM } },
	};

	cpumask_set(&cpus_possible, 0);
	frames_init(&info, 0x100000, 0x180000, UINT64_MAX);
	frames_init_rest();
	slab_init();
	space_init();
}

void panic(const char *fmt, ...)
{
	char text[500];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (panic_pipe < 0) {
		fprintf(stderr, "panic: %s\n", text);
		abort();
	}
	if (write(panic_pipe, text, n) != n)
		abort();
	_exit(0);
}

const char *world_fault(void (*fn)(void))
{
	static char text[500];
	int ends[2];
	pid_t child;
	ssize_t n;

	fflush(NULL);
	if (pipe(ends) || (child = fork()) < 0)
		abort();
	if (!child) {
		panic_pipe = ends[1];
		fn();
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	waitpid(child, NULL, 0);
	text[n > 0 ? n : 0] = 0;
	return n > 0 ? text : NULL;
}

static struct atomic64 table[TABLE_PAGES];
static PERCPU(struct atomic32, interrupted);

struct tlb_entry {
	uintptr_t va;
	uint64_t pa;
};

static __thread struct tlb_entry tlb[TLB_ENTRIES];

static struct atomic64 *entry_of(uintptr_t va)
{
	size_t i = (va - VMAP_START) / PAGE_SIZE;

	/* stacks lie first, the arena behind them: fold one onto the other */
	if (va >= ARENA_START)
		i = TABLE_PAGES / 2 + (va - ARENA_START) / PAGE_SIZE;
	assert(va >= VMAP_START && i < TABLE_PAGES);
	return &table[i];
}

uint64_t world_translate(uintptr_t va)
{
	struct tlb_entry *e = &tlb[va / PAGE_SIZE % TLB_ENTRIES];

	if (e->va != va || !e->pa) {
		e->va = va;
		e->pa = load_acquire(entry_of(va)) & -PAGE_SIZE;
	}
	return e->pa;
}

void tlb_flush_page(uintptr_t va)
{
	struct tlb_entry *e = &tlb[va / PAGE_SIZE % TLB_ENTRIES];

	if (e->va == va)
		e->pa = 0;
}

void tlb_flush_all(void)
{
	memset(tlb, 0, sizeof(tlb));
}

uint64_t paging_kernel_root(void)
{
	return PAGE_SIZE;
}

int paging_map(uint64_t root, uintptr_t va, uint64_t pa, unsigned prot,
	       const struct frame_source *from)
{
	(void)root;
	(void)from;
	if (load_acquire(entry_of(va)))
		return -EEXIST;
	store_release(entry_of(va), pa | prot);
	return 0;
}

uint64_t paging_unmap(uint64_t root, uintptr_t va)
{
	(void)root;
	return xchg_acq_rel(entry_of(va), 0) & -PAGE_SIZE;
}

bool paging_protect(uint64_t root, uintptr_t va, unsigned prot)
{
	uint64_t e = load_acquire(entry_of(va));

	(void)root;
	if (e)
		store_release(entry_of(va), (e & -PAGE_SIZE) | prot);
	return e;
}

bool paging_lookup(uint64_t root, uintptr_t va, uint64_t *pa, unsigned *prot)
{
	uint64_t e = load_acquire(entry_of(va));

	(void)root;
	*pa = e & -PAGE_SIZE;
	*prot = e & (PAGE_SIZE - 1);
	return e;
}

static void (*tlb_handler)(void);

void irq_register(uint8_t vector, const char *name, void (*handler)(void))
{
	(void)name;
	assert(vector == IRQ_TLB);
	tlb_handler = handler;
}

void ipi_send_mask(const struct cpumask *mask, uint8_t vector)
{
	assert(vector == IRQ_TLB);
	cpumask_for_each(cpu, mask)
		store_release(per_cpu_ptr(&interrupted, cpu), 1);
}

bool world_is_interrupted(void)
{
	return load_acquire(this_cpu_ptr(&interrupted));
}

void world_interrupts(void)
{
	if (xchg_acq_rel(this_cpu_ptr(&interrupted), 0))
		tlb_handler();
}
