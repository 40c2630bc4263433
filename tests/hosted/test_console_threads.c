/*
 * tests/hosted/test_console_threads.c - the drain, with CPUs that race for it.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/hosted/log_world.h"
#include "tests/worlds/threads/world.h"

#include "kernel/console.h"
#include "kernel/log.h"
#include "kernel/test.h"
#include "arch/atomic.h"
#include "arch/cpu.h"

#define WRITERS	5
#define LINES	8000
#define BURSTS	60000

static uint64_t seed;

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0 to 99 letters that only this writer and number have */
static void filling(char *to, unsigned writer, unsigned n)
{
	uint64_t h = mix(seed + writer * 1000003u + n);
	unsigned length = (unsigned)(h % 100);

	for (unsigned i = 0; i < length; i++)
		to[i] = (char)('a' + (h >> i % 50) % 26);
	to[length] = 0;
}

/* What the captured text held. */
struct tally {
	unsigned long lines, texts, lost, bad, unordered;
	unsigned next[2 * WRITERS];	/* of lines, then of texts */
};

/* `<w> <n> <filling>`; kind 0: a line of the log, 1: console text */
static void tally_body(struct tally *s, const char *body, unsigned kind)
{
	char text[128], want[160];
	unsigned w, n;
	int used = 0;

	if (sscanf(body, "%u %u .%n", &w, &n, &used) != 2 || !used ||
	    w >= WRITERS) {
		s->bad++;
		return;
	}
	filling(text, w, n);
	snprintf(want, sizeof(want), "%u %u .%s.", w, n, text);
	if (strcmp(body, want))
		s->bad++;
	if (n < s->next[w + kind * WRITERS])
		s->unordered++;
	s->next[w + kind * WRITERS] = n + 1;
	if (kind)
		s->texts++;
	else
		s->lines++;
}

static void tally_line(struct tally *s, const char *line)
{
	unsigned long whole, part, lost;
	unsigned cpu;
	int used = 0;

	if (sscanf(line, "[%lu lines lost", &lost) == 1 &&
	    strstr(line, "lost")) {
		s->lost += lost;
		return;
	}
	if (sscanf(line, "[%lu.%lu] cpu%u %n", &whole, &part, &cpu, &used) == 3
	    && used && cpu < WRITERS)
		tally_body(s, line + used, 0);
	else if (!strncmp(line, "text ", 5))
		tally_body(s, line + 5, 1);
	else
		s->bad++;
}

static struct tally tally(struct test *t)
{
	struct tally s = { 0 };
	char *rest = captured, *line;

	while ((line = strsep(&rest, "\n")) && rest) {
		unsigned long bad = s.bad;

		tally_line(&s, line);
		if (s.bad > bad && s.bad < 5)
			test_note(t, "bad: %.80s", line);
	}
	if (line && *line)
		s.bad++;
	return s;
}

/* all lines, or lines and texts in turn */

static void log_lines(void *unused)
{
	char text[128];

	(void)unused;
	for (unsigned n = 0; n < LINES; n++) {
		filling(text, cpu_id(), n);
		pr_info("%u %u .%s.", cpu_id(), n, text);
		if (mix(seed ^ n) % 512 == cpu_id())
			sched_yield();
	}
}

static void log_and_write(void *unused)
{
	char text[128];

	(void)unused;
	for (unsigned n = 0; n < LINES; n++) {
		filling(text, cpu_id(), n);
		pr_info("%u %u .%s.", cpu_id(), n, text);
		console_printf("text %u %u .%s.\n", cpu_id(), n, text);
	}
}

static void sometimes_slow(void)
{
	static unsigned n;

	if (++n % 97 == 0)
		usleep(200);
}

static void run_and_check(struct test *t, void (*fn)(void *),
			  unsigned long texts)
{
	uint64_t dropped = log_ring_dropped(&kernel_log);
	struct tally s;

	world_run(WRITERS, fn, NULL);
	dropped = log_ring_dropped(&kernel_log) - dropped;
	/* not flushed: whoever left a line behind is caught here */
	s = tally(t);
	capture_end();
	check(t, s.bad == 0);
	check(t, s.unordered == 0);
	check(t, s.lines + s.lost == WRITERS * LINES);
	check(t, s.texts == texts);
	test_note(t, "%lu lines shown, %lu lost (%lu of them dropped)",
		  s.lines, s.lost, (unsigned long)dropped);
}

TEST("hosted/console", test_console_shows_whole_lines_in_order)
{
	seed = test_random(t);
	capture_begin();
	run_and_check(t, log_lines, 0);
}

TEST("hosted/console", test_console_accounts_for_a_flood_when_slow)
{
	seed = test_random(t);
	capture_begin();
	capture_slow = sometimes_slow;
	run_and_check(t, log_lines, 0);
}

TEST("hosted/console", test_console_text_is_whole_and_never_lost)
{
	seed = test_random(t);
	capture_begin();
	run_and_check(t, log_and_write, WRITERS * LINES);
}

/* `text w n` comes after the line `w n` that was logged before it */
static void check_text_follows_line(struct test *t)
{
	unsigned logged[WRITERS] = { 0 };
	char *rest = captured, *line;
	unsigned wrong = 0, w, n, cpu;
	unsigned long whole, part;

	while ((line = strsep(&rest, "\n")) && rest) {
		if (sscanf(line, "[%lu.%lu] cpu%u %u %u", &whole, &part, &cpu,
			   &w, &n) == 5 && w < WRITERS)
			logged[w] = n + 1;
		else if (sscanf(line, "text %u %u", &w, &n) == 2 && w < WRITERS)
			wrong += logged[w] != n + 1;
	}
	check(t, wrong == 0);
}

