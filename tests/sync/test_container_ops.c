/*
 * tests/sync/test_container_ops.c - what every stack, queue and ring promises.
 */
#include "sync/container_ops.h"

#include "kernel/errno.h"
#include "kernel/string.h"
#include "tests/sync/container_trial.h"
#include "tests/sync/quarantine.h"

#define HISTORIES	24
#define RUSH		3000
#define CAPACITY	4
#define CAPACITY_MAX	32	/* of those that are bounded */

static unsigned char object[CONTAINER_SIZE_MAX] aligned_to(CACHE_LINE);
static unsigned char self[CONTAINER_SELF] aligned_to(CACHE_LINE);

static const struct container_memory memory = {
	quarantine_alloc, quarantine_free,
};

#define for_each_container(c) \
	for (unsigned i_ = 0; i_ < container_count; i_++) \
		for (const struct container_ops *c = container_table[i_]; c; \
		     c = NULL)

static void *number(uintptr_t n)
{
	return (void *)n;
}

/* Alone: the order, the ends, and nothing leaks. */
static void alone(struct test *t, const struct container_ops *c)
{
	bool lifo = c->flags & CONTAINER_LIFO;
	bool bounded = c->flags & CONTAINER_BOUNDED;
	void *value;

	quarantine_begin();
	__builtin_memset(object, 0, sizeof(object));
	check(t, c->init(object, &memory, CAPACITY) == 0);
	check(t, c->join(object, self) == 0);
	for (unsigned lap = 0; lap < 3; lap++) {
		check(t, c->take(object, self, &value) == -ENOENT);
		for (uintptr_t i = 1; i <= CAPACITY; i++)
			check(t, c->put(object, self, number(i)) == 0);
		if (bounded)
			check(t, c->put(object, self, number(9)) == -ENOSPC);
		for (uintptr_t i = 1; i <= CAPACITY; i++) {
			check(t, c->take(object, self, &value) == 0);
			check(t, value == number(lifo ? CAPACITY + 1 - i : i));
		}
	}
	check(t, c->put(object, self, number(1)) == 0);
	c->leave(object, self);
	c->destroy(object);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

/* More than it has places: it says so at once. */
static void too_large(struct test *t, const struct container_ops *c)
{
	if (c->flags & CONTAINER_BOUNDED)
		check(t, c->init(object, &memory, CAPACITY_MAX + 1) == -E2BIG);
}

TEST("sync/containers", test_containers_have_a_limit)
{
	for_each_container(c)
		too_large(t, c);
}

static bool used_up;

static void *alloc_if_any(size_t size)
{
	return used_up ? NULL : quarantine_alloc(size);
}

/* A put that says yes has put. */
static void without_memory(struct test *t, const struct container_ops *c)
{
	static const struct container_memory scarce = {
		alloc_if_any, quarantine_free,
	};
	void *value;
	int error;

	quarantine_begin();
	__builtin_memset(object, 0, sizeof(object));
	used_up = false;
	check(t, c->init(object, &scarce, CAPACITY) == 0);
	check(t, c->join(object, self) == 0);
	used_up = true;
	error = c->put(object, self, number(7));
	check(t, !error || error == -ENOMEM);
	check(t, c->take(object, self, &value) == (error ? -ENOENT : 0));
	c->leave(object, self);
	c->destroy(object);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

TEST("sync/containers", test_containers_say_when_there_is_no_memory)
{
	for_each_container(c) {
		unsigned failed = t->failed;

		without_memory(t, c);
		if (t->failed != failed)
			test_note(t, "%s", c->name);
	}
}

/* What hazard pointers protect may still be looked at when it was taken. */
static void frees_later(struct test *t, const struct container_ops *c)
{
	void *value;

	quarantine_begin();
	__builtin_memset(object, 0, sizeof(object));
	check(t, c->init(object, &memory, CAPACITY) == 0);
	check(t, c->join(object, self) == 0);
	for (uintptr_t i = 1; i <= 2; i++)
		check(t, c->put(object, self, number(i)) == 0);
	for (unsigned i = 0; i < 2; i++)
		check(t, c->take(object, self, &value) == 0);
	check(t, quarantine_live() >= 2);
	c->leave(object, self);
	c->destroy(object);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

TEST("sync/containers", test_containers_with_hazards_free_later)
{
	unsigned seen = 0;

	for_each_container(c) {
		if (strcmp(c->name, "treiber")
		    && strcmp(c->name, "michael-scott"))
			continue;
		frees_later(t, c);
		seen++;
	}
	check(t, seen == 2);
}

TEST("sync/containers", test_containers_keep_their_order)
{
	for_each_container(c) {
		unsigned failed = t->failed;

		alone(t, c);
		if (t->failed != failed)
			test_note(t, "%s", c->name);
	}
}

TEST("sync/containers", test_containers_are_linearizable)
{
	for_each_container(c) {
		struct container_trial trial = {
			.ops = c, .rounds = HISTORIES, .capacity = CAPACITY,
			.loud = true,
		};
		unsigned faults = container_histories(t, &trial);

		if (!check(t, faults == 0))
			test_note(t, "%s: faults %u", c->name, faults);
	}
}

TEST("sync/containers", test_containers_lose_and_double_nothing)
{
	for_each_container(c) {
		struct container_trial trial = {
			.ops = c, .rounds = RUSH, .capacity = CAPACITY,
		};
		unsigned faults = container_rush(t, &trial);

		if (!check(t, faults == 0))
			test_note(t, "%s: faults %u", c->name, faults);
	}
}
