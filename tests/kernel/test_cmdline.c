/*
 * tests/kernel/test_cmdline.c - every word, and what is said of a wrong one.
 */
#include "kernel/cmdline.h"

#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/test.h"

static struct cmdline c;
static char said[512];		/* each complaint and a newline */

static void collect(const char *line)
{
	size_t n = strlen(said);

	string_copy(said + n, line, sizeof(said) - n);
	n = strlen(said);
	string_copy(said + n, "\n", sizeof(said) - n);
}

static bool parse(const char *text)
{
	said[0] = 0;
	return cmdline_parse(text, &c, collect);
}

static bool complains(const char *text, const char *want)
{
	return !parse(text) && strcmp(said, want) == 0;
}

TEST("kernel/cmdline", test_cmdline_empty_gives_the_defaults)
{
	check(t, parse("") && said[0] == 0);
	check(t, c.test[0] == 0 && !c.has_seed && !c.exit && c.watch);
	check(t, c.noap.n == 0 && c.lateap.n == 0 && c.demo[0] == 0);
	check(t, c.panic == PANIC_HALT && c.loglevel == LOG_INFO);
	check(t, c.clock == CLOCK_AUTO && c.console == CONSOLE_ALL);
	check(t, parse("  \t "));
}

TEST("kernel/cmdline", test_cmdline_takes_every_word)
{
	check(t, parse("test=mm/* seed=0x12 exit=on watch=off panic=reboot "
		       "loglevel=debug clock=acpi console=serial demo=race "
		       "noap=3 lateap=0x10,17"));
	check(t, strcmp(c.test, "mm/*") == 0);
	check(t, c.has_seed && c.seed == 0x12);
	check(t, c.exit && !c.watch && c.panic == PANIC_REBOOT);
	check(t, c.loglevel == LOG_DEBUG && c.clock == CLOCK_ACPI);
	check(t, c.console == CONSOLE_SERIAL);
	check(t, strcmp(c.demo, "race") == 0);
	check(t, c.noap.n == 1 && apic_list_has(&c.noap, 3));
	check(t, c.lateap.n == 2 && apic_list_has(&c.lateap, 16) &&
		 apic_list_has(&c.lateap, 17) &&
		 !apic_list_has(&c.lateap, 3));
}

TEST("kernel/cmdline", test_cmdline_every_choice_sets_its_own_value)
{
	check(t, parse("panic=halt") && c.panic == PANIC_HALT);
	check(t, parse("panic=exit") && c.panic == PANIC_EXIT);
	check(t, parse("loglevel=error") && c.loglevel == LOG_ERROR);
	check(t, parse("loglevel=warn") && c.loglevel == LOG_WARN);
	check(t, parse("loglevel=info") && c.loglevel == LOG_INFO);
	check(t, parse("clock=auto") && c.clock == CLOCK_AUTO);
	check(t, parse("clock=tsc") && c.clock == CLOCK_TSC);
	check(t, parse("console=all") && c.console == CONSOLE_ALL);
	check(t, parse("console=screen") && c.console == CONSOLE_SCREEN);
	check(t, parse("watch=on exit=off") && c.watch && !c.exit);
}

TEST("kernel/cmdline", test_cmdline_last_word_wins)
{
	check(t, parse("seed=1 watch=off seed=2") && c.seed == 2);
	check(t, parse("noap=1,2 noap=5") && c.noap.n == 1 &&
		 apic_list_has(&c.noap, 5) && !apic_list_has(&c.noap, 2));
}

TEST("kernel/cmdline", test_cmdline_names_an_unknown_word_and_a_near_one)
{
	check(t, complains("sede=5", "sede=5: no such word; "
			   "did you mean seed=?\n"));
	check(t, complains("quiet", "quiet: no such word\n"));
	check(t, complains("=5", "=5: no such word\n"));
	check(t, !c.has_seed);
}

TEST("kernel/cmdline", test_cmdline_names_what_a_word_expects)
{
	check(t, complains("watch=of", "watch=of: expected on or off; "
			   "did you mean watch=off?\n"));
	check(t, complains("exit", "exit=: expected on or off\n"));
	check(t, complains("seed=abc", "seed=abc: expected a number\n"));
	check(t, complains("loglevel=inf", "loglevel=inf: expected error, "
			   "warn, info or debug; "
			   "did you mean loglevel=info?\n"));
	check(t, complains("noap=1,,2", "noap=1,,2: expected APIC ids with "
			   "commas between\n"));
	check(t, complains("test=", "test=: expected a glob over "
			   "suite/name\n"));
}

TEST("kernel/cmdline", test_cmdline_goes_on_after_a_wrong_word)
{
	check(t, complains("seed=1 wibble seed=x watch=off",
			   "wibble: no such word\n"
			   "seed=x: expected a number\n"));
	check(t, c.seed == 1 && !c.watch);
}

TEST("kernel/cmdline", test_cmdline_wrong_word_changes_nothing)
{
	static char text[300] = "test=a noap=7 demo=b seed=3 panic=exit "
		"noap=8,x demo= seed= panic=no test=";
	size_t n = strlen(text);

	memset(text + n, 'x', sizeof(c.test));
	check(t, !parse(text));
	check(t, strcmp(c.test, "a") == 0 && strcmp(c.demo, "b") == 0);
	check(t, c.noap.n == 1 && c.noap.id[0] == 7);
	check(t, c.seed == 3 && c.panic == PANIC_EXIT);
}

TEST("kernel/cmdline", test_cmdline_refuses_lists_that_do_not_fit)
{
	check(t, parse("noap=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16") &&
		 c.noap.n == 16);
	check(t, !parse("noap=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17") &&
		 c.noap.n == 0);
	check(t, !parse("noap=4294967296") && c.noap.n == 0);
	check(t, parse("noap=0xffffffff"));
	check(t, !parse("noap=1,") && !parse("noap=,") && !parse("noap="));
}

/* Words beyond any buffer, and then some. */
TEST("kernel/cmdline", test_cmdline_survives_long_words)
{
	static char text[700];

	for (unsigned n = 100; n < sizeof(text) - 1; n++) {
		memset(text, 'x', n);
		text[n] = 0;
		check(t, !parse(text));
		memcpy(text, "test=", 5);
		check(t, parse(text) == (n - 5 < sizeof(c.test)));
		memcpy(text, "noap=", 5);
		check(t, !parse(text));
	}
}

TEST("kernel/cmdline", test_cmdline_survives_random_text)
{
	static const char letters[] = "tesdwachnop=,0x19 KG\t*?\xff/";
	static char text[200];

	for (unsigned step = 0; step < 3000; step++) {
		unsigned n = test_random(t) % sizeof(text);

		for (unsigned i = 0; i < n; i++)
			text[i] = letters[test_random(t) %
					  (sizeof(letters) - 1)];
		text[n ? n - 1 : 0] = 0;
		check(t, parse(text) == (said[0] == 0));
	}
}
