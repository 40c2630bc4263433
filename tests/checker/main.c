/*
 * tests/checker/main.c - the command that a program for the checker is; the
 * shortest form of a failure.
 *
 * Invariant   A schedule is short when the same kind of failure needs each of
 *             its steps: leaving one out, or letting a thread go on instead of
 *             switching, is tried until nothing is gained; then one of fewer
 *             steps is searched for among those of few preemptions.
 * References  Zeller and Hildebrandt, Simplifying and isolating failure-inducing
 *             input, IEEE TSE 28(2), 2002.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core.h"
#include "explore.h"

#define SHRINKS		200	/* a longer schedule is not made shorter */
#define SHORTER_RUNS	4000	/* for each bound on preemptions */

struct options options;
const char *program;

static uint8_t lanes[MAX_EVENTS], choices[MAX_EVENTS];
static int length;

never_inline void check_replay_begins(void)
{
	__asm__ volatile("" ::: "memory");
}

never_inline void check_fatal_step(void)
{
	__asm__ volatile("" ::: "memory");
}

static void keep_schedule(void)
{
	length = run.events;
	for (int i = 0; i < length; i++) {
		lanes[i] = event[i].lane;
		choices[i] = event[i].choice;
	}
}

/* With the kept schedule changed like this: does it fail, and no later? */
static bool still_fails(const uint8_t *l, const uint8_t *c, int n,
			const char *kind)
{
	return run_script(l, c, n) && !strcmp(run.failure, kind) &&
	       run.events <= length;
}

/* Step i, or with it all later ones of its lane. */
static bool leave_out(int i, bool tail, const char *kind)
{
	uint8_t l[SHRINKS], c[SHRINKS];
	int n = i;

	memcpy(l, lanes, i);
	memcpy(c, choices, i);
	for (int j = i + 1; j < length; j++) {
		if (tail && lanes[j] == lanes[i])
			continue;
		l[n] = lanes[j];
		c[n++] = choices[j];
	}
	if (!still_fails(l, c, n, kind) || run.events == length)
		return false;
	keep_schedule();
	return true;
}

static int switches(void)
{
	int n = 0;

	for (int i = 1; i < length; i++)
		n += lanes[i] != lanes[i - 1];
	return n;
}

/* The next step of the lane of step i - 1 is taken at i. */
static bool go_on_at(int i, const char *kind)
{
	uint8_t l[SHRINKS], c[SHRINKS];
	uint8_t was_l[SHRINKS], was_c[SHRINKS];
	int before = switches(), j = i, n = length;

	while (j < n && lanes[j] != lanes[i - 1])
		j++;
	if (j == n || j == i)
		return false;
	memcpy(was_l, lanes, n);
	memcpy(was_c, choices, n);
	memcpy(l, lanes, n);
	memcpy(c, choices, n);
	memmove(l + i + 1, lanes + i, j - i);
	memmove(c + i + 1, choices + i, j - i);
	l[i] = lanes[j];
	c[i] = choices[j];
	if (!still_fails(l, c, n, kind))
		return false;
	keep_schedule();
	if (switches() < before || length < n)
		return true;
	memcpy(lanes, was_l, n);
	memcpy(choices, was_c, n);
	length = n;
	return false;
}

static void shorten(const char *kind)
{
	bool gained = length <= SHRINKS;

	while (gained) {
		gained = false;
		for (int i = 0; i < length; i++)
			gained |= leave_out(i, true, kind);
		for (int i = length; i-- > 0; )
			if (i < length)
				gained |= leave_out(i, false, kind);
		for (int i = 1; i < length; i++)
			gained |= go_on_at(i, kind);
	}
}

/* With few preemptions: is there one of fewer steps? */
static void search_shorter(const char *kind)
{
	struct options was = options;
	struct tally tally;

	options.search = SEARCH_BOUND;
	options.limit = SHORTER_RUNS;
	for (options.bound = 0; options.bound < 4 && length > 1;
	     options.bound++) {
		options.cut = length - 1;
		explore(&tally);
		if (run.end == FAILED && !strcmp(run.failure, kind)) {
			keep_schedule();
			shorten(kind);
			options.bound = -1;
		}
	}
	options = was;
}

static int show_failure(void)
{
	const char *kind = run.failure;

	keep_schedule();
	if (!options.as_found) {
		shorten(kind);
		if (length <= SHRINKS)
			search_shorter(kind);
	}
	notes_begin(true);
	if (!run_script(lanes, choices, length)) {
		printf("fail %s mode=? internal: the failure (%s) is not "
		       "repeatable\n", program, kind);
		return 1;
	}
	report_failure();
	return 1;
}

static const char *const search_name[] = {
	"dpor", "full", "bound", "random", "pct",
};

