/*
 * tests/sync/test_rwsem.c - each line of sync/rwsem.h's Guarantees, for the
 * rw-semaphore and against its broken twins.
 *
 * A script says who comes, in its order: 'r' reads, 'w' writes, 'g' is a writer
 * that gives up.  Each is queued before the next comes.
 */
#include "sync/rwsem.h"

#include "tests/sync/gang.h"
#include "tests/sync/twins.h"

#define TORTURERS	12
#define ROUNDS		40
#define ONE_WRITER	1000u	/* in inside; a reader counts 1 */

static struct gang gang;
static struct rwsem l;
static const struct rwsem_ops *ops;
static const char *script;
static uint64_t until_it_gives_up;
static struct atomic32 inside, wrong, stay, gave_up;
static uint64_t plain[2];	/* under l: equal, but for a writer inside */

static void begin(const struct rwsem_ops *which, const char *who)
{
	ops = which;
	script = who;
	rwsem_init(&l);
	/* relaxed: the gang has not been let go; and so below */
	store_relaxed(&inside, 0);
	store_relaxed(&wrong, 0);
	store_relaxed(&stay, 1);
	store_relaxed(&gave_up, 0);
}

static bool queued(void *n)
{
	return waitq_count(&l.q) == *(unsigned *)n;
}

static bool are_inside(void *n)
{
	return load_acquire(&inside) == *(uint32_t *)n;
}

static bool has_given_up(void *unused)
{
	(void)unused;
	return load_acquire(&gave_up);
}

static bool may_leave(void *unused)
{
	(void)unused;
	return !load_acquire(&stay);
}

/* Inside until the test says so. */
static void follow_script(struct gang_member *m)
{
	char role = script[m->index];
	uint32_t weight = role == 'r' ? 1 : ONE_WRITER;

	gang_await_turn(m);
	if (role == 'g' && !ops->write_lock(&l, clock_ns() + until_it_gives_up)) {
		store_release(&gave_up, 1);
		return;
	}
	if (role == 'w')
		(void)!ops->write_lock(&l, PARK_FOREVER);
	if (role == 'r')
		(void)!ops->read_lock(&l, PARK_FOREVER);
	fetch_add_acq_rel(&inside, weight);
	(void)!wait_until_holds(may_leave, NULL, UINT32_MAX);
	fetch_add_acq_rel(&inside, -weight);
	if (role == 'r')
		ops->read_unlock(&l);
	else
		ops->write_unlock(&l);
}

static void start_script(struct test *t)
{
	unsigned n = 0;

	/* the length of the script */
	while (script[n])
		n++;
	gang_start(&gang, n, follow_script, t->seed);
}

/* Each one queued in its turn; false: somebody did not queue. */
static bool queue_up(unsigned patience)
{
	unsigned n = gang.n;

	for (unsigned i = 0, want = 1; i < n; i++, want++) {
		gang_admit(&gang, i);
		if (!wait_until_holds(queued, &want, patience)) {
			gang_admit(&gang, n);
			return false;
		}
	}
	return true;
}

/* Nobody inside, somebody queued: QUEUED is bit 1 of state. */
static bool shut_out(void)
{
	return waitq_count(&l.q) && load_acquire(&l.state) == 2;
}

/* One more reader, let in by nobody: who is queued enters as it leaves. */
static void open_the_door(void)
{
	fetch_add_acq_rel(&l.state, 4);
	rwsem_read_unlock(&l);
}

static void all_leave(struct test *t)
{
	store_release(&stay, 0);
	while (ops != &rwsem_ops && !gang_wait(&gang, IMPATIENT))
		if (shut_out())
			open_the_door();
	check(t, gang_wait(&gang, PATIENT));
	check(t, waitq_count(&l.q) == 0);
	check(t, load_acquire(&l.state) == 0);
}

/* ---------------------------------------------------------------- the script */

/* We read, a writer is queued: the reader that comes then has to queue. */
static bool is_fair_to_writers(struct test *t, const struct rwsem_ops *which,
			       unsigned patience)
{
	bool ok, got;

	begin(which, "wr");
	rwsem_read_lock(&l);
	start_script(t);
	ok = queue_up(patience);
	got = ops->read_trylock(&l);
	if (got)
		ops->read_unlock(&l);
	if (!ok || got)
		test_note(t, "%s: a reader passes a writer that waits",
			  ops->name);
	store_release(&stay, 0);
	rwsem_read_unlock(&l);
	all_leave(t);
	return ok && !got;
}

TEST("sync/rwsem", test_rwsem_readers_do_not_pass_a_writer)
{
	check(t, is_fair_to_writers(t, &rwsem_ops, PATIENT));
}

