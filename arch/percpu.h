/*
 * arch/percpu.h - one copy of a variable for each CPU.
 *
 * Guarantees  PERCPU(type, name) defines a variable of which every possible
 *             CPU has its own copy, zeroed before that CPU runs.
 *             this_cpu_read/write/add(name) are one instruction each in the
 *             kernel: an interrupt or a migration cannot split them.
 *             per_cpu_ptr(&name, cpu) is the address of another CPU's copy.
 * Context     Any.  this_cpu_ptr() is meaningful only while the caller cannot
 *             migrate (preempt_disable, interrupts masked).
 * Cost        A gs-relative instruction; per_cpu_ptr() one table read.
 * Limits      Scalars of 1, 2, 4 or 8 bytes for read/write/add.  The copies
 *             start zeroed: an initialiser is an error.
 * See         arch/x86_64/world/percpu.h, docs/style.md "Worlds"
 */
#pragma once

#include <stdint.h>

#include "kernel/compiler.h"
#include "kernel/config.h"

/*
 * The body defines PERCPU, PERCPU_DECLARE (for headers), this_cpu_read,
 * this_cpu_write, this_cpu_add, this_cpu_ptr and per_cpu_ptr.
 */
#include "world/percpu.h"