/* Each thread stands still after each number of its steps; till one fails. */
static void explore_frozen(struct tally *all)
{
	struct tally t;

	*all = (struct tally){ .complete = true };
	for (unsigned lane = 0; !lane || lane < run.threads; lane++) {
		if (run.lane[lane].is_handler)	/* its CPU with it: no */
			continue;
		options.frozen = lane + 1;
		options.frozen_after = 0;
		do {
			explore(&t);
			all->runs += t.runs;
			all->blocked += t.blocked;
			all->steps += t.steps;
			all->complete &= t.complete;
			if (run.end == FAILED)
				return;
			options.frozen_after++;
		} while (t.stood);
	}
	options.frozen = 0;
}

static int search_all(void)
{
	struct timespec from, to;
	struct tally tally;
	static const char *const modes[] = { "sc", "tso", "weak" };

	clock_gettime(CLOCK_MONOTONIC, &from);
	if (options.freezes)
		explore_frozen(&tally);
	else
		explore(&tally);
	if (run.end == FAILED) {
		printf("found after %" PRIu64 " executions\n",
		       tally.runs + tally.blocked + 1);
		return show_failure();
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("pass %s mode=%s search=%s executions=%" PRIu64
	       " blocked=%" PRIu64 " steps=%" PRIu64
	       " complete=%d seconds=%.3f\n", program, modes[run.mode],
	       search_name[options.search], tally.runs, tally.blocked,
	       tally.steps, tally.complete,
	       to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9);
	if (options.outcomes)
		outcomes_print();
	return 0;
}

static int replay(void)
{
	int n = token_read(options.token, lanes, choices);

	notes_begin(true);
	if (run_script(lanes, choices, n)) {
		report_failure();
		return 1;
	}
	printf("pass %s: this schedule ends without a failure\n", program);
	return 0;
}

static never_returns void usage(const char *word)
{
	fprintf(stderr, "%s: what is %s?  --mode=sc|tso|weak "
		"--search=dpor|full|bound:N|random:N|pct:N --seed=N --limit=N "
		"--steps=N --arg=WORD --freeze --outcomes --as-found "
		"--replay=TOKEN\n",
		program, word);
	exit(2);
}

static void set_search(const char *word, const char *name)
{
	const char *colon = strchr(name, ':');
	size_t n = colon ? (size_t)(colon - name) : strlen(name);
	unsigned s;

	for (s = 0; s <= SEARCH_PCT; s++)
		if (strlen(search_name[s]) == n &&
		    !strncmp(search_name[s], name, n))
			break;
	if (s > SEARCH_PCT || !colon != (s <= SEARCH_FULL))
		usage(word);
	options.search = s;
	if (s == SEARCH_BOUND)
		options.bound = atoi(colon + 1);
	else if (colon)
		options.limit = atoi(colon + 1);
	if (s == SEARCH_PCT)
		options.bound = 3;
}

static void set_mode(const char *word, const char *name)
{
	if (!strcmp(name, "sc"))
		run.mode = MODE_SC;
	else if (!strcmp(name, "tso"))
		run.mode = MODE_TSO;
	else if (!strcmp(name, "weak"))
		run.mode = MODE_WEAK;
	else
		usage(word);
}

static void read_option(const char *word)
{
	const char *value = strchr(word, '=');
	size_t n = value ? (size_t)(value++ - word) : strlen(word);

	if (value && !strncmp(word, "--mode", n))
		set_mode(word, value);
	else if (value && !strncmp(word, "--search", n))
		set_search(word, value);
	else if (value && !strncmp(word, "--seed", n))
		options.seed = atoi(value);
	else if (value && !strncmp(word, "--limit", n))
		options.limit = atoll(value);
	else if (value && !strncmp(word, "--steps", n))
		options.max_steps = atoi(value);
	else if (value && !strncmp(word, "--arg", n))
		options.argument = value;
	else if (value && !strncmp(word, "--replay", n))
		options.token = value;
	else if (!strcmp(word, "--freeze"))
		options.freezes = true;
	else if (!strcmp(word, "--outcomes"))
		options.outcomes = true;
	else if (!strcmp(word, "--as-found"))
		options.as_found = true;
	else
		usage(word);
}

int main(int argc, char **argv)
{
	program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	options = (struct options){ .limit = UINT64_MAX, .seed = 1,
				    .max_steps = 2000, .argument = "" };
	for (int i = 1; i < argc; i++)
		read_option(argv[i]);
	memory_map();
	event = calloc(MAX_EVENTS + 1, sizeof(*event));
	node = calloc(MAX_EVENTS + 1, sizeof(*node));
	if (!event || !node)
		return 2;
	return options.token ? replay() : search_all();
}