TEST("hosted/console", test_console_text_comes_after_what_was_logged)
{
	seed = test_random(t);
	capture_begin();
	world_run(2, log_and_write, NULL);
	check_text_follows_line(t);
	capture_end();
}

/* bursts: each CPU logs (or writes) one line at the same moment */

static struct atomic32 arrived, round_no, left_behind;

static unsigned lines_captured(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < captured_size; i++)
		n += captured[i] == '\n';
	return n;
}

static void meet(uint32_t round)
{
	if (fetch_add_acq_rel(&arrived, 1) == 1) {
		store_relaxed(&arrived, 0);
		store_release(&round_no, round + 1);
	}
	for (unsigned i = 0; load_acquire(&round_no) <= round; i++)
		if (i % 1000 == 999)
			sched_yield();
}

static void burst(void *unused)
{
	(void)unused;
	for (uint32_t i = 0; i < BURSTS; i++) {
		meet(3 * i);
		for (unsigned wait = mix(seed + i + cpu_id()) % 64; wait; wait--)
			cpu_relax();
		if (i % 2 == 0 && cpu_id() == 1)
			console_printf("x\n");
		else
			pr_info("x");
		meet(3 * i + 1);
		if (cpu_id() == 0) {
			if (lines_captured() != 2)
				fetch_add_relaxed(&left_behind, 1);
			console_flush();
			captured_size = 0;
		}
		meet(3 * i + 2);
	}
}

TEST("hosted/console", test_console_leaves_no_line_behind)
{
	seed = test_random(t);
	capture_begin();
	world_run(2, burst, NULL);
	captured_size = 0;
	capture_end();
	check(t, load_acquire(&left_behind) == 0);
}

/* a producer that stops half way, by the layout of kernel/debug.h */

static struct atomic64 *state_of(uint64_t at)
{
	return (struct atomic64 *)((char *)kernel_log.memory +
				   LOG_SLOT * (1 + at % kernel_log.slots));
}

/* It has written nothing that would show. */
static uint64_t stop_half_way(void)
{
	static const struct log_record empty = { .level = LOG_CONSOLE_TEXT };
	uint64_t at = log_ring_head(&kernel_log);

	memcpy((char *)state_of(at) + 8, &empty, sizeof(empty));
	store_release(state_of(at), 2 * (at / kernel_log.slots) + 1);
	return at;
}

TEST("hosted/console", test_console_waits_for_an_uncommitted_line)
{
	uint64_t at;

	capture_begin();
	pr_info("before");
	at = stop_half_way();
	pr_info("behind one");
	pr_info("behind two");
	check(t, strstr(captured, "before"));
	check(t, !strstr(captured, "behind"));
	store_release(state_of(at), 2 * (at / kernel_log.slots) + 2);
	console_drain();
	check(t, strstr(captured, "behind one"));
	check(t, strstr(captured, "behind two"));
	check(t, lines_captured() == 3);
	capture_end();
}

TEST("hosted/console", test_console_reports_lines_that_did_not_fit)
{
	uint64_t at;
	struct tally s;
	char text[128];

	seed = test_random(t);
	capture_begin();
	at = stop_half_way();
	for (unsigned n = 1; n < kernel_log.slots + 7; n++) {
		filling(text, 0, n);
		pr_info("0 %u .%s.", n, text);
	}
	check(t, captured_size == 0);
	store_release(state_of(at), 2 * (at / kernel_log.slots) + 2);
	console_drain();
	s = tally(t);
	capture_end();
	check(t, s.lines == kernel_log.slots - 1);
	check(t, s.lost == 7);
}

/* what is shown, and how it is laid out */

TEST("hosted/console", test_console_shows_up_to_its_level)
{
	capture_begin();
	pr_debug("a debug");
	pr_info("an info");
	log_set_console_level(LOG_DEBUG);
	pr_debug("another debug");
	log_set_console_level(LOG_ERROR);
	pr_warn("a warning");
	pr_error("an error");
	log_set_console_level(LOG_INFO);
	check(t, !strstr(captured, "a debug"));
	check(t, strstr(captured, "an info"));
	check(t, strstr(captured, "another debug"));
	check(t, !strstr(captured, "a warning"));
	check(t, strstr(captured, "error: an error"));
	capture_end();
}

TEST("hosted/console", test_console_puts_a_line_on_a_line_of_its_own)
{
	capture_begin();
	console_printf("prompt> ");
	pr_info("a line");
	console_printf("%s", "");
	console_printf("a");
	console_printf("b\n");
	check(t, !strncmp(captured, "prompt> \n[", 10));
	check(t, strstr(captured, "a line\nab\n"));
	capture_end();
}

TEST("hosted/console", test_console_cuts_a_long_printf_at_a_line_end)
{
	char *text = malloc(2000);

	memset(text, 'x', 1999);
	text[1999] = 0;
	capture_begin();
	console_printf("%s", text);
	check(t, captured_size < 1000);
	check(t, !strcmp(captured + captured_size - 5, "x...\n"));
	captured_size = 0;
	console_write(text, 1999);
	check(t, captured_size == 1999);
	capture_end();
	free(text);
}

static size_t replayed;

static void count_write(const char *text, size_t n)
{
	replayed += n;
	if (strstr(text, "before registration"))
		replayed += 1000000;
}

static struct console late = { .name = "late", .write = count_write };

TEST("hosted/console", test_console_registered_late_gets_the_log_replayed)
{
	capture_begin();
	pr_info("before registration");
	console_printf("not for the log\n");
	console_register(&late);
	check(t, replayed > 1000000);
	replayed = 0;
	pr_info("after");
	check(t, replayed > 0);
	capture_end();
}
