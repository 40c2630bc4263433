/*
 * kernel/shell/cmd_set.c - settings: to see them, and to change one.
 */
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/setting.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "kernel/suggest.h"

#define VALUE	64

extern const struct setting __start_shell_settings[];
extern const struct setting __stop_shell_settings[];

#define setting_for_each(s) \
	for (const struct setting *s = __start_shell_settings; \
	     s < __stop_shell_settings; s++)

static const struct setting *find(const char *name)
{
	setting_for_each(s)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

/* The settings by name: the one behind s, the first behind NULL. */
static const struct setting *next(const struct setting *s)
{
	const struct setting *best = NULL;

	setting_for_each(candidate)
		if ((!s || strcmp(candidate->name, s->name) > 0) &&
		    (!best || strcmp(candidate->name, best->name) < 0))
			best = candidate;
	return best;
}

static void show(const struct setting *s)
{
	char value[VALUE];

	s->get(value, sizeof(value));
	console_printf("  %s=%s%*s  %s\n", s->name, value,
		       (int)(22 - strlen(s->name) - strlen(value)), "",
		       s->help);
	if (s->values)
		console_printf("%26s one of: %s\n", "", s->values);
}

static int unknown(const char *name)
{
	struct suggestion best;

	suggest_begin(&best, name);
	setting_for_each(s)
		suggest_offer(&best, s->name);
	if (best.best)
		console_printf("set: there is no `%.40s`; "
			       "did you mean `%s`?\n", name, best.best);
	else
		console_printf("set: there is no `%.40s`; "
			       "`set` lists what there is\n", name);
	return -ENOENT;
}

static int set(char *name, char *value)
{
	const struct setting *s = find(name);

	if (!s)
		return unknown(name);
	if (!value || s->set(value)) {
		show(s);
		return 0;
	}
	if (s->values)
		console_printf("set: %s is one of: %s\n", name, s->values);
	else
		console_printf("set: `%.40s` is no value for %s\n",
			       value, name);
	return -ENOENT;
}

static int cmd_set(int argc, char **argv)
{
	char *value;

	if (argc == 1) {
		for (const struct setting *s = next(NULL); s; s = next(s))
			show(s);
		return 0;
	}
	value = strchr(argv[1], '=');
	if (argc > 3 || (argc == 3 && value))
		return -EINVAL;
	if (argc == 3)
		return set(argv[1], argv[2]);
	if (value)
		*value++ = 0;
	return set(argv[1], value);
}

/* name= and, once the name is whole, name= with each of its words */
static void offer(struct completion *c, const struct setting *s)
{
	char whole[VALUE];
	const char *word = s->values;
	size_t n;

	format_to(whole, sizeof(whole), "%s=", s->name);
	if (!word || strncmp(c->typed, whole, strlen(whole))) {
		completion_add(c, whole);
		return;
	}
	while (*word) {
		const char *end = strchr(word, ' ');

		n = end ? (size_t)(end - word) : strlen(word);
		format_to(whole, sizeof(whole), "%s=%.*s", s->name, (int)n,
			  word);
		completion_add(c, whole);
		word += end ? n + 1 : n;
	}
}

static void complete_set(struct completion *c, int argc, char **argv)
{
	(void)argv;
	if (argc == 1)
		setting_for_each(s)
			offer(c, s);
}

COMMAND("set", "[name[=value]]", "see or change what can be changed",
	cmd_set, .complete = complete_set);

static const char *const levels[] = { "error", "warn", "info", "debug" };

static void get_loglevel(char *value, size_t n)
{
	string_copy(value, levels[log_console_level()], n);
}

static bool set_loglevel(const char *value)
{
	for (unsigned i = 0; i < ARRAY_LEN(levels); i++) {
		if (!strcmp(value, levels[i])) {
			log_set_console_level((enum log_level)i);
			return true;
		}
	}
	return false;
}

SETTING("loglevel", "log lines up to this appear here", get_loglevel,
	set_loglevel, .values = "error warn info debug");

static void get_seed(char *value, size_t n)
{
	format_to(value, n, "%lu", shell_seed());
}

static bool set_seed(const char *value)
{
	uint64_t seed;

	if (!string_to_u64(value, &seed))
		return false;
	shell_set_seed(seed);
	return true;
}

SETTING("seed", "what random tests start from", get_seed, set_seed);
