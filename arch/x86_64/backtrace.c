/*
 * arch/x86_64/backtrace.c - walking the chain { rbp, return address }.
 */
#include "arch/x86_64/backtrace.h"

#include "arch/x86_64/paging.h"

struct frame_record {
	const struct frame_record *caller;
	uint64_t pc;
};

static bool record_readable(const struct frame_record *r)
{
	uintptr_t va = (uintptr_t)r;

	return va % 8 == 0 && paging_readable(va)
	       && paging_readable(va + sizeof(*r) - 1);
}

unsigned backtrace(uint64_t rip, uint64_t rbp, uint64_t *pcs, unsigned max)
{
	const struct frame_record *r = (const struct frame_record *)rbp;
	unsigned n = 0;

	if (max)
		pcs[n++] = rip;
	while (n < max && record_readable(r) && r->pc) {
		pcs[n++] = r->pc;
		r = r->caller;
	}
	return n;
}

unsigned backtrace_here(uint64_t *pcs, unsigned max)
{
	const struct frame_record *mine = __builtin_frame_address(0);

	return backtrace(mine->pc, (uint64_t)mine->caller, pcs, max);
}
