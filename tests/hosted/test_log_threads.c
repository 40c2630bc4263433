/*
 * tests/hosted/test_log_threads.c - the log ring with many producers.
 *
 * A tiny ring, so that producers lap each other and the readers all the time.
 * Every record carries a pattern over its whole text that is made from its
 * writer and number, so that a record of two writers, or of two laps, shows.
 */
#include <sched.h>

#include "tests/worlds/threads/world.h"

#include "kernel/log_ring.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "arch/atomic.h"
#include "arch/cpu.h"

#define WRITERS	6
#define READERS	2
#define RECORDS	40000
#define SLOTS	16

static char memory[LOG_RING_BYTES(SLOTS)] aligned_to(CACHE_LINE);
static const struct log_ring ring = { memory, SLOTS };
static struct atomic32 writers_left;
static struct atomic64 accepted, refused, bad_records, bad_orders, bad_sums,
	bad_heads;
static uint64_t seed;

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void make(struct log_record *r, unsigned writer, unsigned n)
{
	uint64_t pattern = mix(seed + writer * 1000003u + n);

	r->time_ns = n;
	r->cpu = (uint16_t)writer;
	r->level = 0;
	r->thread = (uint32_t)(pattern >> 32);
	r->length = (uint8_t)(pattern % LOG_TEXT);
	for (unsigned i = 0; i < r->length; i++)
		r->text[i] = (char)(pattern >> i % 57);
	r->text[r->length] = 0;
}

static bool is_whole(const struct log_record *r)
{
	struct log_record want;

	if (r->cpu >= WRITERS || r->time_ns >= RECORDS)
		return false;
	make(&want, r->cpu, (unsigned)r->time_ns);
	return want.thread == r->thread && want.length == r->length &&
	       !memcmp(want.text, r->text, want.length + 1u);
}

/* The head never goes back. */
static uint64_t check_head(uint64_t before)
{
	uint64_t now = log_ring_head(&ring);

	if (now < before)
		fetch_add_relaxed(&bad_heads, 1);
	return now;
}

static void write_all(unsigned writer)
{
	struct log_record r;
	uint64_t head = 0;

	for (unsigned n = 0; n < RECORDS; n++) {
		make(&r, writer, n);
		fetch_add_relaxed(log_ring_append(&ring, &r) ? &accepted
							     : &refused, 1);
		head = check_head(head);
		if (n % 64 == writer)
			sched_yield();
	}
	fetch_add_acq_rel(&writers_left, -1u);
}

/* Reads until all is written and read; every position is read or lost. */
static void read_all(void)
{
	uint64_t next[WRITERS] = { 0 };
	uint64_t at = 0, read = 0, lost = 0, head = 0;
	struct log_record r;

	for (;;) {
		bool last = load_acquire(&writers_left) == 0;
		enum log_read got = log_ring_read(&ring, at, &r);

		head = check_head(head);
		if (got == LOG_READ_OK) {
			read++;
			at++;
			if (!is_whole(&r)) {
				fetch_add_relaxed(&bad_records, 1);
				continue;
			}
			if (r.time_ns < next[r.cpu])
				fetch_add_relaxed(&bad_orders, 1);
			next[r.cpu] = r.time_ns + 1;
		} else if (got == LOG_READ_OVERWRITTEN) {
			uint64_t to = log_ring_oldest(&ring);

			to = to > at ? to : at + 1;
			lost += to - at;
			at = to;
		} else if (last) {
			break;
		}
	}
	if (read + lost != log_ring_head(&ring))
		fetch_add_relaxed(&bad_sums, 1);
}

static void run(void *unused)
{
	(void)unused;
	if (cpu_id() < WRITERS)
		write_all(cpu_id());
	else
		read_all();
}

TEST("hosted/log", test_log_ring_records_are_whole_and_in_order)
{
	memset(memory, 0, sizeof(memory));
	seed = test_random(t);
	store_release(&writers_left, WRITERS);
	world_run(WRITERS + READERS, run, NULL);
	check(t, load_acquire(&bad_records) == 0);
	check(t, load_acquire(&bad_orders) == 0);
	check(t, load_acquire(&bad_sums) == 0);
	check(t, load_acquire(&bad_heads) == 0);
	check(t, load_acquire(&accepted) == log_ring_head(&ring));
	check(t, load_acquire(&refused) == log_ring_dropped(&ring));
	check(t, load_acquire(&accepted) + load_acquire(&refused) ==
		 WRITERS * RECORDS);
	test_note(t, "accepted %llu, refused %llu",
		  (unsigned long long)load_acquire(&accepted),
		  (unsigned long long)load_acquire(&refused));
}
