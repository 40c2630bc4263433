/*
 * kernel/shell/input.c - a ring, and who waits at it.
 *
 * Invariant   ring[(out + i) % INPUT_BYTES] for i < in - out is what waits to
 *             be read.  reader is the thread that found nothing and is parked
 *             or about to park; whoever queues a byte unparks it, under the
 *             lock that keeps it alive.  park() remembers an unpark() that
 *             comes first, so no byte waits for a second one.
 */
#include "kernel/shell/input.h"

#include "arch/atomic.h"
#include "kernel/compiler.h"
#include "sync/park.h"
#include "sync/spinlock.h"

#define CONTROL_C	0x03

static struct spinlock lock = SPINLOCK_INIT;

/* under lock */
static uint8_t ring[INPUT_BYTES];
static uint64_t in, out;	/* bytes ever queued, ever read */
static uint64_t dropped;
static struct thread *reader;

static struct atomic32 stopped;

static void queue_locked(uint8_t byte)
{
	if (in - out == INPUT_BYTES) {
		dropped++;
		return;
	}
	ring[in++ % INPUT_BYTES] = byte;
	if (reader)
		unpark(reader);
	reader = NULL;
}

void input_byte(uint8_t byte)
{
	uint64_t was;

	if (byte == CONTROL_C)
		/* relaxed: a wish, noticed sooner or later */
		store_relaxed(&stopped, 1);
	was = spin_lock_irqsave(&lock);
	queue_locked(byte);
	spin_unlock_irqrestore(&lock, was);
}

/* False: there was none, and the caller is now the reader to unpark. */
static bool take(uint8_t *byte)
{
	uint64_t was = spin_lock_irqsave(&lock);
	bool some = in != out;

	if (some)
		*byte = ring[out++ % INPUT_BYTES];
	reader = some ? NULL : thread_self();
	spin_unlock_irqrestore(&lock, was);
	return some;
}

uint8_t input_read(void)
{
	uint8_t byte = 0;

	while (!take(&byte))	/* ended by who types */
		park(PARK_FOREVER);
	return byte;
}

uint64_t input_take_dropped(void)
{
	uint64_t was = spin_lock_irqsave(&lock);
	uint64_t n = dropped;

	dropped = 0;
	spin_unlock_irqrestore(&lock, was);
	return n;
}

void input_clear_stop(void)
{
	store_relaxed(&stopped, 0);	/* relaxed: as in input_byte() */
}

bool input_stopped(void)
{
	return load_relaxed(&stopped);	/* relaxed: as in input_byte() */
}
