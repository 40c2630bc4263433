/*
 * tests/checker/programs/clh.c - three CPUs take a CLH lock, one of them twice
 * with the node that they got for theirs.
 */
#include "sync/clh.h"

#include "tests/checker/checker.h"

static struct clh lock;
static struct clh_node nodes[4];
static unsigned counter;

static void add(struct clh_node **mine)
{
	clh_lock(&lock, *mine);
	counter++;
	clh_unlock(&lock, mine);
}

static void add_once(void *node)
{
	struct clh_node *mine = node;

	add(&mine);
}

static void add_twice(void *node)
{
	struct clh_node *mine = node;

	add(&mine);
	add(&mine);
}

static void all_added(void)
{
	assert(counter == 4);
}

void check_setup(void)
{
	clh_init(&lock, &nodes[3]);
	check_thread("first", add_twice, &nodes[0]);
	check_thread("second", add_once, &nodes[1]);
	check_thread("third", add_once, &nodes[2]);
	check_finally(all_added);
}
