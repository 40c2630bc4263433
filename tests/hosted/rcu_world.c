/*
 * tests/hosted/rcu_world.c - RCU where a thread is a CPU: bodies of its seam.
 *
 * A thread that parks is idle, one that has ended is offline: so each park()
 * reports, as the threads of a program do that says now and then that it is not
 * in a reader.  The thread that is the interrupt is idle between handlers; it
 * cannot be asked, and a handler is short.
 */
#include "arch/cpu.h"
#include "sync/rcu.h"
#include "sync/rcu_callbacks.h"
#include "sync/rcu_state.h"
#include "tests/crew.h"
#include "tests/worlds/many/world.h"

/* there only if ThreadSanitizer is linked */
void __tsan_init(void) __attribute__((weak));

bool crew_is_watched(void)
{
	return __tsan_init;
}

void rcu_ask(unsigned cpu)
{
	(void)cpu;	/* it parks soon */
}

void rcu_tell(unsigned cpu)
{
	(void)cpu;
}

/* The interrupt's thread counts from its first handler on. */
static void resume(void)
{
	static __thread bool counts;

	if (!in_irq() || counts) {
		rcu_idle_exit();
		return;
	}
	counts = true;
	rcu_cpu_online();
}

__attribute__((constructor)) static void begin(void)
{
	rcu_init();
	rcu_cpu_online();
	world_hooks = (struct world_hooks){
		.begins = rcu_cpu_online, .ends = rcu_cpu_offline,
		.rests = rcu_idle_enter, .resumes = resume,
	};
	rcu_callbacks_start();
}
