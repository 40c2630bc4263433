/*
 * kernel/fault.h - the faults that deserve a better word than their number.
 *
 * Guarantees  A stack that ran into its guard page is named as such, with its
 *             thread; any other page fault with its address, kind and cause.
 * Context     faults_init(): boot CPU, once.
 * See         mm/stack.h, arch/x86_64/trap.h
 */
#pragma once

void faults_init(void);
