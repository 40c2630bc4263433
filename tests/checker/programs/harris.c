/*
 * tests/checker/programs/harris.c - one removes, one inserts behind what is
 * being removed, or removes that too ("removes"), or looks ("looks").
 */
#include "sync/harris.h"

#include "kernel/mem.h"
#include "tests/checker/checker.h"

static struct harris list;
static struct hazard_domain domain;
static struct hazard *h[2];
static bool looks, removes, second_did;

/* The body of the seam that is not used here. */
void call_rcu(struct rcu_head *head, void (*fn)(struct rcu_head *head))
{
	(void)head;
	(void)fn;
	assert(!"call_rcu() in a list with hazard pointers");
}

static bool insert(struct hazard *mine, uint64_t key)
{
	struct harris_node *node = mem_alloc(sizeof(*node));

	assert(node);
	return harris_insert(&list, mine, node, key);
}

static void remove_first(void *unused)
{
	(void)unused;
	assert(harris_remove(&list, h[0], 1));
	hazard_scan(h[0]);
}

static void act_behind(void *unused)
{
	(void)unused;
	if (looks)
		second_did = harris_contains(&list, h[1], 3);
	else if (removes)
		second_did = harris_remove(&list, h[1], 3);
	else
		second_did = insert(h[1], 2);
	hazard_scan(h[1]);
}

static void all_is_there(void)
{
	assert(second_did);
	assert(!harris_contains(&list, h[0], 1));
	assert(harris_contains(&list, h[0], 2) == (!looks && !removes));
	assert(harris_contains(&list, h[0], 3) == !removes);
	hazard_scan(h[0]);
	hazard_scan(h[1]);
	assert(h[0]->retired == 0 && h[1]->retired == 0);
}

void check_setup(void)
{
	looks = check_argument()[0] == 'l';
	removes = check_argument()[0] == 'r';
	hazard_init(&domain);
	h[0] = hazard_join(&domain);
	h[1] = hazard_join(&domain);
	assert(h[0] && h[1]);
	harris_init(&list, &harris_hazard, mem_free);
	assert(insert(h[0], 1) && insert(h[0], 3));
	check_thread("remover", remove_first, NULL);
	check_thread("other", act_behind, NULL);
	check_finally(all_is_there);
}
