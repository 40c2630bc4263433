/*
 * tests/sync/test_list_ops.c - what every list that is a set promises.
 */
#include "sync/list_ops.h"

#include "kernel/errno.h"
#include "tests/sync/list_trial.h"
#include "tests/sync/quarantine.h"

#define HISTORIES	20
#define RUSH		400

static unsigned char list[LIST_SIZE_MAX] aligned_to(CACHE_LINE);
static unsigned char self[LIST_SELF] aligned_to(CACHE_LINE);

static const struct container_memory memory = {
	quarantine_alloc, quarantine_free,
};

static void alone(struct test *t, const struct list_ops *l)
{
	static const uint64_t keys[] = { 5, 1, 9, 3, 7 };

	quarantine_begin();
	__builtin_memset(list, 0, sizeof(list));
	check(t, l->init(list, &memory) == 0);
	check(t, l->join(list, self) == 0);
	/* nor what an end of the list might have for a key */
	check(t, !l->contains(list, self, 0));
	for (unsigned lap = 0; lap < 3; lap++) {
		for (unsigned i = 0; i < ARRAY_LEN(keys); i++) {
			check(t, !l->contains(list, self, keys[i]));
			check(t, !l->remove(list, self, keys[i]));
			check(t, l->insert(list, self, keys[i]) == 0);
			check(t, l->insert(list, self, keys[i]) == -EEXIST);
		}
		for (uint64_t k = 0; k <= 10; k++)
			check(t, l->contains(list, self, k) == k % 2);
		for (unsigned i = 0; i < ARRAY_LEN(keys); i++) {
			check(t, l->remove(list, self, keys[i]));
			check(t, !l->contains(list, self, keys[i]));
		}
	}
	check(t, l->insert(list, self, 4) == 0);
	l->leave(list, self);
	l->destroy(list);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

TEST("sync/lists", test_lists_are_sets)
{
	for (unsigned i = 0; i < list_count; i++) {
		unsigned failed = t->failed;

		alone(t, list_table[i]);
		if (t->failed != failed)
			test_note(t, "%s", list_table[i]->name);
	}
}

TEST("sync/lists", test_lists_are_linearizable)
{
	for (unsigned i = 0; i < list_count; i++) {
		unsigned faults = list_histories(t, list_table[i], HISTORIES,
						 true);

		if (!check(t, faults == 0))
			test_note(t, "%s: faults %u", list_table[i]->name,
				  faults);
	}
}

TEST("sync/lists", test_lists_lose_and_double_nothing)
{
	for (unsigned i = 0; i < list_count; i++) {
		unsigned faults = list_rush(t, list_table[i], RUSH);

		if (!check(t, faults == 0))
			test_note(t, "%s: faults %u", list_table[i]->name,
				  faults);
	}
}
