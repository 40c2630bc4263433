/*
 * tests/gate/inlines.c - paths that live in headers, for tools/gate.py.
 */
#include "arch/atomic.h"
#include "arch/percpu.h"
#include "sync/preempt.h"

void gate_preempt(void);
uint32_t gate_percpu(void);

static PERCPU(uint32_t, gate_word);

void gate_preempt(void)
{
	preempt_disable();
	preempt_enable();
}

uint32_t gate_percpu(void)
{
	this_cpu_write(gate_word, 1);
	this_cpu_add(gate_word, 1);
	return this_cpu_read(gate_word);
}
