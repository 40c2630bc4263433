/*
 * kernel/console.c - text for the person at the terminal.
 *
 * It goes straight to the consoles, once all that was logged before is there,
 * by a CPU that owns the drain meanwhile.  It does not go through the log's
 * ring: `dmesg` would push out the very lines that it prints.
 *
 * A caller who may not sleep may not wait for the drain either: its owner may
 * have been interrupted by a handler that wants a lock which the caller holds.
 * That caller's text does go into the ring, marked so that dmesg leaves it out,
 * and is shown in its turn.
 */
#include "kernel/console.h"

#include <stdarg.h>

#include "kernel/drain.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/string.h"
#include "arch/cpu.h"
#include "sync/preempt.h"

#define FLUSH_TRIES	100000	/* by one who may not wait */
#define PRINTF_MAX	512

static bool may_wait(void)
{
	return preemptible() && !drain_in_panic();
}

static void append_text(const char *text, size_t n)
{
	struct log_record r = {
		.cpu = (uint16_t)cpu_id(),
		.level = LOG_CONSOLE_TEXT,
	};

	while (n) {
		size_t piece = n < LOG_TEXT - 1 ? n : LOG_TEXT - 1;

		r.length = (uint8_t)piece;
		memcpy(r.text, text, piece);
		log_ring_append(&kernel_log, &r);
		text += piece;
		n -= piece;
	}
	console_drain();
}

static void write_in_turn(const char *text, size_t n)
{
	drain_own();
	drain_below(log_ring_head(&kernel_log));
	drain_emit(text, n);
	drain_disown();
}

void console_write(const char *text, size_t n)
{
	if (may_wait())
		write_in_turn(text, n);
	else
		append_text(text, n);
}

void console_printf(const char *fmt, ...)
{
	char text[PRINTF_MAX];
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = format(text, sizeof(text), fmt, args);
	va_end(args);
	if (n >= sizeof(text)) {
		n = sizeof(text) - 1;
		memcpy(text + n - 4, "...\n", 4);
	}
	console_write(text, n);
}

void console_flush(void)
{
	uint64_t until = log_ring_head(&kernel_log);

	if (may_wait()) {
		drain_own();
		drain_below(until);
		drain_disown();
		return;
	}
	for (unsigned i = 0; i < FLUSH_TRIES && drain_cursor() < until; i++) {
		console_drain();
		cpu_relax();
	}
}

static void replay(struct console *c)
{
	char line[LOG_LINE_MAX];
	struct log_record r;

	for (uint64_t at = log_ring_oldest(&kernel_log); at < drain_cursor();
	     at++)
		if (log_ring_read(&kernel_log, at, &r) == LOG_READ_OK &&
		    r.level <= log_console_level())
			c->write(line, log_format_line(&r, line));
}

void console_register(struct console *c)
{
	drain_own();
	replay(c);
	drain_add(c);
	drain_disown();
}
