/*
 * kernel/cmdline.c - the words of the command line.
 *
 * Invariant   words[] is the whole truth about what may be written.  A word
 *             with choices is set by the number of the choice, one without by
 *             its text; set() returns false, and has changed nothing, when the
 *             text does not fit.
 */
#include "kernel/cmdline.h"

#include "kernel/compiler.h"
#include "kernel/format.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/suggest.h"

#define MAX_CHOICES	5
#define MAX_WORD	160

struct word {
	const char *name;
	const char *expected;
	bool (*set)(struct cmdline *c, const char *value, unsigned choice);
	const char *choices[MAX_CHOICES];	/* NULL-terminated, or none */
};

static bool set_test(struct cmdline *c, const char *value, unsigned choice)
{
	(void)choice;
	return *value && strlen(value) < sizeof(c->test) &&
	       string_copy(c->test, value, sizeof(c->test));
}

static bool set_demo(struct cmdline *c, const char *value, unsigned choice)
{
	(void)choice;
	return *value && strlen(value) < sizeof(c->demo) &&
	       string_copy(c->demo, value, sizeof(c->demo));
}

static bool set_seed(struct cmdline *c, const char *value, unsigned choice)
{
	(void)choice;
	if (!string_to_u64(value, &c->seed))
		return false;
	c->has_seed = true;
	return true;
}

/* Comma-separated numbers. */
static bool parse_apics(const char *value, struct apic_list *l)
{
	l->n = 0;
	/* ends: each round goes behind a comma of value, or returns */
	for (;;) {
		char number[24];
		uint64_t id;
		const char *comma = strchr(value, ',');
		size_t n = comma ? (size_t)(comma - value) : strlen(value);

		if (n >= sizeof(number) || l->n == CMDLINE_APICS)
			return false;
		memcpy(number, value, n);
		number[n] = 0;
		if (!string_to_u64(number, &id) || id > UINT32_MAX)
			return false;
		l->id[l->n++] = id;
		if (!comma)
			return true;
		value = comma + 1;
	}
}

static bool set_apics(struct apic_list *to, const char *value)
{
	struct apic_list l;

	if (!parse_apics(value, &l))
		return false;
	*to = l;
	return true;
}

static bool set_noap(struct cmdline *c, const char *value, unsigned choice)
{
	(void)choice;
	return set_apics(&c->noap, value);
}

static bool set_lateap(struct cmdline *c, const char *value, unsigned choice)
{
	(void)choice;
	return set_apics(&c->lateap, value);
}

static bool set_watch(struct cmdline *c, const char *value, unsigned choice)
{
	(void)value;
	c->watch = choice;
	return true;
}

static bool set_exit(struct cmdline *c, const char *value, unsigned choice)
{
	(void)value;
	c->exit = choice;
	return true;
}

static bool set_panic(struct cmdline *c, const char *value, unsigned choice)
{
	(void)value;
	c->panic = choice;
	return true;
}

static bool set_loglevel(struct cmdline *c, const char *value, unsigned choice)
{
	(void)value;
	c->loglevel = choice;
	return true;
}

static bool set_clock(struct cmdline *c, const char *value, unsigned choice)
{
	(void)value;
	c->clock = choice;
	return true;
}

static bool set_console(struct cmdline *c, const char *value, unsigned choice)
{
	(void)value;
	c->console = choice;
	return true;
}

/* Choices stand in the order of the enum (or of false, true) they set. */
static const struct word words[] = {
	{ "test", "a glob over suite/name", set_test, { NULL } },
	{ "seed", "a number", set_seed, { NULL } },
	{ "exit", "on or off", set_exit, { "off", "on" } },
	{ "watch", "on or off", set_watch, { "off", "on" } },
	{ "noap", "APIC ids with commas between", set_noap, { NULL } },
	{ "lateap", "APIC ids with commas between", set_lateap, { NULL } },
	{ "panic", "halt, exit or reboot", set_panic,
	  { "halt", "exit", "reboot" } },
	{ "loglevel", "error, warn, info or debug", set_loglevel,
	  { "error", "warn", "info", "debug" } },
	{ "clock", "auto, tsc or acpi", set_clock, { "auto", "tsc", "acpi" } },
	{ "console", "all, serial or screen", set_console,
	  { "all", "serial", "screen" } },
	{ "demo", "a demo's name", set_demo, { NULL } },
};

static bool try_set(const struct word *w, const char *value,
		    struct cmdline *out)
{
	if (!w->choices[0])
		return w->set(out, value, 0);
	for (unsigned i = 0; i < MAX_CHOICES && w->choices[i]; i++)
		if (strcmp(w->choices[i], value) == 0)
			return w->set(out, value, i);
	return false;
}

static void bad_value(const struct word *w, const char *value,
		      void (*complain)(const char *line))
{
	char line[2 * MAX_WORD];
	struct suggestion s;

	suggest_begin(&s, value);
	for (unsigned i = 0; i < MAX_CHOICES && w->choices[i]; i++)
		suggest_offer(&s, w->choices[i]);
	if (s.best)
		format_to(line, sizeof(line), "%s=%s: expected %s; "
			  "did you mean %s=%s?", w->name, value, w->expected,
			  w->name, s.best);
	else
		format_to(line, sizeof(line), "%s=%s: expected %s", w->name,
			  value, w->expected);
	complain(line);
}

static void unknown_word(const char *word, const char *name,
			 void (*complain)(const char *line))
{
	char line[2 * MAX_WORD];
	struct suggestion s;

	suggest_begin(&s, name);
	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		suggest_offer(&s, words[i].name);
	if (s.best)
		format_to(line, sizeof(line), "%s: no such word; "
			  "did you mean %s=?", word, s.best);
	else
		format_to(line, sizeof(line), "%s: no such word", word);
	complain(line);
}

static bool take_word(const char *word, struct cmdline *out,
		      void (*complain)(const char *line))
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);
	char name[MAX_WORD];

	memcpy(name, word, n);
	name[n] = 0;
	for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
		const char *value = equals ? equals + 1 : "";

		if (strcmp(words[i].name, name))
			continue;
		if (try_set(&words[i], value, out))
			return true;
		bad_value(&words[i], value, complain);
		return false;
	}
	unknown_word(word, name, complain);
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void set_defaults(struct cmdline *out)
{
	memset(out, 0, sizeof(*out));
	out->watch = true;
	out->loglevel = LOG_INFO;
}

bool cmdline_parse(const char *text, struct cmdline *out,
		   void (*complain)(const char *line))
{
	bool all_good = true;

	set_defaults(out);
	while (*text) {
		char word[MAX_WORD];
		size_t n = 0;

		while (text[n] && !is_space(text[n]))
			n++;
		if (n) {
			/* what is cut was too long to be right anyway */
			memcpy(word, text, n < MAX_WORD ? n : MAX_WORD - 1);
			word[n < MAX_WORD ? n : MAX_WORD - 1] = 0;
			all_good &= take_word(word, out, complain);
		}
		text += n + (text[n] != 0);
	}
	return all_good;
}

bool apic_list_has(const struct apic_list *l, uint32_t apic_id)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->id[i] == apic_id)
			return true;
	return false;
}
