/*
 * kernel/panic.c - stop the others, tell everything, end.
 *
 *     panicking 0 -> n    by the CPU n - 1 that panics first; never changes
 *     stopped[c] 0 -> 1   by c itself, which has left the place where it was
 *                         (for its backtrace) and never runs anything again
 *
 * Invariant   1. Only the CPU in panicking prints and ends the machine.  Others
 *                that panic, or that its NMI reaches, stop; whichever comes
 *                first, and the second finds it done.
 *             2. A stopped CPU's stack does not change, so it can be walked.
 *             3. Each panic inside a panic does less than the one before: the
 *                first prints, the second prints one line, the third does
 *                nothing but end, so it ends whatever is broken.
 * Ordering    [A] place of a stopped CPU -> the CPU that prints it.
 */
#include "kernel/panic.h"

#include <stdarg.h>

#include "kernel/assert.h"
#include "kernel/debug.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/string.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/x86_64/backtrace.h"
#include "arch/x86_64/debugexit.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/power.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/trap.h"

#define STOP_NS		1000000000
#define STOP_TURNS	(1U << 28)	/* should the clock stand still */
#define DEPTH		32		/* of a backtrace */
#define MESSAGE_MAX	512
#define WIDTH		200		/* of a line of the message */
#define NAME		16

/* Where a CPU was. */
struct place {
	uint64_t rip, rbp;
	bool is_return;		/* rip is behind a call */
	uint32_t thread;
	char name[NAME];
};

static struct atomic32 panicking;
static unsigned nesting;		/* the panicking CPU's */
static enum panic_action action;	/* set at boot */
static PERCPU(struct place, places);
static PERCPU(struct atomic32, stopped);

void panic_set_action(enum panic_action to)
{
	action = to;
}

static uint32_t me(void)
{
	return cpu_id() + 1;
}

static struct place place_of(const struct trap_frame *frame)
{
	struct place p = {
		.rip = frame->rip,
		.rbp = frame->rbp,
		.thread = debug_thread_id(),
	};

	string_copy(p.name, debug_thread_name(), sizeof(p.name));
	return p;
}

/* caller is the frame record { rbp, return address } of a function */
static struct place place_of_caller(const uint64_t *caller)
{
	struct trap_frame frame = { .rip = caller[1], .rbp = caller[0] };
	struct place p = place_of(&frame);

	p.is_return = true;
	return p;
}

/* the other CPUs */

static void stop_here(const struct place *p) never_returns;
static void stop_here(const struct place *p)
{
	struct atomic32 *done = this_cpu_ptr(&stopped);

	/* relaxed: only this CPU sets it; true when a panic here was first */
	if (!load_relaxed(done)) {
		*this_cpu_ptr(&places) = *p;
		store_release(done, 1);			/* [A] */
	}
	halt_forever();
}

static bool stop_by_nmi(struct trap_frame *frame)
{
	/* relaxed: the NMI itself says that there is something to see */
	uint32_t who = load_relaxed(&panicking);
	struct place p;

	if (!who || who == me())
		return false;
	p = place_of(frame);
	stop_here(&p);
}

void panic_init(void)
{
	nmi_register(stop_by_nmi);
}

static bool is_stopped(unsigned cpu)
{
	return load_acquire(per_cpu_ptr(&stopped, cpu));	/* [A] */
}

static bool all_stopped(void)
{
	cpumask_for_each(cpu, &cpus_online)
		if (cpu != cpu_id() && !is_stopped(cpu))
			return false;
	return true;
}

static void stop_others(void)
{
	uint64_t deadline = clock_ns() + STOP_NS;

	ipi_nmi_others();
	for (unsigned i = 0; i < STOP_TURNS; i++) {
		if (all_stopped() || clock_ns() > deadline)
			return;
		cpu_relax();
	}
}

/* what is printed */

/* A message of more than one line is cut where a word begins. */
static void print_message(const char *what, const char *text)
{
	size_t left = strlen(text);

	do {
		size_t n = left;

		if (n > WIDTH)
			for (n = WIDTH; n > 1 && text[n - 1] != ' '; n--)
				;
		if (left > WIDTH && n == 1)
			n = WIDTH;
		pr_error("%s%.*s", what, (int)n, text);
		what = "    ";
		text += n;
		left -= n;
	} while (left);
}

