/*
 * tests/checker/programs/spinlock_interrupted.c - interrupts that take queued
 * spin locks too.
 * Told "nested": two queue for one lock, and an interrupt upon the first of them
 * for another; who has both lets them go.
 * Told "masked": a thread and an interrupt upon it take the same lock.
 */
#include "sync/spinlock.h"

#include "tests/checker/checker.h"

static struct spinlock one, other;
static unsigned ones, others;

static void add(void *unused)
{
	(void)unused;
	spin_lock(&one);
	ones++;
	spin_unlock(&one);
}

static void add_to_other(void *unused)
{
	(void)unused;
	spin_lock(&other);
	others++;
	spin_unlock(&other);
}

/* We have both from the beginning. */
static void let_both_go(void *unused)
{
	(void)unused;
	others++;
	ones++;
	spin_unlock_raw(&other);
	spin_unlock_raw(&one);
}

static void add_masked(void *unused)
{
	uint64_t was = spin_lock_irqsave(&one);

	(void)unused;
	ones++;
	spin_unlock_irqrestore(&one, was);
}

static void all_added(void)
{
	assert(check_argument()[0] == 'n' ? ones == 3 && others == 2
					  : ones == 2);
	assert(spin_trylock(&one) && spin_trylock(&other));
}

void check_setup(void)
{
	spin_init(&one);
	spin_init(&other);
	check_finally(all_added);
	if (check_argument()[0] == 'm') {
		check_thread("thread", add_masked, NULL);
		check_interrupt(0, "interrupt", add, NULL);
		return;
	}
	spin_lock_raw(&one);
	spin_lock_raw(&other);
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_thread("holder", let_both_go, NULL);
	check_interrupt(0, "interrupt", add_to_other, NULL);
}
