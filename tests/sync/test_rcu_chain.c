/*
 * tests/sync/test_rcu_chain.c - what a walk meets while the chain changes.
 *
 * A reader who stands still is played by hand; then readers walk for real,
 * beside one who replaces and deletes.
 */
#include "sync/rcu_chain.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/sync/gang.h"
#include "tests/sync/quarantine.h"

struct element {
	struct rcu_link link;
	unsigned id;
	uint64_t twice;		/* 2 * stamp */
	uint64_t stamp;
	struct rcu_head head;
};

static struct rcu_chain chain;

static struct element *element_of(struct rcu_link *link)
{
	return container_of(link, struct element, link);
}

static struct element *make(unsigned id)
{
	struct element *e = quarantine_alloc(sizeof(*e));

	if (e)
		e->id = id;
	return e;
}

static struct element *add(unsigned id)
{
	struct element *e = make(id);

	if (e)
		rcu_chain_add(&chain, &e->link);
	return e;
}

static void free_element(struct rcu_head *head)
{
	quarantine_free(container_of(head, struct element, head));
}

/* The ids from a link on, as decimal digits. */
static unsigned digits_from(struct rcu_link *link)
{
	unsigned digits = 0;

	for (; link; link = rcu_dereference(&link->next))
		digits = 10 * digits + element_of(link)->id;
	return digits;
}

static unsigned digits(void)
{
	unsigned all = 0;

	rcu_chain_for_each(link, &chain)
		all = 10 * all + element_of(link)->id;
	return all;
}

static void begin(void)
{
	quarantine_begin();
	rcu_chain_init(&chain);
}

