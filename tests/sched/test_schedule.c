/*
 * tests/sched/test_schedule.c - the switch: who runs, in what order, unharmed.
 */
#include "sched/schedule.h"

#include "arch/cpu.h"
#include "arch/x86_64/backtrace.h"
#include "arch/x86_64/irq.h"
#include "kernel/event.h"
#include "kernel/test.h"
#include "sched/sched.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

#define YIELDS	500
#define ORDER	64

static struct crew crew;
static unsigned cpus[CREW_MAX];

/* Who came when; written by one CPU's threads in turn. */
static unsigned order[ORDER];
static struct atomic32 ordered;

static void on_one_cpu(unsigned cpu)
{
	for (unsigned i = 0; i < CREW_MAX; i++)
		cpus[i] = cpu;
}

static void note_order(unsigned who)
{
	uint32_t at = fetch_add_relaxed(&ordered, 1); /* relaxed: a ticket */

	if (at < ORDER)
		order[at] = who;
}

/* Fill the callee-saved registers with seed + n, yield, compare.  rbp is the
 * compiler's own: without it nothing here would work. */
static never_inline bool registers_survive(uint64_t seed)
{
	__asm__ volatile(
		"mov %0, %%rbx\n\t"
		"lea 1(%%rbx), %%r12\n\t"
		"lea 2(%%rbx), %%r13\n\t"
		"lea 3(%%rbx), %%r14\n\t"
		"lea 4(%%rbx), %%r15\n\t"
		"push %%rbx\n\t"
		"push %%rbx\n\t"
		"call thread_yield\n\t"
		"pop %%rax\n\t"
		"pop %%rcx\n\t"
		"xor %%rax, %%rcx\n\t"
		"xor %%rbx, %%rax\n\t"
		"or %%rcx, %%rax\n\t"
		"dec %%r12\n\t"
		"xor %%rbx, %%r12\n\t"
		"or %%r12, %%rax\n\t"
		"sub $2, %%r13\n\t"
		"xor %%rbx, %%r13\n\t"
		"or %%r13, %%rax\n\t"
		"sub $3, %%r14\n\t"
		"xor %%rbx, %%r14\n\t"
		"or %%r14, %%rax\n\t"
		"sub $4, %%r15\n\t"
		"xor %%rbx, %%r15\n\t"
		"or %%r15, %%rax\n\t"
		: "+a"(seed) :
		: "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
		  "r12", "r13", "r14", "r15", "memory", "cc");
	return !seed;
}

static struct atomic32 spoilt;

static void keep_registers(struct member *m)
{
	for (unsigned i = 0; i < YIELDS; i++) {
		if (!registers_survive(m->seed + 16 * i))
			store_relaxed(&spoilt, 1); /* relaxed: read at the end */
		crew_step(m);
	}
}

TEST("sched/schedule", test_callee_saved_registers_survive)
{
	store_relaxed(&spoilt, 0);	/* relaxed: before they start */
	if (!crew_start(t, &crew, 12, keep_registers, NULL) ||
	    !crew_wait(t, &crew))
		return;
	check(t, !load_relaxed(&spoilt));	/* relaxed: they have ended */
}

static void take_turns(struct member *m)
{
	for (unsigned i = 0; i < ORDER / 2; i++) {
		note_order(m->index);
		crew_step(m);
		thread_yield();
	}
}

TEST("sched/schedule", test_yielding_equals_take_turns)
{
	unsigned cpu = nth_cpu(0);
	uint64_t ticks = irq_count(IRQ_TIMER, cpu);
	uint64_t repeats = 0;

	stay_on(cpu);
	on_one_cpu(cpu);
	store_relaxed(&ordered, 0);	/* relaxed: before they start */
	preempt_disable();	/* both are queued before one runs */
	if (!crew_start(t, &crew, 2, take_turns, cpus)) {
		preempt_enable();
		return;
	}
	preempt_enable();
	if (!crew_wait(t, &crew))
		return;
	for (unsigned i = 1; i < ORDER; i++)
		repeats += order[i] == order[i - 1];
	/* only a tick lets one of them run twice, or yield to itself */
	check(t, repeats <= 2 * (irq_count(IRQ_TIMER, cpu) - ticks));
	stay_anywhere();
}

