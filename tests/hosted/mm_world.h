/*
 * tests/hosted/mm_world.h - memory, panics and a pretended MMU for mm/.
 *
 * Guarantees  Before main(), world_ram is 64 GB of addresses, of which only
 *             what is touched takes memory; world_boot() gives mm/ the map of a
 *             small PC.  world_fault(fn) runs fn in a child process and returns
 *             the message of the panic that it ended in, or NULL.
 *             world_translate(va) is what this thread's pretended TLB, else the
 *             tables, say: a physical address, or 0; world_interrupts() lets
 *             the interrupts in that other threads have sent to this one;
 *             world_is_interrupted() says whether there are any.
 * See         tests/worlds/hosted.mk, tests/hosted/test_mm_faults.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void world_boot(void);
const char *world_fault(void (*fn)(void));

uint64_t world_translate(uintptr_t va);
void world_interrupts(void);
bool world_is_interrupted(void);
