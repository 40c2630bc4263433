/*
 * kernel/shell/demo.h - small shows of what goes wrong, and what mends it.
 *
 * Guarantees  demo_run(name) runs the demo of that name on all CPUs, prints
 *             what to look at and what came out, and returns true; false: there
 *             is none of that name.  A demo leaves nothing behind.
 * Context     Thread; sleeps.
 * See         kernel/shell/demo.c, docs/05-shell.md
 */
#pragma once

#include <stdbool.h>

#include "kernel/compiler.h"

struct demo {
	const char *name;
	const char *help;
	void (*run)(void);
};

bool demo_run(const char *name) must_check;

void demo_counter(void);
