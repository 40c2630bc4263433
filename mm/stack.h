/*
 * mm/stack.h - stacks of threads, each above a page that is never mapped.
 *
 * Guarantees  stack_alloc() is the top of STACK_SIZE bytes, aligned to a page,
 *             or NULL when memory is exhausted.  A push below them faults.
 *             stack_is_guard(va): va lies in the guard page of a stack slot;
 *             stack_of(va) is the top of the stack whose slot va lies in, or
 *             NULL, so that a report can say whose stack overflowed.
 *             stack_free() of what is not handed out is a panic that names its
 *             caller; of NULL it does nothing.
 * Context     Thread or interrupt, not NMI; stack_free() may have to ask other
 *             CPUs, see mm/tlb.h's rule about locks.  It must not be the stack
 *             that the caller runs on.  stack_is_guard(), stack_of(): any, NMI
 *             and double fault included.
 * Cost        From this CPU's cache: one locked instruction, no lock.  Else
 *             four frames mapped, or unmapped with one shootdown.
 * Limits      STACKS_MAX stacks.  A single frame larger than the guard page
 *             can jump over it.  Contents are undefined.
 * See         mm/layout.h, kernel/fault.c, tests/mm/test_stack.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

void *stack_alloc(void) must_check;
void stack_free(void *top);

bool stack_is_guard(uintptr_t va);
void *stack_of(uintptr_t va);

/* Stacks handed out, or kept in the CPUs' caches. */
uint64_t stack_count(void);
