/*
 * tests/litmus/run.c - litmus tests on the machine's CPUs, with a histogram.
 *
 * A round has many instances of one test.  Each thread, on a CPU of its own,
 * goes through them in order, and waits a little at each for the others; but
 * not for long, since a processor of the emulator may be off its host's.
 * LITMUS_INSTANCES and LITMUS_ROUNDS are given by who compiles this file.
 * What an instance shows is told apart by values and counted:
 *	litmus NAME COUNT value value ...
 */
#include "tests/litmus/litmus.h"

#include "arch/cpu.h"
#include "kernel/mem.h"
#include "kernel/console.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/crew.h"

#define OUTCOMES	128
#define PATIENCE	400

struct outcome {
	uint64_t count;
	int64_t value[LITMUS_PLACES];
};

static const struct litmus_test *now;
static struct litmus_instance *instances;
static unsigned instance_count;
static struct litmus_word at[LITMUS_THREADS];	/* how far each has come */
static struct outcome outcomes[OUTCOMES];
static unsigned outcome_count;

static void meet(unsigned member, unsigned i)
{
	/* relaxed: a meeting to be close in time, not to be ordered */
	store_relaxed(&at[member].w, i + 1);
	for (unsigned other = 0; other < now->threads; other++) {
		unsigned left = PATIENCE;

		/* relaxed: as above */
		while (load_relaxed(&at[other].w) <= i && left--)
			cpu_relax();
	}
}

static void member_run(unsigned member)
{
	for (unsigned i = 0; i < instance_count; i++) {
		meet(member, i);
		/* now this one comes first, now that; a period is long */
		cpu_delay(now->slow ? (i * 7 + member * 5) % 16 * 1500 :
			  (i * 7 + member * 3) % 11 * (i >> 4 & 1));
		now->thread[member](&instances[i]);
	}
}

static bool count_outcome(const struct litmus_instance *v)
{
	struct outcome new = { .count = 1 };

	for (unsigned k = 0; k < now->places; k++)
		new.value[k] = litmus_value(v, &now->place[k]);
	for (unsigned n = 0; n < outcome_count; n++)
		if (!memcmp(new.value, outcomes[n].value, sizeof(new.value))) {
			outcomes[n].count++;
			return true;
		}
	if (outcome_count == OUTCOMES)
		return false;
	outcomes[outcome_count++] = new;
	return true;
}

static bool run_round(void)
{
	for (unsigned i = 0; i < instance_count; i++) {
		memset(&instances[i], 0, sizeof(instances[i]));
		litmus_init(&instances[i], now);
	}
	for (unsigned m = 0; m < LITMUS_THREADS; m++)
		store_relaxed(&at[m].w, 0);	/* relaxed: all are joined */
	crew_run(now->threads, member_run);
	for (unsigned i = 0; i < instance_count; i++)
		if (!count_outcome(&instances[i]))
			return false;
	return true;
}

static void tell(void)
{
	for (unsigned n = 0; n < outcome_count; n++) {
		console_printf("litmus %s %llu", now->name,
		       (unsigned long long)outcomes[n].count);
		for (unsigned k = 0; k < now->places; k++)
			console_printf(" %lld", (long long)outcomes[n].value[k]);
		console_printf("\n");
	}
}

TEST("litmus", test_litmus_outcomes_are_counted)
{
	instances = mem_alloc(LITMUS_INSTANCES * sizeof(*instances));
	if (!check(t, instances))
		return;
	for (unsigned k = 0; k < litmus_count; k++) {
		unsigned rounds = LITMUS_ROUNDS;

		now = &litmus_tests[k];
		if (now->threads > crew_size()) {
			console_printf("litmus %s needs %u CPUs\n", now->name,
			       now->threads);
			continue;
		}
		outcome_count = 0;
		instance_count = LITMUS_INSTANCES;
		if (now->slow) {
			rounds = 2;
			instance_count = LITMUS_INSTANCES / 20 + 1;
		}
		while (rounds--)
			if (!check(t, run_round()))
				break;
		tell();
	}
	mem_free(instances);
}
