/*
 * arch/x86_64/trap.c - from the entry code to whoever handles the vector.
 *
 * Invariant   handlers[] and nmi_handlers[] are written at boot, before another
 *             CPU runs, and only read afterwards.
 */
#include "arch/x86_64/trap.h"

#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "kernel/assert.h"
#include "kernel/panic.h"

static trap_handler handlers[NR_TRAPS];
static trap_handler nmi_handlers[8];

static const char *const names[NR_TRAPS] = {
	"#DE divide error", "#DB debug", "NMI", "#BP breakpoint",
	"#OF overflow", "#BR bound range", "#UD invalid opcode",
	"#NM no FPU", "#DF double fault", "coprocessor overrun",
	"#TS invalid TSS", "#NP segment not present", "#SS stack segment",
	"#GP general protection", "#PF page fault", "vector 15",
	"#MF x87 error", "#AC alignment check", "#MC machine check",
	"#XM SIMD error", "#VE virtualization", "#CP control protection",
	"vector 22", "vector 23", "vector 24", "vector 25", "vector 26",
	"vector 27", "#HV hypervisor", "#VC VMM communication",
	"#SX security", "vector 31",
};

trap_handler trap_register(unsigned vector, trap_handler handler)
{
	trap_handler was;

	assert(vector < NR_TRAPS && vector != TRAP_NMI);
	was = handlers[vector];
	handlers[vector] = handler;
	return was;
}

void nmi_register(trap_handler handler)
{
	for (unsigned i = 0; i < ARRAY_LEN(nmi_handlers); i++) {
		if (!nmi_handlers[i]) {
			nmi_handlers[i] = handler;
			return;
		}
	}
	assert(!"more than eight NMI handlers");
}

static bool nmi_dispatch(struct trap_frame *frame)
{
	bool was_idle = idle_interrupted();
	bool mine = false;

	this_cpu_add(nmi_depth, 1);
	for (unsigned i = 0; i < ARRAY_LEN(nmi_handlers) && !mine; i++)
		mine = nmi_handlers[i] && nmi_handlers[i](frame);
	this_cpu_add(nmi_depth, -1);
	if (was_idle)
		idle_resumed_nmi();
	return mine;
}

void trap_dispatch(struct trap_frame *frame)
{
	unsigned vector = frame->vector;

	if (vector >= NR_TRAPS) {
		irq_dispatch(frame);
		return;
	}
	if (vector == TRAP_NMI ? nmi_dispatch(frame)
	    : handlers[vector] && handlers[vector](frame))
		return;
	panic_at(frame, "%s (error code %#lx)", names[vector], frame->error);
}