static void note_index(struct member *m)
{
	note_order(m->index);
}

static void start_with_prio(struct test *t, const int *prio, unsigned n)
{
	unsigned cpu = nth_cpu(0);

	stay_on(cpu);
	on_one_cpu(cpu);
	store_relaxed(&ordered, 0);	/* relaxed: before they start */
	preempt_disable();
	if (crew_start(t, &crew, n, note_index, cpus))
		for (unsigned i = 0; i < n; i++)
			thread_set_priority(crew.member[i].thread, prio[i]);
	preempt_enable();
	crew_wait(t, &crew);
	stay_anywhere();
}

TEST("sched/schedule", test_higher_priorities_run_first)
{
	static const int prio[] = { 3, 9, 5, 15, 0 };
	static const unsigned expected[] = { 3, 1, 2, 0, 4 };

	start_with_prio(t, prio, ARRAY_LEN(prio));
	for (unsigned i = 0; i < ARRAY_LEN(prio); i++)
		check(t, order[i] == expected[i]);
}

TEST("sched/schedule", test_equals_run_in_the_order_they_came)
{
	static const int prio[] = { 4, 4, 4, 4, 4, 4 };

	start_with_prio(t, prio, ARRAY_LEN(prio));
	for (unsigned i = 0; i < ARRAY_LEN(prio); i++)
		check(t, order[i] == i);
}

static struct atomic32 urgent_ran;

static void urgent(void *arg)
{
	(void)arg;
	store_release(&urgent_ran, 1);
}

static struct thread *start_urgent(unsigned cpu)
{
	struct cpumask mask;
	struct thread_spec spec = {
		.name = "urgent", .fn = urgent, .prio = PRIO_DEFAULT + 1,
		.affinity = &mask,
	};

	cpumask_only(&mask, cpu);
	store_relaxed(&urgent_ran, 0);	/* relaxed: before it starts */
	return thread_create(&spec);
}

TEST("sched/schedule", test_preempt_enable_reschedules_when_due)
{
	unsigned cpu = nth_cpu(0);
	struct thread *th;

	stay_on(cpu);
	preempt_disable();
	th = start_urgent(cpu);
	check(t, preempt_is_due());
	check(t, !load_acquire(&urgent_ran));
	preempt_disable();
	preempt_enable();
	check(t, !load_acquire(&urgent_ran));
	preempt_enable();
	/* no instruction of ours comes between */
	check(t, load_acquire(&urgent_ran) == 1);
	check(t, !preempt_is_due());
	if (check(t, th))
		thread_join(th);
	stay_anywhere();
}

TEST("sched/schedule", test_masked_interrupts_delay_preemption)
{
	unsigned cpu = nth_cpu(0);
	struct thread *th;
	uint64_t was;

	stay_on(cpu);
	was = irq_save();
	th = start_urgent(cpu);
	check(t, !load_acquire(&urgent_ran));
	irq_restore(was);
	preempt_disable();
	preempt_enable();
	check(t, load_acquire(&urgent_ran) == 1);
	if (check(t, th))
		thread_join(th);
	stay_anywhere();
}

TEST("sched/schedule", test_a_remote_wake_preempts_a_spinning_thread)
{
	struct thread *th;

	if (cpumask_count(&cpus_online) < 2)
		return test_skip(t, "needs two CPUs");
	stay_on(nth_cpu(0));
	th = start_urgent(nth_cpu(1));
	spin_for(t, &urgent_ran, 1);
	if (check(t, th))
		thread_join(th);
	stay_anywhere();
}

static struct atomic32 stop;

static void wait_in_park(void *arg)
{
	(void)arg;
	while (!load_acquire(&stop))	/* ended by the test */
		park(PARK_FOREVER);
}

