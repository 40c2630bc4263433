/*
 * kernel/log_ring.h - a ring of log records with lock-free producers.
 *
 * Guarantees  log_ring_append() never waits and never undoes another one's
 *             work: a producer that is interrupted, or stopped, in the middle
 *             of it blocks nobody.  A record is read whole or not at all.
 *             Records have positions 0, 1, 2, ...; each overwrites the one that
 *             is `slots` positions older, unless that one is still being
 *             written: then the new record is dropped, and counted.
 * Context     Any, NMI included, on any number of CPUs.
 * Cost        LOG_SLOT bytes a record.  Append: two locked instructions and a
 *             store for every 8 bytes; read: a load for every 8 bytes.
 * Limits      A producer stopped in the middle for ever costs one record; once
 *             the ring has come round to it, appending drops everything, until
 *             somebody gives it up.
 *             Text behind LOG_TEXT - 1 bytes must be cut by the caller.
 * See         kernel/log_ring.c, kernel/debug.h (the layout in memory),
 *             tests/kernel/test_log_ring.c, tests/hosted/test_log_threads.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_SLOT	256
#define LOG_TEXT	(LOG_SLOT - 24)

struct log_record {
	uint64_t time_ns;
	uint32_t thread;	/* id, 0: none yet */
	uint16_t cpu;
	uint8_t level;		/* enum log_level, or LOG_CONSOLE_TEXT */
	uint8_t length;		/* of text, without its zero */
	char text[LOG_TEXT];
};

/* A level of its own: text for the consoles that dmesg does not show. */
#define LOG_CONSOLE_TEXT	0xff

/* memory is LOG_RING_BYTES(slots), zeroed, aligned to a cache line */
struct log_ring {
	void *memory;
	uint32_t slots;		/* a power of two */
};

#define LOG_RING_BYTES(slots)	(((slots) + 1) * LOG_SLOT)

/* False: dropped. */
bool log_ring_append(const struct log_ring *ring, const struct log_record *r);

enum log_read {
	LOG_READ_OK,
	LOG_READ_NONE,		/* no producer has come to this position yet */
	LOG_READ_UNFINISHED,	/* reserved, not yet committed */
	LOG_READ_OVERWRITTEN,	/* too late: see log_ring_oldest() */
};

enum log_read log_ring_read(const struct log_ring *ring, uint64_t position,
			    struct log_record *out);

/* What log_ring_read() would say, for the price of one load. */
enum log_read log_ring_peek(const struct log_ring *ring, uint64_t position);

/*
 * For the CPU that panics, once the record's producer has been stopped: commits
 * an unfinished record in its place, as an empty text for the consoles.
 */
void log_ring_give_up(const struct log_ring *ring, uint64_t position);

/* Every record appended before the call has a position below this. */
uint64_t log_ring_head(const struct log_ring *ring);

/* The oldest position that may still be there. */
uint64_t log_ring_oldest(const struct log_ring *ring);

/* Records that were dropped so far. */
uint64_t log_ring_dropped(const struct log_ring *ring);
