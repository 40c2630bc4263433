/*
 * tests/gate/inlines.c - paths that live in headers, for tools/gate.py.
 */
#include "arch/atomic.h"
#include "arch/percpu.h"
#include "sync/preempt.h"
#include "sync/rcu.h"

void gate_preempt(void);
uint32_t gate_percpu(void);
void *gate_rcu(struct atomic_ptr *p);

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

void *gate_rcu(struct atomic_ptr *p)
{
	void *found;

	rcu_read_lock();
	found = rcu_dereference(p);
	rcu_read_unlock();
	return found;
}
