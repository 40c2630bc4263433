/*
 * tests/worlds/threads/world.h - the world in which one thread is one CPU.
 *
 * Guarantees  world_run(n, fn, arg) runs fn(arg) on n threads whose cpu_id()
 *             is 0 .. n-1 and returns when all have returned.  A failed
 *             assert() prints itself and aborts.
 * See         docs/style.md "Worlds"
 */
#pragma once

void world_run(unsigned n, void (*fn)(void *), void *arg);
