/*
 * kernel/shell/setting.h - what `set name=value` can change while running.
 *
 * Guarantees  SETTING("name", "one line of help", get, set) in any .c file adds
 *             one.  set() gets the text behind `=` and returns false when it
 *             cannot be a value; get() writes the present value.
 *             Optionally `, .values = "a b c"` lists the words that are values,
 *             for help and completion.
 * Context     The shell's thread.
 * See         kernel/shell/cmd_set.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/compiler.h"

struct setting {
	const char *name;
	const char *help;
	void (*get)(char *value, size_t n);
	bool (*set)(const char *value);
	const char *values;
};

#define SETTING(name_, help_, get_, set_, ...) \
	static const struct setting setting_##set_ \
		in_section("shell_settings") aligned_to(8) = { \
			.name = name_, .help = help_, .get = get_, \
			.set = set_, ##__VA_ARGS__ }
