/*
 * tests/sync/barrier_torture.c - meet, look around, and meet again.
 *
 * Each member writes the number of the episode into its own field before it
 * waits, and reads everybody's after.  There are two fields, for even and odd
 * episodes: the one just read is written again only after this member has come
 * to the next episode.  So with a right barrier the plain accesses do not race,
 * and a race detector judges the barrier's edges as well.
 */
#include "tests/sync/barrier_torture.h"

#include "arch/cpu.h"
#include "tests/crew.h"
#include "tests/dice.h"

static struct test *test;
static const struct barrier_ops *ops;
static void *barrier;
static unsigned members, meetings;
static uint64_t seeds[NR_CPUS];

static uint32_t came_to[2][NR_CPUS];
static struct atomic32 early, stuck, finished;
static struct atomic32 complete;	/* episodes that all have left */

/* What a twin's members wrote and saw; see twin_wait(). */
static struct atomic32 writes, at_loss[NR_CPUS];

/*
 * A twin's waits return then.  Those of a barrier that was thought right do
 * not: its members go on, so that few wait for one who left.
 */
static bool given_up(void)
{
	/* relaxed, all of them: when to give up */
	return load_relaxed(&writes) &&
	       (load_relaxed(&early) || load_relaxed(&stuck));
}

static void look_around(uint32_t episode)
{
	for (unsigned m = 0; m < members; m++)
		/* relaxed, both: counts */
		if (came_to[episode & 1][m] != episode &&
		    !fetch_add_relaxed(&early, 1) && !load_relaxed(&writes))
			check(test, !"a member left before all had come");
}

static void meet(unsigned member)
{
	struct dice d = { seeds[member] };

	for (uint32_t episode = 1; episode <= meetings; episode++) {
		came_to[episode & 1][member] = episode;
		cpu_delay(roll(&d) % 64);
		if (one_in(&d, 8))
			crew_yield();
		ops->wait(barrier, member);
		if (given_up())
			break;
		look_around(episode);
		if (member == 0)
			store_release(&complete, episode);
	}
	fetch_add_acq_rel(&finished, 1);
}

unsigned barrier_torture(struct test *t, const struct barrier_ops *which,
			 void *what, unsigned n, unsigned episodes,
			 struct barrier_score *score)
{
	struct atomic32 *words[] = {
		&early, &stuck, &finished, &complete, &writes,
	};

	/* relaxed, all of them: nobody else is there yet */
	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		store_relaxed(words[i], 0);
	for (unsigned i = 0; i < NR_CPUS; i++) {
		seeds[i] = test_random(t);
		came_to[0][i] = came_to[1][i] = 0;
		store_relaxed(&at_loss[i], UINT32_MAX);
	}
	test = t;
	ops = which;
	barrier = what;
	members = n;
	meetings = episodes;
	ops->init(barrier, n);
	crew_run(n, meet);
	/* relaxed: the crew has been joined */
	*score = (struct barrier_score){
		.early = load_relaxed(&early),
		.stuck = load_relaxed(&stuck),
		.episodes = load_relaxed(&complete),
	};
	return score->early + score->stuck;
}

/* Everybody who has not finished looked in vain since the write `seen`. */
static bool nobody_can_go_on(uint32_t seen)
{
	unsigned idle = load_acquire(&finished);

	for (unsigned i = 0; i < NR_CPUS; i++)
		idle += load_acquire(&at_loss[i]) == seen;
	return idle >= members && load_acquire(&writes) == seen;
}

void twin_wait(const struct atomic32 *word, uint32_t value)
{
	struct atomic32 *mine = &at_loss[cpu_id()];

	while (!given_up()) {	/* or the word, below */
		uint32_t seen = load_acquire(&writes);

		if (load_acquire(word) == value)
			break;
		store_release(mine, seen);
		if (nobody_can_go_on(seen))
			store_release(&stuck, 1);
		cpu_relax();
	}
	store_release(mine, UINT32_MAX);
}

void twin_wrote(void)
{
	fetch_add_acq_rel(&writes, 1);
}

void twin_dawdle(void)
{
	crew_yield();
	cpu_delay(500);
}