static void end(struct test *t)
{
	rcu_barrier();
	while (true) {
		struct rcu_link *first = rcu_dereference(&chain.first);

		if (!first)
			break;
		rcu_chain_del(first);
		quarantine_free(element_of(first));
	}
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

TEST("sync/rcu_chain", test_rcu_chain_keeps_the_order_it_is_told)
{
	struct element *two, *five, *seven;

	begin();
	five = make(5);
	seven = make(7);
	check(t, digits() == 0);
	add(3);
	two = add(2);
	add(1);
	check(t, digits() == 123);
	rcu_chain_add_behind(&two->link, &five->link);
	check(t, digits() == 1253);
	rcu_chain_replace(&two->link, &seven->link);
	check(t, digits() == 1753);
	check(t, !two->link.at && seven->link.at);
	rcu_chain_del(&seven->link);
	check(t, !seven->link.at);
	check(t, digits() == 153);
	rcu_chain_add(&chain, &seven->link);
	check(t, digits() == 7153);
	quarantine_free(two);
	rcu_chain_del(&five->link);
	quarantine_free(five);
	end(t);
}

TEST("sync/rcu_chain", test_rcu_chain_who_stands_in_a_deleted_one_goes_on)
{
	struct element *a, *b, *c, *d;

	begin();
	d = add(4);
	c = add(3);
	b = add(2);
	a = add(1);
	rcu_read_lock();
	rcu_chain_del(&b->link);
	call_rcu(&b->head, free_element);
	check(t, digits() == 134);
	check(t, digits_from(&b->link) == 234);
	/* the one it names is deleted next: the way leads on through both */
	rcu_chain_del(&c->link);
	call_rcu(&c->head, free_element);
	check(t, digits() == 14);
	check(t, digits_from(&b->link) == 234);
	/* what is added in front of d, who stands in b or c does not meet */
	rcu_chain_add_behind(&a->link, &make(9)->link);
	check(t, digits() == 194 && digits_from(&c->link) == 34);
	check(t, quarantine_is_live(b) && quarantine_is_live(c));
	rcu_read_unlock();
	rcu_barrier();
	check(t, !quarantine_is_live(b) && !quarantine_is_live(c));
	check(t, quarantine_is_live(d));
	end(t);
}

TEST("sync/rcu_chain", test_rcu_chain_replaced_is_met_old_or_new)
{
	struct element *a, *b, *other;

	begin();
	other = make(8);
	add(3);
	b = add(2);
	a = add(1);
	rcu_read_lock();
	rcu_chain_replace(&b->link, &other->link);
	call_rcu(&b->head, free_element);
	check(t, digits() == 183 && digits_from(&b->link) == 23);
	rcu_chain_del(&a->link);
	call_rcu(&a->head, free_element);
	check(t, digits_from(&a->link) == 183 && digits() == 83);
	rcu_read_unlock();
	end(t);
}

/* ----------------------------------------------------------------- twins */

/* Twin: clears the link of what it deletes. */
TEST("sync/rcu_chain", test_rcu_chain_twin_that_clears_next_loses_the_rest)
{
	struct element *b;

	begin();
	add(3);
	b = add(2);
	add(1);
	rcu_chain_del(&b->link);
	store_release(&b->link.next, NULL);
	check(t, digits_from(&b->link) == 2);	/* 3 was there all the time */
	quarantine_free(b);
	end(t);
}

/* Twin: replaces by deleting and adding.  In between, it is not there. */
TEST("sync/rcu_chain", test_rcu_chain_twin_that_replaces_in_two_has_a_gap)
{
	struct element *a, *b, *other;

	begin();
	other = make(8);
	add(3);
	b = add(2);
	a = add(1);
	rcu_chain_del(&b->link);
	check(t, digits() == 13);		/* neither 2 nor 8 */
	rcu_chain_add_behind(&a->link, &other->link);
	check(t, digits() == 183);
	quarantine_free(b);
	end(t);
}

/* Twin: adds first, and fills in what it added afterwards. */
TEST("sync/rcu_chain", test_rcu_chain_twin_that_fills_in_late_shows_an_empty_one)
{
	struct element *e;

	begin();
	e = make(0);
	add(3);
	rcu_chain_add(&chain, &e->link);
	check(t, digits() == 3 && element_of(rcu_dereference(&chain.first)) == e);
	e->id = 2;
	check(t, digits() == 23);
	end(t);
}

/* --------------------------------------------------------------- torture */

/*
 * Elements 1 to 5, the odd ones in the chain all the time, and replaced; 2 and
 * 4 come and go.  A walk meets each odd one, once, whole and alive.
 */
#define READERS	3
#define ROUNDS	300
#define IDS	5u

static struct atomic32 missed, twice, torn, dead;
static struct element *now[IDS + 1];	/* the writer's */
static struct gang gang;

static void look_at(const struct element *e)
{
	/* relaxed, both: counts */
	if (!quarantine_is_live(e) || e->id < 1 || e->id > IDS)
		fetch_add_relaxed(&dead, 1);
	else if (e->twice != 2 * e->stamp)
		fetch_add_relaxed(&torn, 1);
}

static void walk(struct gang_member *m)
{
	unsigned met[IDS + 1] = { 0 };

	rcu_read_lock();
	rcu_chain_for_each(link, &chain) {
		look_at(element_of(link));
		met[element_of(link)->id % (IDS + 1)]++;
		cpu_delay(gang_random(m) % 16);
	}
	rcu_read_unlock();
	for (unsigned id = 1; id <= IDS; id++) {
		/* relaxed, both: counts */
		if (met[id] == 0 && id % 2)
			fetch_add_relaxed(&missed, 1);
		if (met[id] > 1)
			fetch_add_relaxed(&twice, 1);
	}
}

static struct element *make_stamped(unsigned id, uint64_t stamp)
{
	struct element *e = make(id);

	if (e) {
		e->stamp = stamp;
		e->twice = 2 * stamp;
	}
	return e;
}

static void change(struct gang_member *m)
{
	unsigned id = 1 + gang_random(m) % IDS;
	struct element *old = now[id], *e = NULL;

	if (id % 2 || !old) {
		e = make_stamped(id, gang_random(m));
		if (!e)
			return;
	}
	if (old && e)
		rcu_chain_replace(&old->link, &e->link);
	else if (old)
		rcu_chain_del(&old->link);
	else
		rcu_chain_add_behind(&now[1]->link, &e->link);
	if (old)
		call_rcu(&old->head, free_element);
	now[id] = e;
}

static void walk_or_change(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (m->index)
			walk(m);
		else
			change(m);
		gang_step(m);
		if (i % 16 == 0)
			gang_chaos(m);
		if (i % 64 == 0)
			park(clock_ns());
	}
}

TEST("sync/rcu_chain", test_rcu_chain_walks_meet_what_is_there)
{
	struct atomic32 *counts[] = { &missed, &twice, &torn, &dead };

	begin();
	for (unsigned i = 0; i < ARRAY_LEN(counts); i++)
		/* relaxed: nobody else is there */
		store_relaxed(counts[i], 0);
	for (unsigned id = IDS; id >= 1; id--) {
		now[id] = id % 2 ? make_stamped(id, id) : NULL;
		if (now[id])
			rcu_chain_add(&chain, &now[id]->link);
	}
	gang_start(&gang, 1 + READERS, walk_or_change, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	for (unsigned i = 0; i < ARRAY_LEN(counts); i++)
		check(t, load_acquire(counts[i]) == 0);
	end(t);
}
