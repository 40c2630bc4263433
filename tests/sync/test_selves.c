/*
 * tests/sync/test_selves.c - the list of those that hold.
 */
#include "sync/selves.h"

#include "kernel/test.h"
#include "sync/lockdep.h"
#include "tests/sync/gang.h"

#define CROWD	4
#define ROUNDS	100

static struct sync_self some[3];

static bool count(struct sync_self *s, void *arg)
{
	unsigned *seen = arg;

	for (unsigned i = 0; i < ARRAY_LEN(some); i++)
		if (s == &some[i])
			seen[i]++;
	return true;
}

TEST("sync/selves", test_selves_each_meets_everybody_once)
{
	unsigned seen[3] = { 0 };

	for (unsigned i = 0; i < ARRAY_LEN(some); i++)
		selves_add(&some[i], 7000 + i, "some");
	selves_each(count, seen);
	check(t, seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
	selves_remove(&some[1]);
	selves_each(count, seen);
	check(t, seen[0] == 2 && seen[1] == 1 && seen[2] == 2);
	selves_remove(&some[0]);
	selves_remove(&some[2]);
	selves_each(count, seen);
	check(t, seen[0] == 2 && seen[1] == 1 && seen[2] == 2);
}

static bool stop_at_once(struct sync_self *s, void *arg)
{
	(void)s;
	++*(unsigned *)arg;
	return false;
}

TEST("sync/selves", test_selves_each_stops_when_told)
{
	unsigned calls = 0;

	for (unsigned i = 0; i < ARRAY_LEN(some); i++)
		selves_add(&some[i], 7000 + i, "some");
	selves_each(stop_at_once, &calls);
	check(t, calls == 1);
	for (unsigned i = 0; i < ARRAY_LEN(some); i++)
		selves_remove(&some[i]);
}

static void let_hold(struct sync_self *s, const void *l, enum held_state state)
{
	struct held_what what = { .class = CLASS_NONE, .state = state };

	store_relaxed(&s->held[0].lock, (void *)l);
	store_relaxed(&s->held[0].what, held_pack(what));
	store_relaxed(&s->depth, 1);
}

/* Who waits for it does not hold it; nor does one that has ended. */
TEST("sync/selves", test_selves_holder_is_who_has_it)
{
	int lock;

	selves_add(&some[0], 7000, "some");
	selves_add(&some[1], 7001, "some");
	let_hold(&some[0], &lock, HELD_WAITING);
	check(t, !selves_holder(&lock, NULL));
	let_hold(&some[1], &lock, HELD_GOT);
	check(t, selves_holder(&lock, NULL) == &some[1]);
	check(t, !selves_holder(&lock, &some[1]));
	store_relaxed(&some[1].depth, 0);
	check(t, !selves_holder(&lock, NULL));
	let_hold(&some[1], &lock, HELD_GOT_WAITED);
	selves_remove(&some[1]);
	check(t, !selves_holder(&lock, NULL));
	selves_remove(&some[0]);
	store_relaxed(&some[0].depth, 0);
	store_relaxed(&some[1].depth, 0);
}

/* threads that begin, look around and end, all at once */

static struct sync_self crowd[CROWD];
static struct atomic32 strange;

static bool find_oneself(struct sync_self *s, void *arg)
{
	struct sync_self **wanted = arg;

	if (s >= crowd && s < crowd + CROWD && s->id != 7100 + (s - crowd))
		fetch_add_relaxed(&strange, 1);
	if (s == *wanted)
		*wanted = NULL;
	return true;
}

static void come_and_go(struct gang_member *m)
{
	struct sync_self *mine = &crowd[m->index];

	for (unsigned i = 0; i < ROUNDS && !gang_stopped(m); i++) {
		struct sync_self *wanted = mine;

		/* else the id is what the last round left */
		mine->id = 0;
		selves_add(mine, 7100 + m->index, "crowd");
		selves_each(find_oneself, &wanted);
		if (wanted)
			fetch_add_relaxed(&strange, 1);
		selves_remove(mine);
		gang_step(m);
	}
}

TEST("sync/selves", test_selves_come_and_go_while_others_look)
{
	static struct gang gang;

	store_relaxed(&strange, 0);
	gang_start(&gang, CROWD, come_and_go, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_relaxed(&strange) == 0);
}