TEST("sched/schedule", test_a_parked_thread_can_be_backtraced)
{
	struct thread *th;
	uint64_t pcs[16], rip, rbp;
	unsigned n;

	store_relaxed(&stop, 0);	/* relaxed: before it starts */
	th = thread_spawn(wait_in_park, NULL, NULL);
	if (!check(t, th))
		return;
	while (load_relaxed(&th->state) != THREAD_PARKED)	/* relaxed: poll */
		thread_sleep(clock_ns() + 1000000);
	context_where(&th->context, &rip, &rbp);
	n = backtrace(rip, rbp, pcs, ARRAY_LEN(pcs));
	/* switch_to .. park, wait_in_park, thread_begin, context_begin */
	check(t, n >= 6);
	check(t, n < ARRAY_LEN(pcs));
	check(t, pcs[n - 1] - (uint64_t)context_begin < 8);
	check(t, pcs[n - 3] - (uint64_t)wait_in_park < 128);
	store_release(&stop, 1);
	unpark(th);
	thread_join(th);
}

static struct atomic32 inside[CREW_MAX];
static struct atomic32 doubled;

static void be_in_one_place(struct member *m)
{
	for (unsigned i = 0; i < YIELDS; i++) {
		uint64_t was = irq_save();

		/* relaxed: a count that must have been zero */
		if (fetch_add_relaxed(&inside[m->index], 1))
			store_relaxed(&doubled, 1);	/* relaxed: read later */
		if (thread_on(cpu_id()) != m->thread && m->thread)
			store_relaxed(&doubled, 1);	/* relaxed: read later */
		cpu_delay(m->seed % 64);
		fetch_add_relaxed(&inside[m->index], -1u); /* relaxed: above */
		irq_restore(was);
		thread_yield();
		crew_step(m);
	}
}

TEST("sched/schedule", test_no_thread_is_on_two_cpus)
{
	store_relaxed(&doubled, 0);	/* relaxed: before they start */
	if (!crew_start(t, &crew, 16, be_in_one_place, NULL) ||
	    !crew_wait(t, &crew))
		return;
	check(t, !load_relaxed(&doubled));	/* relaxed: they have ended */
}

static unsigned switches_recorded(unsigned cpu, uint64_t from)
{
	unsigned n = 0;

	for (; from < event_count(cpu); from++)
		n += event_at(cpu, from)->kind == EVENT_SWITCH &&
		     event_at(cpu, from)->b == thread_self()->id;
	return n;
}

TEST("sched/schedule", test_switches_are_recorded_when_watched)
{
	unsigned cpu = nth_cpu(0);

	stay_on(cpu);
	for (unsigned watch = 0; watch < 2; watch++) {
		uint64_t from = event_count(cpu);

		sched_watch(watch);
		thread_sleep(clock_ns() + 1000000);
		preempt_disable();
		check(t, !watch == !switches_recorded(cpu, from));
		preempt_enable();
	}
	stay_anywhere();
}

static struct atomic32 there;
static bool undisturbed;

/* In wake_two(), that is, and not before it. */
static bool are_parked(void)
{
	/* relaxed, all: a poll */
	return load_relaxed(&there) == 2
		&& load_relaxed(&crew.member[1].thread->state) == THREAD_PARKED
		&& load_relaxed(&crew.member[2].thread->state) == THREAD_PARKED;
}

/* Member 0 wakes its equal, which waits, and one that is more urgent. */
static void wake_two(struct member *m)
{
	uint64_t ticks;

	if (m->index) {
		fetch_add_relaxed(&there, 1);	/* relaxed: as polled */
		park(PARK_FOREVER);
		note_order(m->index);
		return;
	}
	/* ended by them */
	while (!are_parked())
		thread_sleep(clock_ns() + 100000);
	ticks = irq_count(IRQ_TIMER, cpu_id());
	unpark(crew.member[1].thread);
	unpark(crew.member[2].thread);
	undisturbed = irq_count(IRQ_TIMER, cpu_id()) == ticks;
	note_order(0);
}

