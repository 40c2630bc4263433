/*
 * kernel/shell/cmd_locks.c - what is known of locks, and who waits for them.
 */
#include "arch/clock.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/mem.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "kernel/suggest.h"
#include "sync/lockdep.h"
#include "sync/lockstat.h"
#include "sync/selves.h"
#include "sync/wait_graph.h"

#define NAME	48

static bool is_watched(const char *command)
{
	if (watch_on())
		return true;
	console_printf("%s: nobody watches the locks: this kernel was started "
		       "with watch=off\n", command);
	return false;
}

static unsigned nr_classes(void)
{
	/* relaxed: a count that grows */
	return load_relaxed(&kernel_lockdep.nr_classes);
}

/* locks: one of these words, or nothing */

static unsigned count_orders(unsigned from)
{
	unsigned n = 0;

	for (unsigned to = 0; to < nr_classes(); to++)
		/* relaxed: a look */
		n += load_relaxed(&kernel_lockdep.orders[from][to]) != 0;
	return n;
}

static bool order(unsigned from, unsigned to)
{
	/* relaxed: a look */
	return load_relaxed(&kernel_lockdep.orders[from][to]);
}

static void print_classes(void)
{
	char name[NAME];

	console_printf("  id  orders  irqs     class\n");
	for (unsigned i = CLASS_NONE + 1; i < nr_classes(); i++) {
		lockdep_name(&kernel_lockdep, i, name, sizeof(name));
		console_printf("%4u  %6u  %-7s  %s\n", i, count_orders(i),
			       order(CLASS_INTERRUPT, i) ? "taken in"
			       : order(i, CLASS_INTERRUPT) ? "may come"
			       : "masked", name);
	}
	console_printf("%u classes; %u findings.\n",
		       nr_classes() - CLASS_NONE - 1, lockdep_findings());
}

static void print_order(unsigned id)
{
	char name[NAME];

	if (id >= nr_classes()) {
		console_printf("locks: there is no class %u; `locks classes` "
			       "lists them\n", id);
		return;
	}
	lockdep_name(&kernel_lockdep, id, name, sizeof(name));
	console_printf("%u %s\n", id, name);
	for (unsigned i = 0; i < nr_classes(); i++) {
		if (i == CLASS_NONE || (!order(id, i) && !order(i, id)))
			continue;
		lockdep_name(&kernel_lockdep, i, name, sizeof(name));
		console_printf("  %s %3u %s\n", order(id, i) ? "before" :
			       "after ", i, name);
	}
}

struct snapshot {
	uint32_t id;
	char name[WAIT_NAME];
	uint32_t n;
	struct {
		const void *lock;
		struct held_what what;
		uint64_t since;
	} held[SELF_HELD_MAX];
};

struct look {
	uint32_t from;
	struct snapshot *out;
};

/* The first thread of id >= from that holds or waits. */
static bool look_at(struct sync_self *s, void *arg)
{
	struct look *l = arg;
	uint32_t depth = depth_of(s);

	if (s->id < l->from || !depth || (l->out->n && s->id >= l->out->id))
		return true;
	l->out->id = s->id;
	l->out->n = depth < SELF_HELD_MAX ? depth : SELF_HELD_MAX;
	string_copy(l->out->name, s->name, WAIT_NAME);
	for (uint32_t i = 0; i < l->out->n; i++) {
		/* relaxed: hints */
		l->out->held[i].lock = load_relaxed(&s->held[i].lock);
		/* relaxed: as above */
		l->out->held[i].since = load_relaxed(&s->held[i].since);
		l->out->held[i].what = what_of(&s->held[i]);
	}
	return true;
}

static void print_snapshot(const struct snapshot *s)
{
	uint64_t now = clock_ns();
	char name[NAME];

	console_printf("thread %u \"%s\"\n", s->id, s->name);
	for (uint32_t i = 0; i < s->n; i++) {
		struct held_what w = s->held[i].what;

		lockdep_name(&kernel_lockdep, w.class, name, sizeof(name));
		console_printf("  %-9s %s\n            %p, at %pB, %lu us\n",
			       w.state == HELD_WAITING ? "waits for"
			       : w.state == HELD_ASKED ? "asks for"
			       : w.mode & HELD_SHARED ? "reads" : "holds",
			       name, s->held[i].lock,
			       (void *)(intptr_t)(int32_t)w.site,
			       w.state == HELD_ASKED ? 0
			       : (now - s->held[i].since) / 1000);
	}
}