static void print_registers(const struct trap_frame *f)
{
	pr_info("  rip %016lx  rsp %016lx  rflags %08lx  cs %lx",
		f->rip, f->rsp, f->rflags, f->cs);
	pr_info("  rax %016lx  rbx %016lx  rcx %016lx", f->rax, f->rbx, f->rcx);
	pr_info("  rdx %016lx  rsi %016lx  rdi %016lx", f->rdx, f->rsi, f->rdi);
	pr_info("  rbp %016lx  r8  %016lx  r9  %016lx", f->rbp, f->r8, f->r9);
	pr_info("  r10 %016lx  r11 %016lx  r12 %016lx", f->r10, f->r11, f->r12);
	pr_info("  r13 %016lx  r14 %016lx  r15 %016lx", f->r13, f->r14, f->r15);
	pr_info("  cr2 %016lx  cr3 %016lx  vector %lu  error %lx",
		read_cr2(), read_cr3(), f->vector, f->error);
}

static void print_backtrace(unsigned cpu, const struct place *p)
{
	uint64_t pcs[DEPTH];
	unsigned n = backtrace(p->rip, p->rbp, pcs, DEPTH);

	pr_info("backtrace of cpu %u, thread %u \"%s\":", cpu, p->thread,
		p->name);
	for (unsigned i = 0; i < n; i++) {
		if (i || p->is_return)
			pr_info("  #%u %pB", i, (void *)pcs[i]);
		else
			pr_info("  #%u %pS", i, (void *)pcs[i]);
	}
}

static void print_others(void)
{
	cpumask_for_each(cpu, &cpus_online) {
		if (cpu == cpu_id())
			continue;
		if (is_stopped(cpu))
			print_backtrace(cpu, per_cpu_ptr(&places, cpu));
		else
			pr_error("cpu %u did not stop: it answers no NMI", cpu);
	}
}

/* the end */

static void finish(void) never_returns;
static void finish(void)
{
	if (action == PANIC_EXIT)
		debug_exit(EXIT_PANIC);
	if (action == PANIC_REBOOT)
		power_reboot();
	halt_forever();
}

static void tell(const struct trap_frame *frame, const struct place *p,
		 const char *message)
{
	if (nesting++ == 0) {
		stop_others();
		console_take_over();
		log_set_console_level(LOG_INFO);
		print_message("panic: ", message);
		pr_info("on cpu %u, in thread %u \"%s\"", cpu_id(), p->thread,
			p->name);
		if (frame)
			print_registers(frame);
		print_backtrace(cpu_id(), p);
		print_others();
		pr_info("end of panic");
	} else if (nesting == 2) {
		console_take_over();
		print_message("panic inside a panic: ", message);
	}
}

static void panic_from(const struct trap_frame *frame, const struct place *p,
		       const char *fmt, va_list args)
	never_returns printf_like(3, 0);
static void panic_from(const struct trap_frame *frame, const struct place *p,
		       const char *fmt, va_list args)
{
	char message[MESSAGE_MAX];
	uint32_t nobody = 0;

	irq_save();
	/* relaxed: it decides who panics; what follows needs nobody's data */
	if (!cas_relaxed(&panicking, &nobody, me()) && nobody != me())
		stop_here(p);
	format(message, sizeof(message), fmt, args);
	tell(frame, p, message);
	finish();
}

void panic(const char *fmt, ...)
{
	struct place p = place_of_caller(__builtin_frame_address(0));
	va_list args;

	va_start(args, fmt);
	panic_from(NULL, &p, fmt, args);
}

void panic_at(const struct trap_frame *frame, const char *fmt, ...)
{
	struct place p = place_of(frame);
	va_list args;

	va_start(args, fmt);
	panic_from(frame, &p, fmt, args);
}

static void panic_in(const struct place *p, const char *fmt, ...)
	never_returns printf_like(2, 3);
static void panic_in(const struct place *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	panic_from(NULL, p, fmt, args);
}

void assert_failed(const char *cond, const char *file, int line,
		   const char *func)
{
	struct place p = place_of_caller(__builtin_frame_address(0));

	panic_in(&p, "assert(%s) failed at %s:%d in %s()", cond, file, line,
		 func);
}
