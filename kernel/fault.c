/*
 * kernel/fault.c - page faults and double faults, explained.
 *
 * A push into the guard page faults; the CPU cannot push the fault's frame
 * there either, so it arrives as a double fault, on its own IST stack, with cr2
 * still telling where.
 */
#include "kernel/fault.h"

#include "arch/x86_64/layout.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/trap.h"
#include "boot/boot.h"
#include "kernel/config.h"
#include "kernel/panic.h"
#include "mm/stack.h"

#define ERROR_PRESENT	1
#define ERROR_WRITE	2
#define ERROR_RESERVED	8
#define ERROR_EXECUTE	16

static bool is_guard(uint64_t va)
{
	uint64_t bottom = (uint64_t)boot_stack;

	return stack_is_guard(va) || (va < bottom && va >= bottom - PAGE_SIZE);
}

static bool double_fault(struct trap_frame *frame)
{
	uint64_t va = read_cr2();

	if (is_guard(va))
		panic_at(frame, "stack overflow: rsp %#lx, guard page at %#lx",
			 frame->rsp, va & ~(PAGE_SIZE - 1));
	return false;
}

static const char *where(uint64_t va)
{
	if (va < PAGE_SIZE)
		return ": a null pointer";
	if (va < (1UL << 47))
		return ": the lower half, which is not the kernel's";
	if (va >= (uint64_t)kernel_text_start
	    && va < (uint64_t)kernel_data_start)
		return ": the kernel's constant part";
	if (is_guard(va))
		return ": a stack's guard page";
	return "";
}

static bool page_fault(struct trap_frame *frame)
{
	uint64_t va = read_cr2();
	const char *what = frame->error & ERROR_EXECUTE ? "execution"
			   : frame->error & ERROR_WRITE ? "write" : "read";
	const char *why = frame->error & ERROR_RESERVED ? "broken tables"
			  : frame->error & ERROR_PRESENT ? "not allowed"
			  : "not mapped";

	panic_at(frame, "#PF page fault: %s of %#lx (%s)%s", what,
		 (unsigned long)va, why, where(va));
}

void faults_init(void)
{
	trap_register(TRAP_DOUBLE_FAULT, double_fault);
	trap_register(TRAP_PAGE_FAULT, page_fault);
}
