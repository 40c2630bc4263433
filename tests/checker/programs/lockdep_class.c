/*
 * tests/checker/programs/lockdep_class.c - one asks for the classes of locks,
 * while the entry that a list begins with is dropped, and used in another list.
 *
 * At the start the list has gone's entry before mine's; and the last of the free
 * entries is the one that mine had, when its memory was another lock's.
 */
#include "kernel/printk.h"
#include "sync/lockdep.h"
#include "tests/checker/checker.h"

#define OLD	0x1000
#define NEW	0x2000
#define OTHER	0x3000

static struct lockdep judge;
static struct {
	uint64_t mine, gone, spare, again;
} aligned_to(64) line;		/* one list */
static uint64_t elsewhere aligned_to(64);
static uint16_t expected;

/* seams that the program does not come to */

void printk(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
	assert(false);
}

uintptr_t watch_static_key(const void *object)
{
	(void)object;
	return 0;
}

static void classify(const void *l, uint64_t key)
{
	lockdep_classify(&judge, l, WATCH_SPIN, key);
}

static void forget(const void *l)
{
	assert(lockdep_forget(&judge, l, sizeof(uint64_t)));
}

static uint16_t class_of(const void *l)
{
	return lockdep_class_of(&judge, l, WATCH_SPIN, 0);
}

static void look_up(void *unused)
{
	uint16_t class;

	(void)unused;
	assert(class_of(&line.mine) == expected);
	/* not known yet, or whole */
	class = class_of(&elsewhere);
	assert(class == CLASS_NONE || class > expected);
}

static void use_again(void *unused)
{
	(void)unused;
	forget(&line.gone);
	classify(&elsewhere, OTHER);
}

static void nothing_is_left(void)
{
	assert(class_of(&line.mine) == expected);
	assert(class_of(&line.gone) == CLASS_NONE);
	assert(class_of(&elsewhere) > expected);
}

void check_setup(void)
{
	store_relaxed(&judge.nr_classes, CLASS_NONE + 1);
	classify(&line.mine, OLD);
	classify(&line.spare, OLD);
	classify(&line.again, OLD);
	forget(&line.mine);
	forget(&line.spare);
	forget(&line.again);
	/* these take two of three free entries; the first one stays free */
	classify(&line.mine, NEW);
	classify(&line.gone, OLD);
	expected = class_of(&line.mine);
	check_thread("asks", look_up, NULL);
	check_thread("frees", use_again, NULL);
	check_finally(nothing_is_left);
}
