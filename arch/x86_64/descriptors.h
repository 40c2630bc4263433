/*
 * arch/x86_64/descriptors.h - segments, task state and interrupt gates.
 *
 * Guarantees  After descriptors_init() this CPU runs on its own GDT and TSS,
 *             with the shared IDT loaded: NMI, #MC, #DB and #DF each on a stack
 *             of their own.
 * Context     The CPU itself, interrupts off, its per-CPU area in place.
 * See         Intel SDM vol. 3A, 3.5, 6.14 and 7.7
 */
#pragma once

#include <stdint.h>

/* in the order that syscall and sysret want */
#define SEGMENT_KERNEL_CODE	0x08
#define SEGMENT_KERNEL_DATA	0x10
#define SEGMENT_USER_CODE32	0x18
#define SEGMENT_USER_DATA	0x20
#define SEGMENT_USER_CODE	0x28
#define SEGMENT_TSS		0x30

void descriptors_init(void);
