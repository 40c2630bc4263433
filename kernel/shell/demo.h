/*
 * kernel/shell/demo.h - small shows of what goes wrong, and what mends it.
 *
 * Guarantees  demo_run(name) runs the demo of that name on all CPUs, prints
 *             what to look at and what came out, and returns true; false: there
 *             is none of that name.  A demo ends by itself, at a Ctrl-C sooner,
 *             and leaves nothing behind.  Each number was measured.
 *             A new lock or barrier shows up by its line in a table of
 *             operations; a new demo is one line in demo.c.
 * Context     Thread; sleeps.
 * See         kernel/shell/demo.c, docs/05-shell.md, tests/host/test_demo.py
 */
#pragma once

#include <stdbool.h>

#include "kernel/compiler.h"

struct demo {
	const char *name;
	const char *help;
	const char *chapter;	/* where to read on */
	void (*run)(void);
};

bool demo_run(const char *name) must_check;

void demo_counter(void);
void demo_locks(void);
void demo_readers(void);
void demo_seqlock(void);
void demo_latch(void);
void demo_percpu(void);
void demo_barriers(void);
void demo_waitq(void);
void demo_completion(void);
void demo_semaphore(void);
void demo_mutex(void);
void demo_condvar(void);
void demo_rwsem(void);
void demo_lists(void);
void demo_routes(void);
