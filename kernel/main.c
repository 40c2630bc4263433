/*
 * kernel/main.c - the boot, from top to bottom.
 *
 * boot/entry.asm comes here on the boot CPU with the boot page tables, and
 * whoever wants to know how the machine comes up reads kernel_main(): each line
 * is one stage, and needs only what stands above it.
 */
#include "arch/cpu.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/descriptors.h"
#include "arch/x86_64/marker.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/shot.h"
#include "arch/x86_64/smp.h"
#include "boot/boot.h"
#include "boot/boot_info.h"
#include "kernel/cmdline.h"
#include "kernel/cpus.h"
#include "kernel/debug.h"
#include "kernel/fault.h"
#include "kernel/machine.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "kernel/session.h"
#include "kernel/startup.h"
#include "kernel/symbols.h"
#include "mm/frame.h"
#include "mm/slab.h"
#include "mm/space.h"
#include "sched/clock_keeper.h"
#include "sched/random.h"
#include "sched/sched.h"
#include "sched/worker.h"
#include "sync/lockdep.h"
#include "sync/lockup.h"
#include "sync/rcu_callbacks.h"
#include "sync/rcu_state.h"

static struct boot_info boot;
static struct cmdline cmdline;

void kernel_main(uint32_t kind, uint64_t info)
{
	const struct acpi_info *acpi;

	/* a CPU that can fail in words */
	marker(MARKER_MAIN);
	cpu_area_init(0, percpu_start);
	cpu_features_init();
	descriptors_init();
	debug_init();
	startup_serial();
	faults_init();
	panic_init();

	/* what the loader left */
	marker(MARKER_LOADER);
	startup_boot_info(kind, info, &boot);
	symbols_init(&boot);
	startup_cmdline(&boot, &cmdline);
	lockdep_start(cmdline.watch);
	random_seed(cmdline.has_seed ? cmdline.seed : rdtsc());

	/* memory */
	marker(MARKER_MEMORY);
	frames_init(&boot, virt_to_phys(kernel_image_start),
		    virt_to_phys(kernel_image_end), BOOT_MAPPED);
	if (!paging_init(&boot, &frame_tables))
		panic("not enough memory for the kernel's page tables");
	frames_init_rest();
	space_init();
	slab_init();
	startup_screen(&boot, &cmdline);

	/* the other processors: INIT, ten milliseconds for the clock, SIPI */
	marker(MARKER_MACHINE);
	acpi = machine_init(&boot);
	cpus_prepare(acpi, &cmdline);
	clock_calibrate();
	shot_init_cpu();
	sched_watch(cmdline.watch);
	rcu_watch(cmdline.watch);
	sched_init_boot();
	smp_online();
	marker(MARKER_CPUS);
	cpus_start();
	marker(MARKER_ONLINE);
	worker_init_boot();
	rcu_callbacks_start();
	clock_settle(cmdline.clock == CLOCK_ACPI);
	clock_keeper_start();
	lockup_start();
	irq_enable();

	/* people */
	marker(MARKER_SHELL);
	session_run(acpi, &cmdline);
}
