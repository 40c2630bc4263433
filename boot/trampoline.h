/*
 * boot/trampoline.h - the code that is copied below 1 MB.
 *
 * Guarantees  Position independent between these two symbols, and never written
 *             while it runs.  The symbols are physical addresses.
 * See         boot/trampoline.asm, arch/x86_64/smp.c
 */
#pragma once

extern char trampoline_start[], trampoline_end[];
