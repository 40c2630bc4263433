/*
 * kernel/assert.h - a programmer's error ends the run, with a name.
 *
 * Guarantees  assert(cond) evaluates cond exactly once, in every build, and
 *             when it is false calls assert_failed(), which does not return.
 * Context     Any, NMI included.
 * Cost        One predictable branch.
 * See         kernel/panic.h, docs/style.md
 */
#pragma once

#include "kernel/compiler.h"

void assert_failed(const char *cond, const char *file, int line,
		   const char *func) never_returns;

#define assert(cond) \
	(likely(cond) ? (void)0 \
		      : assert_failed(#cond, __FILE__, __LINE__, __func__))
