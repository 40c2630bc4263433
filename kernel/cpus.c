/*
 * kernel/cpus.c - memory for each processor, then all of them at once.
 */
#include "kernel/cpus.h"

#include "arch/cpu.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/smp.h"
#include "kernel/cmdline.h"
#include "kernel/format.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/frame.h"
#include "mm/space.h"
#include "mm/stack.h"
#include "sched/sched.h"

static unsigned nr_listed;

static enum smp_wish wish_of(const struct cmdline *c, uint32_t apic_id)
{
	if (apic_list_has(&c->noap, apic_id))
		return SMP_NEVER;
	return apic_list_has(&c->lateap, apic_id) ? SMP_LATE : SMP_START;
}

/* The direct map reaches it: nothing to map, 254 times. */
static unsigned area_order(void)
{
	unsigned order = 0;

	while ((PAGE_SIZE << order) < (size_t)(percpu_end - percpu_start))
		order++;
	return order;
}

static bool prepare(uint32_t apic_id, enum smp_wish wish)
{
	unsigned order = area_order();
	uint64_t area = frame_alloc(order);
	void *stack = area ? stack_alloc() : NULL;

	if (!stack) {
		pr_error("no memory for the CPU with APIC id %u", apic_id);
		if (area)
			frame_free(area, order);
		return false;
	}
	memset(phys_to_virt(area), 0, percpu_cleared_end - percpu_start);
	if (smp_add(apic_id, phys_to_virt(area), stack, wish) >= 0)
		return true;
	pr_error("more than %d CPUs", NR_CPUS);
	stack_free(stack);
	frame_free(area, order);
	return false;
}

/* Those that the firmware lists as working, without this one. */
static bool is_other(const struct acpi_cpu *c)
{
	return c->enabled && c->apic_id != cpu_apic_id(0);
}

/* INIT first: the others reset while the boot CPU finds memory for them. */
void cpus_prepare(const struct acpi_info *acpi, const struct cmdline *cmdline)
{
	bool enough = true;

	nr_listed = 1;
	for (unsigned i = 0; i < acpi->nr_cpus; i++) {
		const struct acpi_cpu *c = &acpi->cpu[i];

		if (!is_other(c))
			continue;
		nr_listed++;
		if (lapic_reaches(c->apic_id))
			smp_init(c->apic_id);
		else
			pr_error("no IPI reaches the CPU with APIC id %u: %s",
				 c->apic_id, lapic_io()->name);
	}
	for (unsigned i = 0; i < acpi->nr_cpus; i++) {
		const struct acpi_cpu *c = &acpi->cpu[i];

		if (!is_other(c) || !lapic_reaches(c->apic_id))
			continue;
		enough = enough && prepare(c->apic_id,
					   wish_of(cmdline, c->apic_id));
	}
}

/* Where smp_ap_entry() leaves an AP: all that is the CPU's own is in place. */
static void ap_main(void)
{
	space_join(&kernel_space);
	sched_init_cpu();
	smp_online();
	sched_idle();
}

static void report(void)
{
	unsigned online = cpumask_count(&cpus_online);
	char ids[64] = "";
	size_t used = 0;

	for (unsigned n = 0; smp_missing(n) >= 0 && used < sizeof(ids) - 8; n++)
		used += format_to(ids + used, sizeof(ids) - used, " %ld",
				  (long)smp_missing(n));
	if (used)
		pr_error("%u of %u CPUs online; no answer from APIC ids%s",
			 online, nr_listed, ids);
	else
		pr_info("%u of %u CPUs online", online, nr_listed);
}

void cpus_start(void)
{
	uint64_t page = frame_alloc_low();

	if (!page)
		pr_error("no free page below 1 MB: the other CPUs stay off");
	else
		smp_start_all(page, ap_main);
	report();
}