TEST("sync/rwsem", test_rwsem_that_prefers_readers_is_caught)
{
	check(t, !is_fair_to_writers(t, &rwsem_that_prefers_readers,
				     IMPATIENT));
}

/* We write; three readers, a writer and a reader wait. */
static bool lets_neighbours_in(struct test *t, const struct rwsem_ops *which)
{
	uint32_t three = 3, left;

	begin(which, "rrrwr");
	rwsem_write_lock(&l);
	start_script(t);
	check(t, queue_up(PATIENT));
	ops->write_unlock(&l);
	left = waitq_count(&l.q);
	if (left != 2)
		test_note(t, "%s: %u of 5 wait, where the first 3 may enter",
			  ops->name, left);
	else
		check(t, wait_until_holds(are_inside, &three, PATIENT));
	all_leave(t);
	return left == 2;
}

TEST("sync/rwsem", test_rwsem_neighbouring_readers_enter_together)
{
	check(t, lets_neighbours_in(t, &rwsem_ops));
}

TEST("sync/rwsem", test_rwsem_that_admits_one_reader_is_caught)
{
	check(t, !lets_neighbours_in(t, &rwsem_that_admits_one_reader));
}

TEST("sync/rwsem", test_rwsem_that_admits_nobody_is_caught)
{
	check(t, !lets_neighbours_in(t, &rwsem_that_admits_nobody));
}

/* We write, and become a reader; a writer stands in front of a reader. */
static bool downgrades(struct test *t, const struct rwsem_ops *which)
{
	uint32_t writers;
	bool others;

	begin(which, "wr");
	rwsem_write_lock(&l);
	start_script(t);
	check(t, queue_up(PATIENT));
	store_release(&stay, 0);
	ops->downgrade(&l);
	writers = 2 - waitq_count(&l.q);
	others = ops->write_trylock(&l);
	check(t, !others);
	if (writers)
		test_note(t, "%s: a writer was inside before it returned",
			  ops->name);
	rwsem_read_unlock(&l);
	all_leave(t);
	return !writers;
}

TEST("sync/rwsem", test_rwsem_downgrade_lets_no_writer_in_between)
{
	check(t, downgrades(t, &rwsem_ops));
}

TEST("sync/rwsem", test_rwsem_that_downgrades_in_two_steps_is_caught)
{
	check(t, !downgrades(t, &rwsem_that_downgrades_in_two_steps));
}

TEST("sync/rwsem", test_rwsem_downgrade_lets_the_first_readers_in)
{
	uint32_t two = 2;

	begin(&rwsem_ops, "rrw");
	rwsem_write_lock(&l);
	start_script(t);
	check(t, queue_up(PATIENT));
	rwsem_downgrade(&l);
	check(t, waitq_count(&l.q) == 1);
	check(t, wait_until_holds(are_inside, &two, PATIENT));
	rwsem_read_unlock(&l);
	check(t, waitq_count(&l.q) == 1);
	all_leave(t);
}

/* We read; a writer that will give up is queued, and a reader behind it. */
static bool stage_giving_up(struct test *t, const struct rwsem_ops *which)
{
	begin(which, "gr");
	rwsem_read_lock(&l);
	start_script(t);
	if (queue_up(40))
		return true;
	rwsem_read_unlock(&l);
	all_leave(t);
	return false;
}

/* When it has given up, the reader may enter. */
static bool opens_the_door(struct test *t, const struct rwsem_ops *which)
{
	unsigned left;

	until_it_gives_up = 20 * MS;
	/* until this machine is quick enough for the stage */
	while (!stage_giving_up(t, which))
		until_it_gives_up *= 2;
	check(t, wait_until_holds(has_given_up, NULL, PATIENT));
	left = waitq_count(&l.q);
	if (left)
		test_note(t, "%s: it gave up, and the reader behind it waits",
			  ops->name);
	rwsem_read_unlock(&l);
	all_leave(t);
	return !left;
}

TEST("sync/rwsem", test_rwsem_writer_that_gives_up_lets_readers_in)
{
	check(t, opens_the_door(t, &rwsem_ops));
}

TEST("sync/rwsem", test_rwsem_whose_writer_blocks_the_door_is_caught)
{
	check(t, !opens_the_door(t, &rwsem_whose_writer_blocks_the_door));
}

