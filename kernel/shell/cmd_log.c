/*
 * kernel/shell/cmd_log.c - dmesg, panic.
 */
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/log.h"
#include "kernel/panic.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"

#define PANIC_TEXT	128

static const char *const levels[] = { "error", "warn", "info", "debug" };

static int level_of(const char *word)
{
	for (unsigned i = 0; i < ARRAY_LEN(levels); i++)
		if (!strcmp(word, levels[i]))
			return (int)i;
	return -1;
}

static void show(const struct log_record *r)
{
	char line[LOG_LINE_MAX];

	console_write(line, log_format_line(r, line));
}

/* Lines [from, end) up to the level; what is overwritten meanwhile is lost. */
static void show_log(uint64_t from, uint64_t end, int level)
{
	struct log_record r;
	uint64_t lost = from;

	for (uint64_t at = from; at < end; at++) {
		enum log_read got = log_ring_read(&kernel_log, at, &r);

		if (got == LOG_READ_OK && r.level <= level)
			show(&r);
		lost += got == LOG_READ_OVERWRITTEN;
	}
	if (lost)
		console_printf("%lu older lines were overwritten.\n", lost);
}

static int cmd_dmesg(int argc, char **argv)
{
	int level = argc > 1 ? level_of(argv[1]) : LOG_DEBUG;
	uint64_t dropped = log_ring_dropped(&kernel_log);

	if (argc > 2 || level < 0)
		return -EINVAL;
	show_log(log_ring_oldest(&kernel_log), log_ring_head(&kernel_log),
		 level);
	if (dropped)
		console_printf("%lu lines did not get into the log.\n",
			       dropped);
	return 0;
}

static void complete_dmesg(struct completion *c, int argc, char **argv)
{
	(void)argv;
	for (unsigned i = 0; argc == 1 && i < ARRAY_LEN(levels); i++)
		completion_add(c, levels[i]);
}

COMMAND("dmesg", "[error|warn|info|debug]",
	"the log, up to a level (default: all of it)", cmd_dmesg,
	.complete = complete_dmesg);

static int cmd_panic(int argc, char **argv)
{
	char text[PANIC_TEXT] = "";
	size_t n = 0;

	for (int i = 1; i < argc && n < sizeof(text) - 1; i++) {
		if (i > 1)
			text[n++] = ' ';
		string_copy(text + n, argv[i], sizeof(text) - n);
		n += strlen(text + n);
	}
	panic("%s", argc > 1 ? text : "asked for at the shell");
}

COMMAND("panic", "[words]", "the end, with a backtrace of every CPU",
	cmd_panic);