static bool who_was_preempted_goes_on(struct test *t)
{
	on_one_cpu(nth_cpu(0));
	undisturbed = false;
	store_relaxed(&there, 0);	/* relaxed: before they start */
	store_relaxed(&ordered, 0);	/* relaxed: before they start */
	preempt_disable();
	if (crew_start(t, &crew, 3, wake_two, cpus))
		thread_set_priority(crew.member[2].thread, PRIO_DEFAULT + 1);
	preempt_enable();
	if (!crew_wait(t, &crew) || !undisturbed)
		return false;
	check(t, order[0] == 2);
	check(t, order[1] == 0);
	check(t, order[2] == 1);
	return true;
}

TEST("sched/schedule", test_who_is_preempted_goes_on_before_its_equals)
{
	unsigned seen = 0;

	stay_on(nth_cpu(0));
	/* a tick may have used up its slice: then the other's turn has come */
	for (unsigned i = 0; i < 200 && seen < 3; i++)
		seen += who_was_preempted_goes_on(t);
	check(t, seen);
	stay_anywhere();
}

TEST("sched/schedule", test_each_cpu_has_an_idle_thread_of_its_number)
{
	for (unsigned i = 0; i < cpumask_count(&cpus_online); i++)
		check(t, per_cpu_ptr(&idle_thread, nth_cpu(i))->id
			 == nth_cpu(i));
}

static struct atomic32 asks, go;
static struct thread *moved;
static bool lock_was_right;

static void lock_the_moved(struct member *m)
{
	struct runqueue *rq;
	uint64_t was = irq_save();

	(void)m;
	preempt_disable();
	store_release(&asks, 1);
	while (!load_acquire(&go))	/* ended by the test */
		cpu_relax();
	rq = thread_lock(moved);
	lock_was_right = rq == per_cpu_ptr(&runqueue, thread_cpu(moved));
	runqueue_unlock(rq);
	irq_restore(was);
	preempt_enable();
}

/* Under the lock of the CPU that it leaves, as balance_place() does it. */
static void move_it(unsigned to, bool await_a_waiter)
{
	uint64_t was = irq_save();
	struct runqueue *rq;
	uintptr_t last;

	preempt_disable();
	rq = thread_lock(moved);
	last = spin_last(&rq->lock);
	store_release(&go, 1);
	for (unsigned i = 0; await_a_waiter && i < 10000000
	     && spin_last(&rq->lock) == last; i++)
		cpu_relax();
	store_relaxed(&moved->cpu, to);	/* relaxed: under the lock */
	runqueue_unlock(rq);
	irq_restore(was);
	preempt_enable();
}

static void lock_while_it_moves(struct test *t)
{
	unsigned from = thread_cpu(moved), locker = nth_cpu(1);

	store_relaxed(&asks, 0);	/* relaxed: before it starts */
	store_relaxed(&go, 0);		/* relaxed: as above */
	lock_was_right = false;
	if (!crew_start(t, &crew, 1, lock_the_moved, &locker))
		return;
	if (wait_for(t, &asks, 1))
		move_it(from == locker ? nth_cpu(0) : locker, true);
	crew_wait(t, &crew);
	check(t, lock_was_right);
	move_it(from, false);
}

TEST("sched/schedule", test_who_locks_a_thread_looks_where_it_is_again)
{
	if (cpumask_count(&cpus_online) < 2)
		return test_skip(t, "needs two CPUs");
	stay_on(nth_cpu(0));
	store_relaxed(&stop, 0);	/* relaxed: before it starts */
	moved = thread_spawn(wait_in_park, NULL, NULL);
	if (!check(t, moved))
		return;
	/* relaxed: a poll */
	while (load_relaxed(&moved->state) != THREAD_PARKED)
		thread_sleep(clock_ns() + 1000000);
	for (unsigned i = 0; i < 10; i++)
		lock_while_it_moves(t);
	store_release(&stop, 1);
	unpark(moved);
	thread_join(moved);
	stay_anywhere();
}