TEST("sync/rwsem", test_rwsem_try_and_timeout_forms)
{
	uint64_t deadline;

	test_breaks_rules(t);
	begin(&rwsem_ops, "");
	check(t, rwsem_read_trylock(&l));
	check(t, rwsem_read_lock_timeout(&l, 0));
	check(t, !rwsem_write_trylock(&l));
	deadline = clock_ns() + MS;
	check(t, !rwsem_write_lock_timeout(&l, deadline));
	check(t, clock_ns() >= deadline);
	rwsem_read_unlock(&l);
	rwsem_read_unlock(&l);
	check(t, rwsem_write_trylock(&l));
	check(t, !rwsem_read_trylock(&l));
	check(t, !rwsem_write_trylock(&l));
	check(t, !rwsem_read_lock_timeout(&l, clock_ns() + MS));
	rwsem_write_unlock(&l);
	check(t, load_acquire(&l.state) == 0);
	check(t, waitq_count(&l.q) == 0);
}

/* --------------------------------------------------- spinning for a writer */

/* Who looks at a writer must find it alive: so it is named while inside. */
TEST("sync/rwsem", test_rwsem_names_its_writer_while_it_is_inside)
{
	begin(&rwsem_ops, "");
	rwsem_write_lock(&l);
	check(t, load_acquire(&l.writer) == thread_self());
	rwsem_write_unlock(&l);
	check(t, !load_acquire(&l.writer));
	check(t, rwsem_write_trylock(&l));
	check(t, load_acquire(&l.writer) == thread_self());
	rwsem_downgrade(&l);
	check(t, !load_acquire(&l.writer));
	rwsem_read_unlock(&l);
	rwsem_read_lock(&l);
	check(t, !load_acquire(&l.writer));
	rwsem_read_unlock(&l);
}

/* ------------------------------------------------------------------- torture */

static void read_inside(struct gang_member *m)
{
	if (fetch_add_acq_rel(&inside, 1) >= ONE_WRITER)
		store_release(&wrong, 1);
	/* where the lock is none, this would be a race */
	if (ops == &rwsem_ops && plain[0] != plain[1])
		store_release(&wrong, 1);
	gang_chaos(m);
	fetch_add_acq_rel(&inside, -1);
}

static void write_inside(struct gang_member *m)
{
	if (fetch_add_acq_rel(&inside, ONE_WRITER))
		store_release(&wrong, 1);
	if (ops == &rwsem_ops)
		plain[0]++;
	gang_chaos(m);
	if (ops == &rwsem_ops)
		plain[1]++;
	fetch_add_acq_rel(&inside, -ONE_WRITER);
}

static void read_somehow(struct gang_member *m)
{
	if (gang_random(m) % 2)
		(void)!ops->read_lock(&l, PARK_FOREVER);
	else
		for (unsigned k = 0;
		     !ops->read_lock(&l, gang_deadline(m, k));
		     k++)
			gang_step(m);
	read_inside(m);
	ops->read_unlock(&l);
}

static void write_somehow(struct gang_member *m)
{
	if (gang_random(m) % 2)
		(void)!ops->write_lock(&l, PARK_FOREVER);
	else
		for (unsigned k = 0;
		     !ops->write_lock(&l, gang_deadline(m, k));
		     k++)
			gang_step(m);
	write_inside(m);
	if (gang_random(m) % 4) {
		ops->write_unlock(&l);
	} else {
		ops->downgrade(&l);
		read_inside(m);
		ops->read_unlock(&l);
	}
}

static void read_and_write(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS && !gang_stopped(m); i++) {
		if (gang_random(m) % 4)
			read_somehow(m);
		else
			write_somehow(m);
		gang_step(m);
	}
}

static bool survives(struct test *t, const struct rwsem_ops *which,
		     unsigned patience)
{
	bool ok;

	begin(which, "");
	plain[0] = plain[1] = 0;
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, TORTURERS, read_and_write, t->seed);
	/* ended by their end, or by sleepers before an open door */
	do {
		ok = gang_wait(&gang, patience);
	} while (!ok && !shut_out());
	if (!ok) {
		test_note(t, "%s: %u asleep, and nobody is inside", ops->name,
			  waitq_count(&l.q));
		gang_stop(&gang);
		do {
			open_the_door();
		} while (!gang_wait(&gang, 5));
	}
	if (load_acquire(&wrong))
		test_note(t, "%s: a writer was not alone", ops->name);
	return ok && !load_acquire(&wrong) && plain[0] == plain[1];
}

TEST("sync/rwsem", test_rwsem_survives_torture)
{
	check(t, survives(t, &rwsem_ops, PATIENT));
	check(t, load_acquire(&l.state) == 0);
	check(t, waitq_count(&l.q) == 0);
}

TEST("sync/rwsem", test_rwsem_that_does_nothing_is_caught)
{
	check(t, !survives(t, &rwsem_that_does_nothing, IMPATIENT));
}
