/*
 * arch/x86_64/clock.c - the time-stamp counter, measured and cross-checked.
 *
 * Calibration. In each of four windows of 2.5 ms the TSC and the APIC timer are
 *             read beside the reference at both ends.  A reading is bracketed
 *             by two TSC reads; of five tries the narrowest bracket is kept,
 *             so that a host that stops us in the middle does not count.  The
 *             window whose two brackets are narrowest together decides.
 * Agreement.  Every CPU draws (own TSC, newest TSC that anybody published) in a
 *             loop while the CPUs start.  If it reads less than what was
 *             published before, the counters disagree: what happens after would
 *             get the earlier time.
 * Invariant   `newest` never decreases.  `source` changes once, before threads
 *             run on a second CPU.
 * Ordering    [A] the publisher's store of newest -> the reader's load: its own
 *             TSC read comes after (rdtsc_ordered), so in real time it is later
 *             than the published one.
 *             clock_ns() reads the TSC in order too: who has seen what another
 *             CPU wrote after its read must not get a TSC from before that.
 *             [B] extended, ACPI clock: each winner's store -> the next
 *             reader's load; monotonic because the value only grows.
 * References  Linux, arch/x86/kernel/tsc_sync.c, for the idea of the warp test.
 */
#include "arch/x86_64/clock.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/reference.h"
#include "arch/x86_64/regs.h"
#include "kernel/printk.h"

#define WINDOWS		4
#define WINDOWS_A_SECOND 400	/* 2.5 ms each */
#define TRIES		5
#define NS		1000000000UL

struct reading {
	uint64_t tsc;
	uint64_t width;		/* of the bracket, in TSC ticks */
	uint32_t reference;
	uint32_t lapic;		/* counts down */
};

static enum { SOURCE_NONE, SOURCE_TSC, SOURCE_ACPI } source;
static uint64_t tsc_hz, lapic_hz, tsc_base;
static uint64_t ns_per_tick;	/* 32.32 fixed point */
static uint64_t acpi_zero;	/* the time when `extended` would be 0 */
static struct atomic64 newest, extended;
static struct atomic32 disagreed;

static struct reading reading_take(void)
{
	struct reading best = { .width = UINT64_MAX };

	for (unsigned i = 0; i < TRIES; i++) {
		struct reading r;

		r.tsc = rdtsc_ordered();
		r.reference = reference_read();
		r.lapic = lapic_io()->read(LAPIC_TIMER_NOW);
		r.width = rdtsc_ordered() - r.tsc;
		if (r.width < best.width)
			best = r;
	}
	return best;
}

static uint32_t elapsed(uint32_t since)
{
	return (reference_read() - since) & reference_mask();
}

void clock_calibrate(void)
{
	uint32_t window = reference_hz() / WINDOWS_A_SECOND;
	uint64_t narrowest = UINT64_MAX;
	struct reading from;

	lapic_io()->write(LAPIC_TIMER_DIV, 3);		/* by 16 */
	lapic_io()->write(LAPIC_LVT_TIMER, LAPIC_MASKED);
	lapic_io()->write(LAPIC_TIMER_INIT, UINT32_MAX);
	from = reading_take();
	for (unsigned i = 0; i < WINDOWS; i++) {
		struct reading to;
		uint64_t ticks;

		while (elapsed(from.reference) < window)
			cpu_relax();
		to = reading_take();
		ticks = (to.reference - from.reference) & reference_mask();
		if (from.width + to.width < narrowest) {
			narrowest = from.width + to.width;
			tsc_hz = (to.tsc - from.tsc) * reference_hz() / ticks;
			lapic_hz = (uint64_t)(from.lapic - to.lapic)
				   * reference_hz() / ticks;
		}
		from = to;
	}
	lapic_io()->write(LAPIC_TIMER_INIT, 0);
	ns_per_tick = (NS << 32) / tsc_hz;
	tsc_base = rdtsc();
	source = SOURCE_TSC;
}

void clock_agree(unsigned rounds)
{
	while (rounds--) {
		uint64_t seen = load_acquire(&newest);		/* [A] */
		uint64_t now = rdtsc_ordered();

		if (now < seen)
			/* relaxed: read after all CPUs have reported */
			store_relaxed(&disagreed, 1);
		else
			cas_release(&newest, &seen, now);	/* [A] */
	}
}

static uint64_t acpi_ticks_to_ns(uint64_t ticks)
{
	return ticks / reference_hz() * NS
	       + ticks % reference_hz() * NS / reference_hz();
}

/*
 * 24 bits grow to 64: whoever reads adds what passed since the last reader.
 * Somebody must read within clock_wrap_ns(): sched/clock_keeper.c.
 */
static uint64_t acpi_ns(void)
{
	uint64_t was, now;

	do {
		was = load_acquire(&extended);			/* [B] */
		now = was + ((reference_read() - was) & reference_mask());
		if (now == was)
			break;
	} while (!cas_release(&extended, &was, now));		/* [B] */
	return acpi_zero + acpi_ticks_to_ns(now);
}

void clock_settle(bool force_acpi)
{
	/* relaxed: the CPUs that wrote it have reported since */
	bool agreed = !load_relaxed(&disagreed);
	uint64_t now = clock_ns();
	uint32_t ticks;

	if (agreed && !force_acpi)
		return;
	if (!reference_is_shared()) {
		pr_warn("clock: the TSC it is: there is no ACPI timer");
		return;
	}
	/* the time goes on from where the TSC has brought it */
	ticks = reference_read();
	acpi_zero = now - acpi_ticks_to_ns(ticks);
	/* relaxed: nobody reads it before source says so */
	store_relaxed(&extended, ticks);
	compiler_barrier();
	source = SOURCE_ACPI;
}

uint64_t clock_wrap_ns(void)
{
	if (source != SOURCE_ACPI)
		return 0;
	return acpi_ticks_to_ns(reference_mask() + 1ULL);
}

const char *clock_source(void)
{
	return source == SOURCE_ACPI ? "acpi" : "tsc";
}

uint64_t clock_tsc_hz(void)
{
	return tsc_hz;
}

uint64_t clock_lapic_hz(void)
{
	return lapic_hz;
}

uint64_t clock_ns(void)
{
	if (source == SOURCE_ACPI)
		return acpi_ns();
	/* before calibration ns_per_tick is 0, and so is the time */
	return (unsigned __int128)(rdtsc_ordered() - tsc_base)
	       * ns_per_tick >> 32;
}

uint64_t clock_ns_to_ticks(uint64_t ns)
{
	return ns / NS * tsc_hz + ns % NS * tsc_hz / NS;
}
