/*
 * tests/kernel/watchpoint.c - the processor's first debug register.
 *
 * The trap comes after the instruction that wrote.  It is off while fn() runs.
 *
 * See         Intel SDM vol. 3B, 18.2: DR0 is the address, DR6 says what
 *             happened and is ours to clear, DR7 says what to watch.
 */
#include "tests/kernel/watchpoint.h"

#include "arch/percpu.h"
#include "arch/x86_64/trap.h"
#include "kernel/assert.h"
#include "sync/preempt.h"

#define DR6_NOTHING	0xffff0ff0UL
#define DR7_OFF		0x400UL			/* bit 10 is always set */
#define DR7_WRITES_OF_4	(DR7_OFF | 0xd0002UL)	/* DR0: global, W, 4 bytes */

static PERCPU(void *, watching);	/* of fn, as data */

static void watch(unsigned long dr7)
{
	__asm__ volatile("mov %0, %%dr6" :: "r"(DR6_NOTHING));
	__asm__ volatile("mov %0, %%dr7" :: "r"(dr7) : "memory");
}

static bool hit(struct trap_frame *frame)
{
	void (*fn)(void) = (void (*)(void))this_cpu_read(watching);

	(void)frame;
	if (!fn)
		return false;
	watch(DR7_OFF);
	fn();
	watch(DR7_WRITES_OF_4);
	return true;
}

void watchpoint_set(struct atomic32 *word, void (*fn)(void))
{
	assert(!preemptible());
	trap_register(TRAP_DEBUG, hit);
	this_cpu_write(watching, (void *)fn);
	__asm__ volatile("mov %0, %%dr0" :: "r"(word));
	watch(DR7_WRITES_OF_4);
}

void watchpoint_clear(void)
{
	watch(DR7_OFF);
	this_cpu_write(watching, NULL);
}
