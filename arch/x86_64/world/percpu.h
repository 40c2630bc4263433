/*
 * arch/x86_64/world/percpu.h - per-CPU access through gs.
 *
 * Invariant   gs base of CPU c = percpu_offset[c] = (its area) - (section
 *             .percpu), so `%gs:name` is c's copy of name.  The boot CPU's
 *             area is the section itself: its offset is 0, and per-CPU
 *             variables work from its first instruction in C.
 */
#pragma once

#define PERCPU(type, name) \
	__attribute__((section(".percpu"))) __typeof__(type) name
#define PERCPU_STACKS(type, name)	/* not cleared at the start */ \
	__attribute__((section(".percpu.stacks"))) __typeof__(type) name
#define PERCPU_DECLARE(type, name)	extern __typeof__(type) name

/* where each CPU's area lies, relative to the section; 0 until it has one */
extern uint64_t percpu_offset[NR_CPUS];
PERCPU_DECLARE(uint64_t, percpu_self);	/* percpu_offset[cpu_id()] */

#define this_cpu_read(name) __extension__ ({ \
	__typeof__(name) r_; \
	_Static_assert(sizeof(name) <= 8, "this_cpu_read of a struct"); \
	__asm__ volatile("mov %%gs:%1, %0" : "=r"(r_) : "m"(name)); \
	r_; })

#define percpu_store_(op, name, v) __extension__ ({ \
	__typeof__(name) w_ = (v); \
	switch (sizeof(name)) { \
	case 1: \
		__asm__ volatile(op "b %1, %%gs:%0" \
				 : "+m"(name) : "qi"(w_) : "cc"); \
		break; \
	case 2: \
		__asm__ volatile(op "w %1, %%gs:%0" \
				 : "+m"(name) : "ri"(w_) : "cc"); \
		break; \
	case 4: \
		__asm__ volatile(op "l %1, %%gs:%0" \
				 : "+m"(name) : "ri"(w_) : "cc"); \
		break; \
	default: \
		__asm__ volatile(op "q %1, %%gs:%0" \
				 : "+m"(name) : "re"(w_) : "cc"); \
	} })

#define this_cpu_write(name, v)	percpu_store_("mov", name, v)
#define this_cpu_add(name, v)	percpu_store_("add", name, v)

/*
 * By integers: to a compiler, a pointer that is moved out of its object is
 * undefined, and one that is not moved is the boot CPU's.
 */
#define per_cpu_ptr(ptr, cpu) \
	((__typeof__(ptr))((uintptr_t)(ptr) + percpu_offset[cpu]))
#define this_cpu_ptr(ptr) \
	((__typeof__(ptr))((uintptr_t)(ptr) + this_cpu_read(percpu_self)))
