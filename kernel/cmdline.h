/*
 * kernel/cmdline.h - what the person who boots can choose.
 *
 * Guarantees  cmdline_parse() fills every field, with the default where the
 *             text is silent; of a word that stands twice the last one counts
 *             (so that what fw_cfg appends overrides GRUB's line).
 *             A word that is unknown or malformed changes nothing and is
 *             handed to complain() in one line: the word, what was expected,
 *             and the nearest thing that would have been right.  False says
 *             that there was one; boot goes on.
 * Context     Boot; and tests.
 * See         kernel/cmdline.c for the words, tests/kernel/test_cmdline.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CMDLINE_APICS	16

enum panic_action { PANIC_HALT, PANIC_EXIT, PANIC_REBOOT };
enum clock_choice { CLOCK_AUTO, CLOCK_TSC, CLOCK_ACPI };
enum console_choice { CONSOLE_ALL, CONSOLE_SERIAL, CONSOLE_SCREEN };

struct apic_list {
	unsigned n;
	uint32_t id[CMDLINE_APICS];
};

struct cmdline {
	char test[128];			/* test=<glob>; empty: none */
	bool has_seed;			/* seed=<n> */
	uint64_t seed;
	bool exit;			/* exit=on: leave after the tests */
	bool watch;			/* watch=off: no lockdep and so on */
	struct apic_list noap;		/* withhold the SIPI from these */
	struct apic_list lateap;	/* or send it after the deadline */
	enum panic_action panic;	/* panic=halt|exit|reboot */
	unsigned loglevel;		/* enum log_level: up to this one */
	enum clock_choice clock;	/* clock=auto|tsc|acpi */
	enum console_choice console;	/* console=all|serial|screen */
	char demo[32];			/* demo=<name>; empty: none */
};

bool cmdline_parse(const char *text, struct cmdline *out,
		   void (*complain)(const char *line));

bool apic_list_has(const struct apic_list *l, uint32_t apic_id);
