/*
 * tests/arch/test_lapic.c - what no emulator here has: a fake register file.
 *
 * QEMU 7.2's TCG offers neither x2APIC nor the TSC-deadline timer, so the code
 * that would use them talks to an array instead, and we look at what it wrote.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/shot.h"
#include "kernel/string.h"
#include "kernel/test.h"

#define MS	1000000UL

static struct {
	const struct lapic_io *real;	/* for all CPUs but this one */
	unsigned cpu;
	uint32_t reg[0x400];
	uint32_t icr_to, icr_command;
	unsigned icrs;
	uint64_t deadline;
} fake;

static bool is_elsewhere(void)
{
	return cpu_id() != fake.cpu;
}

static uint32_t fake_read(unsigned reg)
{
	if (is_elsewhere())
		return fake.real->read(reg);
	return fake.reg[reg];
}

static void fake_write(unsigned reg, uint32_t v)
{
	if (is_elsewhere())
		fake.real->write(reg, v);
	else
		fake.reg[reg] = v;
}

static void fake_icr(uint32_t apic_id, uint32_t command)
{
	if (is_elsewhere()) {
		fake.real->icr(apic_id, command);
		return;
	}
	fake.icr_to = apic_id;
	fake.icr_command = command;
	fake.icrs++;
}

static uint32_t fake_id(void)
{
	if (is_elsewhere())
		return fake.real->id();
	return 0x12345;		/* only x2APIC has such ids */
}

static void fake_deadline(uint64_t tsc)
{
	if (is_elsewhere())
		fake.real->deadline(tsc);
	else
		fake.deadline = tsc;
}

static const struct lapic_io fake_io = {
	"fake", UINT32_MAX - 1, fake_read, fake_write, fake_icr, fake_id,
	fake_deadline
};

/*
 * Nothing else of this CPU may reach the local APIC meanwhile; the other CPUs
 * reach theirs.
 */
static uint64_t fake_begin(const struct lapic_io **was)
{
	uint64_t irq = irq_save();

	memset(&fake, 0, sizeof(fake));
	fake.cpu = cpu_id();
	fake.real = *was = lapic_io();
	lapic_use(&fake_io);
	return irq;
}

static void fake_end(const struct lapic_io *was, uint64_t irq)
{
	lapic_use(was);
	irq_restore(irq);
}

TEST("arch/lapic", test_lapic_ids_have_32_bits)
{
	const struct lapic_io *was;
	uint64_t irq = fake_begin(&was);
	uint32_t id = lapic_id();

	lapic_icr(id, ICR_FIXED | 0x99);
	fake_end(was, irq);
	check(t, id == 0x12345);
	check(t, fake.icrs == 1);
	check(t, fake.icr_to == 0x12345);
	check(t, fake.icr_command == (ICR_FIXED | 0x99));
}

TEST("arch/lapic", test_shot_by_count_rounds_up_and_is_bounded)
{
	const struct lapic_io *was;
	uint64_t irq = fake_begin(&was);
	bool mode = shot_use_deadline(false);
	uint64_t past, far, least, now;

	shot_arm(0);			/* long ago: at once, but not never */
	past = fake.reg[LAPIC_TIMER_INIT];
	shot_arm(UINT64_MAX);
	far = fake.reg[LAPIC_TIMER_INIT];
	now = clock_ns();
	shot_arm(now + 100 * MS);
	least = fake.reg[LAPIC_TIMER_INIT];
	now = clock_ns() - now;		/* at most this much was subtracted */
	shot_use_deadline(mode);
	fake_end(was, irq);
	check(t, past == 1);
	check(t, far > clock_lapic_hz() && far <= UINT32_MAX);
	check(t, least <= clock_lapic_hz() / 10 + 1);
	check(t, now > 100 * MS
	      || least >= (100 * MS - now) * clock_lapic_hz() / 1000000000);
}

TEST("arch/lapic", test_shot_by_deadline_uses_this_cpus_counter)
{
	const struct lapic_io *was;
	uint64_t irq = fake_begin(&was);
	bool mode = shot_use_deadline(true);
	uint64_t from = rdtsc(), armed, to, cancelled;

	shot_arm(clock_ns() + 100 * MS);
	armed = fake.deadline;
	to = rdtsc();
	shot_cancel();
	cancelled = fake.deadline;
	shot_use_deadline(mode);
	fake_end(was, irq);
	/* the time between the reads shortens the wait: from it is < 100 ms */
	check(t, armed <= to + clock_tsc_hz() / 10 + 1);
	check(t, armed >= from);
	check(t, to - from > clock_tsc_hz() / 20
	      || armed >= from + clock_tsc_hz() / 20);
	check(t, cancelled == 0);
	check(t, fake.reg[LAPIC_TIMER_INIT] == 0);
}

TEST("arch/lapic", test_ipi_goes_to_the_apic_id_of_the_cpu)
{
	const struct lapic_io *was;
	unsigned others = cpumask_count(&cpus_online) - 1;
	uint64_t irq = fake_begin(&was);
	unsigned sent;

	ipi_send(cpu_id(), IRQ_RESCHEDULE);
	check(t, fake.icr_to == cpu_apic_id(cpu_id()));
	fake.icrs = 0;
	ipi_send_mask(&cpus_online, IRQ_RESCHEDULE);
	sent = fake.icrs;
	fake_end(was, irq);
	check(t, sent == others);	/* never to itself */
}
