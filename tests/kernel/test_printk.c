/*
 * tests/kernel/test_printk.c - what a line looks like, and what is kept.
 *
 * See  tests/hosted/test_console_threads.c for many CPUs and losses.
 */
#include "kernel/printk.h"

#include "kernel/config.h"
#include "kernel/log.h"
#include "kernel/string.h"
#include "kernel/test.h"

static struct log_record record, seen;
static char line[LOG_LINE_MAX];

static bool looks(enum log_level level, uint64_t ns, const char *text,
		  const char *want)
{
	record = (struct log_record){ .time_ns = ns, .cpu = 3,
				      .level = (uint8_t)level };
	record.length = (uint8_t)strlen(text);
	memcpy(record.text, text, record.length);
	return log_format_line(&record, line) == strlen(want) &&
	       !strcmp(line, want);
}

/* The last line of the log that says text; false: none. */
static bool kept(const char *text)
{
	for (uint64_t at = log_ring_head(&kernel_log);
	     at-- > log_ring_oldest(&kernel_log);)
		if (log_ring_read(&kernel_log, at, &seen) == LOG_READ_OK &&
		    !strcmp(seen.text, text))
			return true;
	return false;
}

TEST("kernel/printk", test_printk_lines_show_time_cpu_and_level)
{
	check(t, looks(LOG_INFO, 123456789, "text",
		       "[    0.123456] cpu3 text\n"));
	check(t, looks(LOG_DEBUG, 0, "", "[    0.000000] cpu3 \n"));
	check(t, looks(LOG_WARN, 98765000001999, "x",
		       "[98765.000001] cpu3 warning: x\n"));
	check(t, looks(LOG_ERROR, 1000000, "x",
		       "[    0.001000] cpu3 error: x\n"));
}

TEST("kernel/printk", test_printk_keeps_the_line_with_its_level)
{
	char want[64] = "log test";

	want[0] = (char)('a' + test_random(t) % 26);
	printk(LOG_DEBUG, "%s\n\n", want);
	check(t, kept(want));
	check(t, seen.level == LOG_DEBUG);
	check(t, seen.cpu < NR_CPUS);
}

TEST("kernel/printk", test_printk_cuts_a_long_line_visibly)
{
	static char text[LOG_TEXT + 50];

	memset(text, 'x', sizeof(text) - 1);
	printk(LOG_DEBUG, "%s", text);
	memcpy(text + LOG_TEXT - 4, "...", 4);
	check(t, kept(text));
	check(t, seen.length == LOG_TEXT - 1);
}
