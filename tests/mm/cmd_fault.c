/*
 * tests/mm/cmd_fault.c - `fault name`: misuse of memory that a host watches.
 *
 * Each ends in a panic; tests/host/test_faults.py says what it has to print.
 * The functions that allocate, free and misuse are apart and not inlined, so
 * that their names are the call sites in the report.
 */
#include "mm/frame.h"
#include "mm/slab.h"
#include "mm/space.h"
#include "mm/stack.h"
#include "mm/vmap.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "sched/thread.h"

#define SIZE	100

static never_inline void *site_alloc(size_t size)
{
	return kmalloc(size);
}

static never_inline void site_free(void *p)
{
	kfree(p);
}

static never_inline void site_free_again(void *p)
{
	kfree(p);
	__asm__ volatile("");	/* or it were the same function as above */
}

static void double_free(void)
{
	void *p = site_alloc(SIZE);

	site_free(p);
	site_free_again(p);
}

static void use_after_free(void)
{
	char *p = site_alloc(SIZE);

	site_free(p);
	p[40]++;
	/* the freed object comes again before long */
	for (unsigned i = 0; i < 10000; i++)
		if (!site_alloc(SIZE))
			break;
}

static void overrun(void)
{
	char *p = site_alloc(SIZE);

	p[SIZE] = 0;
	site_free(p);
}

/* Over the red zone and all that stands behind it, the size included. */
static void overrun_far(void)
{
	char *p = site_alloc(SIZE);

	memset(p + SIZE, 0xff, 60);
	site_free(p);
}

static void large_double_free(void)
{
	void *p = site_alloc(100 * SIZE);

	site_free(p);
	site_free_again(p);
}

static void stack_free_by_kfree(void)
{
	int local = 0;

	site_free(&local);
}

static void foreign_free(void)
{
	site_free((char *)site_alloc(SIZE) + 32);
}

static never_inline uint64_t site_frame_alloc(void)
{
	return frame_alloc(0);
}

static never_inline void site_frame_free(uint64_t pa)
{
	frame_free(pa, 0);
}

static never_inline void site_frame_free_again(uint64_t pa)
{
	frame_free(pa, 0);
	__asm__ volatile("");	/* as above */
}

static void frame_double_free(void)
{
	uint64_t pa = site_frame_alloc();

	site_frame_free(pa);
	site_frame_free_again(pa);
}

static void page_overrun(void)
{
	char *p = vmap_alloc(1);

	if (p)
		p[PAGE_SIZE] = 1;
}

static void write_and_execute(void)
{
	void *p = vmap_alloc(1);

	if (p && space_protect(&kernel_space, (uintptr_t)p, 1, PROT_W | PROT_X))
		console_printf("refused\n");
}

/* Not a tail call, and nothing the compiler could turn into a loop. */
static never_inline unsigned descend(unsigned depth)
{
	char pad[256];
	unsigned below;

	__asm__ volatile("" : : "r"(pad) : "memory");
	below = depth ? descend(depth - 1) : 0;
	__asm__ volatile("" : : "r"(pad) : "memory");
	return below + 1;
}

static void overflow_thread(void *arg)
{
	(void)arg;
	descend(1000);
}

static void stack_overflow(void)
{
	struct thread_spec spec = {
		.name = "overflow", .fn = overflow_thread,
		.prio = PRIO_DEFAULT,
	};
	struct thread *t = thread_create(&spec);

	if (t)
		thread_join(t);
}

static const struct fault {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "mm-double-free", double_free },
	{ "mm-use-after-free", use_after_free },
	{ "mm-overrun", overrun },
	{ "mm-overrun-far", overrun_far },
	{ "mm-large-double-free", large_double_free },
	{ "mm-foreign-free", foreign_free },
	{ "mm-local-free", stack_free_by_kfree },
	{ "mm-frame-double-free", frame_double_free },
	{ "mm-page-overrun", page_overrun },
	{ "mm-write-and-execute", write_and_execute },
	{ "stack-overflow", stack_overflow },
};

static int cmd_fault(int argc, char **argv)
{
	if (argc != 2)
		return -EINVAL;
	if (!strcmp(argv[1], "--list")) {
		for (unsigned i = 0; i < ARRAY_LEN(faults); i++)
			console_printf("%s\n", faults[i].name);
		return 0;
	}
	for (unsigned i = 0; i < ARRAY_LEN(faults); i++) {
		if (strcmp(argv[1], faults[i].name))
			continue;
		faults[i].run();
		console_printf("%s went unnoticed\n", faults[i].name);
		return 0;
	}
	return -EINVAL;
}

static void complete_fault(struct completion *c, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	completion_add(c, "--list");
	for (unsigned i = 0; i < ARRAY_LEN(faults); i++)
		completion_add(c, faults[i].name);
}

COMMAND("fault", "--list | <name>", "misuse memory, to see it caught (panics)",
	cmd_fault, .complete = complete_fault);
