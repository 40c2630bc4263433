/*
 * kernel/printk.c - a line for the log.
 *
 * The text is made on the caller's stack and only then put into the ring, so
 * that between reserve and commit lies nothing but a copy: no formatting, no
 * symbol lookup, and no page fault for a bad argument.
 *
 * Invariant   From reserve to commit the caller is not preempted, so that a
 *             committed line never waits longer for an older one than a copy
 *             takes (or an interrupt on top of it).  In an NMI preemption is
 *             impossible and its count is left alone: the outermost
 *             preempt_enable() might switch.
 */
#include "kernel/printk.h"

#include "kernel/debug.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/string.h"
#include "arch/atomic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "sync/preempt.h"

static char log_memory[LOG_RING_BYTES(LOG_LINES)] aligned_to(CACHE_LINE);
const struct log_ring kernel_log = { log_memory, LOG_LINES };
static struct atomic32 console_level = ATOMIC32(LOG_INFO);

static void make_text(struct log_record *r, const char *fmt, va_list args)
{
	size_t n = format(r->text, sizeof(r->text), fmt, args);

	if (n >= sizeof(r->text)) {
		n = sizeof(r->text) - 1;
		memcpy(r->text + n - 3, "...", 3);
	}
	while (n && r->text[n - 1] == '\n')
		n--;
	r->text[n] = 0;
	r->length = (uint8_t)n;
}

static void log_line(enum log_level level, const char *fmt, va_list args)
{
	struct log_record r;
	bool nmi = in_nmi();

	make_text(&r, fmt, args);
	if (!nmi)
		preempt_disable();
	r.time_ns = clock_ns();
	r.thread = debug_thread_id();
	r.cpu = (uint16_t)cpu_id();
	r.level = (uint8_t)level;
	log_ring_append(&kernel_log, &r);
	console_drain();
	if (!nmi)
		preempt_enable();
}

void printk(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(level, fmt, args);
	va_end(args);
}

size_t log_format_line(const struct log_record *r, char line[LOG_LINE_MAX])
{
	const char *label = r->level == LOG_ERROR  ? "error: "
			    : r->level == LOG_WARN ? "warning: "
						   : "";

	return format_to(line, LOG_LINE_MAX, "[%5llu.%06llu] cpu%u %s%.*s\n",
			 (unsigned long long)(r->time_ns / 1000000000),
			 (unsigned long long)(r->time_ns / 1000 % 1000000),
			 r->cpu, label, r->length, r->text);
}

void log_set_console_level(enum log_level to)
{
	/* relaxed: takes effect with one of the next lines */
	store_relaxed(&console_level, (uint32_t)to);
}

enum log_level log_console_level(void)
{
	/* relaxed: as above */
	return (enum log_level)load_relaxed(&console_level);
}
