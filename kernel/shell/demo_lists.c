/*
 * kernel/shell/demo_lists.c - the same few keys, looked for in every list.
 *
 * All CPUs look, and now and then take a key out and put it in again.  Even
 * keys stay, so a search that does not find one is wrong.  Beside the lists of
 * list_table there are two that one would write first: a plain list under a
 * lock, and under a reader-writer lock.
 */
#include "arch/clock.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/mem.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "kernel/shell/shell.h"
#include "sync/list_ops.h"
#include "sync/rwlock.h"
#include "sync/spinlock.h"

#define MS		30	/* a turn */
#define TURNS		4
#define KEYS		32u
#define EVERY		64	/* lookups for a removal and an insertion */
#define AT_ONCE		8	/* lookups between two looks at the clock */
#define ROWS_MAX	12
#define BAR		15u

static const struct container_memory memory = { mem_alloc, mem_free };

static char list[LIST_SIZE_MAX] aligned_to(CACHE_LINE);
static char self[DEMO_CREW_MAX][LIST_SELF] aligned_to(CACHE_LINE);
static const struct list_ops *ops;

static struct row {
	const char *name;
	uint64_t per_ms, a_cpu, updates, missed;
} rows[ROWS_MAX];

/* ------------------------------------------------------- under two locks */

struct plain_node {
	struct plain_node *next;
	uint64_t key;
};

struct plain_list {
	struct spinlock spin;
	struct rwlock rw;
	struct plain_node *head;
};

static int plain_init(void *at, const struct container_memory *unused)
{
	struct plain_list *l = at;

	(void)unused;
	spin_init(&l->spin);
	rwlock_init(&l->rw);
	l->head = NULL;
	return 0;
}

static void plain_destroy(void *at)
{
	struct plain_list *l = at;

	while (l->head) {
		struct plain_node *node = l->head;

		l->head = node->next;
		mem_free(node);
	}
}

static struct plain_node **find_locked(struct plain_list *l, uint64_t key)
{
	struct plain_node **at = &l->head;

	while (*at && (*at)->key != key)
		at = &(*at)->next;
	return at;
}

static int insert_locked(struct plain_list *l, struct plain_node *node)
{
	if (*find_locked(l, node->key))
		return -EEXIST;
	node->next = l->head;
	l->head = node;
	return 0;
}

static struct plain_node *unlink_locked(struct plain_list *l, uint64_t key)
{
	struct plain_node **at = find_locked(l, key), *node = *at;

	if (node)
		*at = node->next;
	return node;
}

/* insert, remove and contains, between two calls that keep others out */
#define PLAIN_LIST(x, lock, unlock, read_lock, read_unlock) \
	static int x##_insert(void *at, void *unused, uint64_t key) \
	{ \
		struct plain_list *l = at; \
		struct plain_node *node = mem_alloc(sizeof(*node)); \
		int error; \
		(void)unused; \
		if (!node) \
			return -ENOMEM; \
		node->key = key; \
		lock(&l->x); \
		error = insert_locked(l, node); \
		unlock(&l->x); \
		if (error) \
			mem_free(node); \
		return error; \
	} \
	static bool x##_remove(void *at, void *unused, uint64_t key) \
	{ \
		struct plain_list *l = at; \
		struct plain_node *node; \
		(void)unused; \
		lock(&l->x); \
		node = unlink_locked(l, key); \
		unlock(&l->x); \
		mem_free(node); \
		return node; \
	} \
	static bool x##_contains(void *at, void *unused, uint64_t key) \
	{ \
		struct plain_list *l = at; \
		bool there; \
		(void)unused; \
		read_lock(&l->x); \
		there = *find_locked(l, key); \
		read_unlock(&l->x); \
		return there; \
	} \
	static const struct list_ops x##_ops = { \
		.name = "plain list, " #x "lock", \
		.init = plain_init, .destroy = plain_destroy, \
		.join = list_join_nothing, .leave = list_leave_nothing, \
		.insert = x##_insert, .remove = x##_remove, \
		.contains = x##_contains, \
	};

PLAIN_LIST(spin, spin_lock, spin_unlock, spin_lock, spin_unlock)
PLAIN_LIST(rw, rwlock_write_lock, rwlock_write_unlock, rwlock_read_lock,
	   rwlock_read_unlock)

