/*
 * arch/x86_64/smp.c - INIT, SIPI, SIPI, in sweeps over all processors.
 *
 * State       Each slot's word:
 *             offered -> claimed   the AP, by cmpxchg in the trampoline
 *             claimed -> online    the AP, by smp_online()
 *             offered -> refused   the boot CPU, by cmpxchg, when it gives up
 *             Exactly one of claimed and refused happens, since both start
 *             from offered; so an AP that is refused has never had a stack.
 * Ordering    [A] smp_add's stores into the slot, released with the state word
 *             offered -> the cmpxchg in boot/trampoline.asm, then its loads of
 *             the slot.
 *             [B] the cmpxchg to claimed in boot/trampoline.asm, and
 *             [C] smp_online's store -> the boot CPU's loads of the state word:
 *             who sees online sees all that the AP set up.
 * References  Intel SDM vol. 3A, 8.4.4.1; MultiProcessor Specification, B.4.
 */
#include "arch/x86_64/smp.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/descriptors.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/shot.h"
#include "arch/x86_64/smp_slot.h"
#include "boot/trampoline.h"
#include "kernel/string.h"

#define FIRST_WAIT_NS	200000UL	/* before the second SIPI */
#define GIVE_UP_NS	2000000000UL	/* without any CPU's progress */
#define AGREE_ROUNDS	32

struct ap_slot ap_slots[NR_CPUS];
uint32_t ap_slot_count;
uint64_t ap_root;
static enum smp_wish wishes[NR_CPUS];
static void (*ap_entry)(void);

static PERCPU(struct ap_slot *, my_slot);

int smp_add(uint32_t apic_id, void *area, void *stack_top, enum smp_wish wish)
{
	struct ap_slot *slot = &ap_slots[ap_slot_count];
	unsigned cpu = ap_slot_count + 1;

	if (cpu >= NR_CPUS)
		return -1;
	cpu_area_init(cpu, area);
	cpu_set_apic_id(cpu, apic_id);
	slot->apic_id = apic_id;
	slot->stack_top = (uint64_t)stack_top;
	slot->gs_base = percpu_offset[cpu];
	slot->cpu = cpu;
	wishes[ap_slot_count] = wish;
	store_release(&slot->state, AP_OFFERED);	/* [A] */
	ap_slot_count++;
	return cpu;
}

void smp_init(uint32_t apic_id)
{
	lapic_icr(apic_id, ICR_INIT);
}

static unsigned slots_in(enum ap_state state, unsigned of)
{
	unsigned n = 0;

	for (unsigned i = 0; i < of; i++)
		n += load_acquire(&ap_slots[i].state) == state;	/* [B] [C] */
	return n;
}

/* To those of the first n that are wanted and have not answered. */
static void startup_sweep(uint64_t page, enum smp_wish wish, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct ap_slot *s = &ap_slots[i];
		uint32_t state = load_acquire(&s->state);	/* [B] */

		if (wishes[i] == wish
		    && (state == AP_OFFERED || wish == SMP_LATE))
			lapic_icr(s->apic_id, ICR_STARTUP | page >> 12);
	}
}

/*
 * Until every slot has left `offered` (and `claimed`, which ends in online),
 * or no slot has changed for limit_ns.
 */
static void wait_for_answers(unsigned n, uint64_t limit_ns)
{
	uint64_t since = clock_ns();
	unsigned offered = slots_in(AP_OFFERED, n);
	unsigned claimed = slots_in(AP_CLAIMED, n);

	while (offered + claimed && clock_ns() - since < limit_ns) {
		unsigned o = slots_in(AP_OFFERED, n);
		unsigned c = slots_in(AP_CLAIMED, n);

		if (o != offered || c != claimed)
			since = clock_ns();
		offered = o;
		claimed = c;
		clock_agree(1);
		cpu_relax();
	}
}

static void refuse_silent(void)
{
	for (unsigned i = 0; i < ap_slot_count; i++) {
		uint32_t expected = AP_OFFERED;

		/* relaxed: nothing of ours is handed over by a refusal */
		if (!cas_relaxed(&ap_slots[i].state, &expected, AP_REFUSED))
			cpumask_set(&cpus_present, ap_slots[i].cpu);
	}
}

/*
 * The first AP goes alone.  An emulator translates our code when it is first
 * executed, and 254 CPUs that need the same translation at once wait for each
 * other: `make bench`, row "255 CPUs", was three times higher without it.
 */
void smp_start_all(uint64_t page, void (*entry)(void))
{
	memcpy(phys_to_virt(page), phys_to_virt((uint64_t)trampoline_start),
	       trampoline_end - trampoline_start);
	ap_entry = entry;
	ap_root = paging_kernel_root();
	startup_sweep(page, SMP_START, 1);
	wait_for_answers(1, FIRST_WAIT_NS);
	startup_sweep(page, SMP_START, ap_slot_count);
	wait_for_answers(ap_slot_count, FIRST_WAIT_NS);
	startup_sweep(page, SMP_START, ap_slot_count);
	wait_for_answers(ap_slot_count, GIVE_UP_NS);
	refuse_silent();
	/* the last word of the last AP, which nobody may have answered yet */
	clock_agree(AGREE_ROUNDS);
	startup_sweep(page, SMP_LATE, ap_slot_count);
}

void smp_ap_entry(struct ap_slot *slot)
{
	cpu_features_init();
	descriptors_init();
	this_cpu_write(my_slot, slot);
	lapic_init_cpu();
	clock_agree(AGREE_ROUNDS);
	shot_init_cpu();
	ap_entry();
}

void smp_online(void)
{
	struct ap_slot *slot = this_cpu_read(my_slot);

	cpumask_set(&cpus_present, cpu_id());
	cpumask_set(&cpus_online, cpu_id());
	if (slot)	/* the boot CPU has none */
		store_release(&slot->state, AP_ONLINE);		/* [C] */
}

int64_t smp_missing(unsigned n)
{
	for (unsigned i = 0; i < ap_slot_count; i++)
		if (load_acquire(&ap_slots[i].state) != AP_ONLINE /* [C] */
		    && n-- == 0)
			return ap_slots[i].apic_id;
	return -1;
}
