/*
 * tests/worlds/many/world.h - what a program of this world may hear of.
 *
 * Guarantees  Each hook that is not NULL is called by the thread in question:
 *             when it begins and ends, before and after it parks.  The thread
 *             that is the interrupt resumes before each handler, and rests
 *             after it.
 * Context     Set before the program's first thread_spawn() and timer_start().
 * See         tests/worlds/many/world.c, tests/hosted/rcu_world.c
 */
#pragma once

struct world_hooks {
	void (*begins)(void);
	void (*ends)(void);
	void (*rests)(void);
	void (*resumes)(void);
};

extern struct world_hooks world_hooks;
