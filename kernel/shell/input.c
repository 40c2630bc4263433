/*
 * kernel/shell/input.c - one ring for all keyboards, and who waits at it.
 *
 * Invariant   reader is the thread that found nothing and is parked or about
 *             to park; whoever puts a byte unparks it, under the lock that
 *             keeps it alive.  park() remembers an unpark() that comes first,
 *             so no byte waits for a second one.
 *             serial_paused: the ring was nearly full and more than half of it
 *             has waited ever since, so the reader will come and resume.
 */
#include "kernel/shell/input.h"

#include "arch/atomic.h"
#include "arch/x86_64/keyboard.h"
#include "arch/x86_64/serial.h"
#include "kernel/printk.h"
#include "kernel/shell/ring.h"
#include "sync/park.h"
#include "sync/spinlock.h"

#define CONTROL_C	0x03
#define KEPT_FREE	256	/* for the keyboard, which cannot be paused */

static struct spinlock lock = SPINLOCK_INIT;

/* under lock */
static struct ring ring;
static struct thread *reader;
static bool serial_paused;

static struct atomic32 stopped;

static void queue(uint8_t byte)
{
	uint64_t was;

	if (byte == CONTROL_C)
		/* relaxed: a wish, noticed sooner or later */
		store_relaxed(&stopped, 1);
	was = spin_lock_irqsave(&lock);
	ring_put(&ring, byte);
	if (ring_room(&ring) < KEPT_FREE && !serial_paused) {
		serial_paused = true;
		serial_pause_input();
	}
	if (reader)
		unpark(reader);
	reader = NULL;
	spin_unlock_irqrestore(&lock, was);
}

void input_init(bool has_8042)
{
	serial_start_input(queue);
	if (has_8042 && !keyboard_start(queue))
		pr_warn("keyboard: the controller does not answer");
}

/* False: there was none, and the caller is now the reader to unpark. */
static bool take(uint8_t *byte)
{
	uint64_t was = spin_lock_irqsave(&lock);
	bool some = ring_take(&ring, byte);

	reader = some ? NULL : thread_self();
	if (serial_paused && ring_room(&ring) > RING_BYTES / 2) {
		serial_paused = false;
		serial_resume_input();
	}
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
	uint64_t n = ring.dropped;

	ring.dropped = 0;
	spin_unlock_irqrestore(&lock, was);
	return n;
}

void input_clear_stop(void)
{
	store_relaxed(&stopped, 0);	/* relaxed: as in queue() */
}

bool input_stopped(void)
{
	return load_relaxed(&stopped);	/* relaxed: as in queue() */
}
