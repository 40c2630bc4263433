/*
 * tests/kernel/test_log_ring.c - the log ring, step by step.
 *
 * A producer that stops half way is made by hand, from the layout that
 * kernel/debug.h promises to host programs.
 * See  tests/hosted/test_log_threads.c for producers at the same time.
 */
#include "kernel/log_ring.h"

#include "kernel/string.h"
#include "kernel/test.h"
#include "arch/atomic.h"

#define SLOTS	8

static char memory[LOG_RING_BYTES(SLOTS)] aligned_to(CACHE_LINE);
static const struct log_ring ring = { memory, SLOTS };
static struct log_record record, seen;

static struct atomic64 *state_of(uint64_t position)
{
	return (struct atomic64 *)(memory +
				   LOG_SLOT * (1 + position % SLOTS));
}

static struct atomic64 *head(void)
{
	return (struct atomic64 *)memory;
}

static void clear(void)
{
	memset(memory, 0, sizeof(memory));
}

/* A record that says n. */
static bool append(unsigned n)
{
	record = (struct log_record){ .time_ns = n, .cpu = (uint16_t)n,
				      .level = 2, .thread = n };
	record.length = (uint8_t)(n % LOG_TEXT);
	memset(record.text, 'a' + (int)(n % 26), record.length);
	return log_ring_append(&ring, &record);
}

static bool says(uint64_t position, unsigned n)
{
	bool same;

	memset(&seen, 0xee, sizeof(seen));
	if (log_ring_read(&ring, position, &seen) != LOG_READ_OK)
		return false;
	same = seen.time_ns == n && seen.cpu == (uint16_t)n &&
	       seen.thread == n && seen.level == 2 &&
	       seen.length == n % LOG_TEXT && seen.text[seen.length] == 0;
	for (unsigned i = 0; i < seen.length; i++)
		same = same && seen.text[i] == (char)('a' + n % 26);
	return same;
}

/* The next producer reserves, and stops: before (or after) it moves head. */
static uint64_t stop_half_way(bool head_moved)
{
	uint64_t at = log_ring_head(&ring);

	store_release(state_of(at), 2 * (at / SLOTS) + 1);
	if (head_moved)
		store_release(head(), at + 1);
	return at;
}

static void go_on(uint64_t at)
{
	store_release(state_of(at), 2 * (at / SLOTS) + 2);
}

TEST("kernel/log_ring", test_log_ring_keeps_records_of_every_length)
{
	clear();
	check(t, log_ring_peek(&ring, 0) == LOG_READ_NONE);
	for (unsigned n = 0; n < LOG_TEXT; n++) {
		check(t, append(n));
		check(t, log_ring_head(&ring) == n + 1);
		check(t, says(n, n));
		check(t, log_ring_read(&ring, n + 1, &seen) == LOG_READ_NONE);
	}
	check(t, log_ring_dropped(&ring) == 0);
}

TEST("kernel/log_ring", test_log_ring_overwrites_the_oldest)
{
	clear();
	check(t, log_ring_oldest(&ring) == 0);
	for (unsigned n = 0; n < 3 * SLOTS + 1; n++)
		check(t, append(n));
	check(t, log_ring_oldest(&ring) == 2 * SLOTS + 1);
	check(t, log_ring_peek(&ring, 2 * SLOTS) == LOG_READ_OVERWRITTEN);
	check(t, log_ring_peek(&ring, 0) == LOG_READ_OVERWRITTEN);
	for (unsigned n = 2 * SLOTS + 1; n < 3 * SLOTS + 1; n++)
		check(t, says(n, n));
	check(t, log_ring_peek(&ring, 3 * SLOTS + 1) == LOG_READ_NONE);
	check(t, log_ring_peek(&ring, 4 * SLOTS + 1) == LOG_READ_NONE);
}

TEST("kernel/log_ring", test_log_ring_goes_on_around_a_stopped_producer)
{
	uint64_t at;

	clear();
	append(0);
	at = stop_half_way(true);
	check(t, log_ring_peek(&ring, at) == LOG_READ_UNFINISHED);
	check(t, log_ring_peek(&ring, at + 1) == LOG_READ_NONE);
	for (unsigned n = 2; n < SLOTS + 1; n++)
		check(t, append(n) && says(n, n));
	check(t, log_ring_head(&ring) == at + SLOTS);

	check(t, !append(77));
	check(t, !append(78));
	check(t, log_ring_dropped(&ring) == 2);
	check(t, log_ring_peek(&ring, at) == LOG_READ_UNFINISHED);
	check(t, log_ring_peek(&ring, at + SLOTS) == LOG_READ_NONE);

	go_on(at);
	check(t, append(SLOTS + 1) && says(SLOTS + 1, SLOTS + 1));
	check(t, log_ring_peek(&ring, at) == LOG_READ_OVERWRITTEN);
	check(t, log_ring_dropped(&ring) == 2);
}

TEST("kernel/log_ring", test_log_ring_helps_a_lagging_head_on)
{
	uint64_t at;

	clear();
	append(0);
	at = stop_half_way(false);
	check(t, append(2) && says(at + 1, 2));
	check(t, log_ring_head(&ring) == at + 2);
	check(t, log_ring_peek(&ring, at) == LOG_READ_UNFINISHED);
}

TEST("kernel/log_ring", test_log_ring_gives_up_only_what_is_unfinished)
{
	uint64_t at;

	clear();
	append(0);
	at = stop_half_way(true);
	append(2);
	log_ring_give_up(&ring, 0);
	log_ring_give_up(&ring, at + 1);
	log_ring_give_up(&ring, at + 2);
	check(t, says(0, 0) && says(at + 1, 2));
	check(t, log_ring_peek(&ring, at + 2) == LOG_READ_NONE);

	log_ring_give_up(&ring, at);
	check(t, log_ring_read(&ring, at, &seen) == LOG_READ_OK);
	check(t, seen.level == LOG_CONSOLE_TEXT && seen.length == 0);
	for (unsigned n = 3; n < SLOTS + 3; n++)
		check(t, append(n) && says(n, n));
}

TEST("kernel/log_ring", test_log_ring_read_stays_inside_the_record)
{
	struct { struct log_record r; char guard[64]; } out;

	clear();
	append(1);
	/* time_ns, then the word that holds thread, cpu, level and length */
	memset(memory + LOG_SLOT + 16, 0xff, 8);
	memset(&out, 0x55, sizeof(out));
	check(t, log_ring_read(&ring, 0, &out.r) == LOG_READ_OK);
	for (unsigned i = 0; i < sizeof(out.guard); i++)
		check(t, out.guard[i] == 0x55);
}
