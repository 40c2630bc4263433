/*
 * tests/hosted/test_inbox_threads.c - many CPUs push while one takes.
 */
#include "sched/inbox.h"

#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "kernel/test.h"
#include "tests/worlds/threads/world.h"

#define SENDERS	4
#define NODES	20000

struct letter {
	struct inbox_node node;
	unsigned sender;
	unsigned number;
	bool taken;
};

static struct inbox inbox;
static struct letter letters[SENDERS][NODES];
static unsigned next_number[SENDERS];
static unsigned takes;
static struct atomic32 firsts;	/* pushes into an empty inbox */
static struct atomic32 wrong;

static void send_all(unsigned sender)
{
	for (unsigned i = 0; i < NODES; i++) {
		letters[sender][i] = (struct letter){
			.sender = sender, .number = i,
		};
		if (inbox_push(&inbox, &letters[sender][i].node))
			fetch_add_relaxed(&firsts, 1);	/* relaxed: a count */
	}
}

static unsigned take_some(void)
{
	struct inbox_node *node = inbox_take(&inbox);
	unsigned n = 0;

	takes += node != NULL;
	for (; node; node = node->next, n++) {
		struct letter *l = container_of(node, struct letter, node);

		if (l->taken || l->number != next_number[l->sender]++)
			store_relaxed(&wrong, 1);	/* relaxed: read later */
		l->taken = true;
	}
	return n;
}

static void send_or_take(void *unused)
{
	unsigned left = SENDERS * NODES;

	(void)unused;
	if (cpu_id() < SENDERS) {
		send_all(cpu_id());
		return;
	}
	while (left) {	/* ended by the senders */
		left -= take_some();
		cpu_relax();
	}
}

TEST("sched/inbox", test_each_push_is_taken_once_and_in_order)
{
	for (unsigned i = 0; i < SENDERS; i++)
		next_number[i] = 0;
	takes = 0;
	store_relaxed(&firsts, 0);	/* relaxed: before they start */
	store_relaxed(&wrong, 0);	/* relaxed: as above */
	world_run(SENDERS + 1, send_or_take, NULL);
	/* relaxed: they have ended */
	check(t, !load_relaxed(&wrong));
	check(t, load_relaxed(&firsts) == takes);	/* relaxed: as above */
	for (unsigned i = 0; i < SENDERS; i++)
		check(t, next_number[i] == NODES);
}