static int print_held(void)
{
	struct snapshot *s = mem_alloc(sizeof(*s));
	struct look l = { .out = s };
	unsigned n = 0;

	if (!s) {
		console_printf("locks: out of memory\n");
		return -ENOMEM;
	}
	for (;;) {	/* ended by the last thread */
		s->n = 0;
		selves_each(look_at, &l);
		if (!s->n)
			break;
		print_snapshot(s);
		l.from = s->id + 1;
		n++;
	}
	console_printf("%u threads hold or wait for locks.\n", n);
	mem_free(s);
	return 0;
}

static int locks_unknown(const char *word)
{
	static const char *const words[] = { "classes", "held" };
	struct suggestion s;

	suggest_begin(&s, word);
	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		suggest_offer(&s, words[i]);
	console_printf("locks: `%s` is neither `classes` nor `held` nor the "
		       "number of a class", word);
	if (s.best)
		console_printf("; did you mean `%s`?", s.best);
	console_printf("\n");
	return -EINVAL;
}

static int cmd_locks(int argc, char **argv)
{
	uint64_t id;

	if (argc > 2)
		return -EINVAL;
	if (!is_watched("locks"))
		return -ENODEV;
	if (argc == 1 || !strcmp(argv[1], "held"))
		return print_held();
	if (!strcmp(argv[1], "classes")) {
		print_classes();
		return 0;
	}
	if (!string_to_u64(argv[1], &id))
		return locks_unknown(argv[1]);
	print_order(id > UINT16_MAX ? UINT16_MAX : (unsigned)id);
	return 0;
}

static void complete_locks(struct completion *c, int argc, char **argv)
{
	(void)argv;
	if (argc == 1) {
		completion_add(c, "classes");
		completion_add(c, "held");
	}
}

COMMAND("locks", "[held|classes|<id>]", "locks that are held; classes; orders",
	cmd_locks, .complete = complete_locks);

/* lockstat */

static void print_stat(unsigned id)
{
	struct lockstat s;
	char name[NAME];

	lockstat_read(id, &s);
	if (!s.acquired)
		return;
	lockdep_name(&kernel_lockdep, id, name, 33);
	console_printf("%10lu %8lu %7lu %7lu %7lu %6lu  %s\n", s.acquired,
		       s.contended, s.wait_ns / 1000, s.wait_max_ns / 1000,
		       s.hold_ns / 1000, s.hold_max_ns / 1000, name);
}

static int cmd_lockstat(int argc, char **argv)
{
	if (argc > 2)
		return -EINVAL;
	if (!is_watched("lockstat"))
		return -ENODEV;
	if (argc == 2 && strcmp(argv[1], "clear")) {
		console_printf("lockstat: `%s` is not `clear`\n", argv[1]);
		return -EINVAL;
	}
	if (argc == 2) {
		lockstat_clear();
		return 0;
	}
	console_printf("                    wait us          hold us\n"
		       "  acquired  waited   total     max   total    max  "
		       "class\n");
	for (unsigned i = CLASS_NONE; i < nr_classes(); i++)
		print_stat(i);
	return 0;
}

static void complete_lockstat(struct completion *c, int argc, char **argv)
{
	(void)argv;
	if (argc == 1)
		completion_add(c, "clear");
}

COMMAND("lockstat", "[clear]", "each class: how often, waits, holds",
	cmd_lockstat, .complete = complete_lockstat);

/* waitgraph */

static void say(const char *line)
{
	console_printf("%s\n", line);
}

static int cmd_waitgraph(int argc, char **argv)
{
	struct wait_node *nodes;
	unsigned n, stuck = 0;

	(void)argv;
	if (argc > 1)
		return -EINVAL;
	if (!is_watched("waitgraph"))
		return -ENODEV;
	nodes = mem_alloc(WAIT_NODES * sizeof(*nodes));
	if (!nodes) {
		console_printf("waitgraph: out of memory\n");
		return -ENOMEM;
	}
	n = wait_graph(nodes);
	wait_graph_print(nodes, n, say);
	for (unsigned i = 0; i < n; i++)
		stuck += nodes[i].deadlocked;
	console_printf("%u threads wait, %u of them in a deadlock.\n", n,
		       stuck);
	mem_free(nodes);
	return 0;
}

COMMAND("waitgraph", "", "who waits for whom; deadlocks", cmd_waitgraph);
