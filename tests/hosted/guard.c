/*
 * tests/hosted/guard.c - bytes next to which nothing can be read.
 *
 * Invariant   Slot i is GUARD_ROOM readable bytes with a page that is not
 *             before and behind it; slots below `used` are taken.
 */
#include "tests/hosted/guard.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE		4096
#define STRIDE		(GUARD_ROOM + PAGE)

static char *slots;
static unsigned used;
static bool starts_at_guard;
static void (*report)(void);

static void map_slots(void)
{
	slots = mmap(NULL, PAGE + GUARD_SLOTS * STRIDE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (slots == MAP_FAILED)
		abort();
	slots += PAGE;
	for (unsigned i = 0; i < GUARD_SLOTS; i++)
		if (mprotect(slots + i * STRIDE, GUARD_ROOM,
			     PROT_READ | PROT_WRITE))
			abort();
}

void guard_reset(bool at_start)
{
	if (!slots)
		map_slots();
	starts_at_guard = at_start;
	used = 0;
}

void *guard_copy(const void *from, size_t n, size_t align)
{
	size_t whole = (n + align - 1) / align * align;
	char *slot = slots + used * STRIDE;

	if (used == GUARD_SLOTS || whole > GUARD_ROOM)
		return NULL;
	used++;
	if (!starts_at_guard)
		slot += GUARD_ROOM - whole;
	memcpy(slot, from, n);
	memset(slot + n, 0xa5, whole - n);
	return slot;
}

static void on_fault(int signal)
{
	(void)signal;
	report();
	_exit(3);
}

void guard_report(void (*what)(void))
{
	report = what;
	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
}