/* ------------------------------------------------------------- the crew */

/* Another may be quicker, and then there is nothing to take out. */
static bool put_back(void *mine, uint64_t key)
{
	return ops->remove(list, mine, key) && !ops->insert(list, mine, key);
}

static void look_and_change(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];
	uint64_t draw = member + 1;

	if (ops->join(list, self[member]))
		return;
	while (demo_on()) {
		for (unsigned i = 0; i < AT_ONCE; i++) {
			uint64_t key;

			draw = draw * 6364136223846793005 + 1442695040888963407;
			key = (draw >> 33) % KEYS;
			if (!ops->contains(list, self[member], key))
				t->wrong += key % 2 == 0;
			t->done++;
		}
		if (t->done % EVERY == 0)
			t->other += put_back(self[member],
					     (draw >> 33) % KEYS | 1);
	}
	ops->leave(list, self[member]);
}

static bool fill(void)
{
	int error = ops->join(list, self[0]);

	for (uint64_t key = KEYS; key-- && !error;)
		error = ops->insert(list, self[0], key);
	ops->leave(list, self[0]);
	return !error;
}

/* A turn of one list; its best so far is kept. */
static bool measure(struct row *row, const struct list_ops *which)
{
	uint64_t ns, per_ms;
	struct demo_sum sum;
	unsigned n = 0;

	ops = which;
	__builtin_memset(list, 0, sizeof(list));
	if (ops->init(list, &memory))
		return false;
	if (fill()) {
		ns = clock_ns();
		n = demo_crew(look_and_change, MS);
		ns = clock_ns() - ns;
	}
	ops->destroy(list);
	if (!n)
		return false;
	sum = demo_sum();
	row->name = ops->name;
	row->updates += sum.all.other;
	row->missed += sum.all.wrong;
	per_ms = sum.all.done * 1000000 / ns;
	if (per_ms >= row->per_ms) {
		row->per_ms = per_ms;
		row->a_cpu = per_ms / n;
	}
	return true;
}

static const struct list_ops *list_at(unsigned i)
{
	static const struct list_ops *const plain[] = { &spin_ops, &rw_ops };

	return i < ARRAY_LEN(plain) ? plain[i] :
	       i - ARRAY_LEN(plain) < list_count ?
	       list_table[i - ARRAY_LEN(plain)] : NULL;
}

/* By turns, so that what else the host does meets all of them. */
static bool measure_all(void)
{
	__builtin_memset(rows, 0, sizeof(rows));
	for (unsigned turn = 0; turn < TURNS && !shell_stopped(); turn++)
		for (unsigned i = 0; i < ROWS_MAX && list_at(i); i++)
			if (!measure(&rows[i], list_at(i)))
				return false;
	return true;
}

static void print(const struct row *row, uint64_t most)
{
	char bar[BAR + 1] = "";
	unsigned length = most ? row->per_ms * BAR / most : 0;

	__builtin_memset(bar, '#', length);
	console_printf("  %-31s %7lu %7lu %7lu %6lu %s\n", row->name,
		       row->per_ms, row->a_cpu, row->updates, row->missed, bar);
}

void demo_lists(void)
{
	uint64_t most = 0;

	console_printf("Each CPU looks for one of %u keys, and every %uth time "
		       "takes one out and puts\n"
		       "it in again; the lists take turns of %u ms.\n",
		       KEYS, EVERY, MS);
	if (!measure_all())
		return;
	console_printf("  %-31s %7s %7s %7s %6s\n", "list", "per ms", "a CPU",
		       "updates", "missed");
	for (unsigned i = 0; i < ROWS_MAX && rows[i].name; i++)
		if (rows[i].per_ms > most)
			most = rows[i].per_ms;
	for (unsigned i = 0; i < ROWS_MAX && rows[i].name; i++)
		print(&rows[i], most);
	console_printf("per ms, a CPU: lookups in a millisecond of the best of "
		       "%u turns, by all and by\n"
		       "each.  The bar is the first of these.  Under a lock, "
		       "or with references, those\n"
		       "who only look write to a line that all share; with RCU "
		       "they write nothing.\n"
		       "On an emulator the next in line for a lock may have to "
		       "wait for the host, too.\n"
		       "missed: keys that were there all the time, and were "
		       "not found.\n", TURNS);
}
