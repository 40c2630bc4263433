/*
 * tests/checker/programs/spinlock.c - three CPUs take the queued spin lock.
 * Told "nested": two queue for one lock, and an interrupt upon the first of them
 * for another; who has both lets them go.
 * Told "masked": a thread and an interrupt upon it take the same lock.
 */
#include "sync/spinlock.h"

#include "tests/checker/checker.h"

static struct spinlock lock;
static unsigned counter;

static void add(void *unused)
{
	(void)unused;
	spin_lock(&lock);
	counter++;
	spin_unlock(&lock);
}

static struct spinlock other;
static unsigned others;

static void add_to_others(void *unused)
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
	counter++;
	spin_unlock_raw(&other);
	spin_unlock_raw(&lock);
}

static void all_added_to_both(void)
{
	assert(counter == 3 && others == 2);
	assert(spin_trylock(&lock) && spin_trylock(&other));
}

static void add_masked(void *unused)
{
	uint64_t was = spin_lock_irqsave(&lock);

	(void)unused;
	counter++;
	spin_unlock_irqrestore(&lock, was);
}

static void both_added(void)
{
	assert(counter == 2);
	assert(spin_trylock(&lock));
}

static void all_added(void)
{
	assert(counter == 3);
	assert(spin_trylock(&lock));
}

void check_setup(void)
{
	char told = check_argument()[0];

	spin_init(&lock);
	spin_init(&other);
	if (told == 'm') {
		check_thread("thread", add_masked, NULL);
		check_interrupt(0, "interrupt", add, NULL);
		check_finally(both_added);
		return;
	}
	if (told == 'n') {
		spin_lock_raw(&lock);
		spin_lock_raw(&other);
		check_thread("first", add, NULL);
		check_thread("second", add, NULL);
		check_thread("holder", let_both_go, NULL);
		check_interrupt(0, "interrupt", add_to_others, NULL);
		check_finally(all_added_to_both);
		return;
	}
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_thread("third", add, NULL);
	check_finally(all_added);
}
