/*
 * tests/fuzz/fuzz_text.c - coverage-guided lines of text: the command line of
 * the boot, and the words of the shell.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined; the input, ended by
 * a zero, is one line for both, in a buffer of exactly its size.  What is
 * promised is checked: complaints are made iff the answer is false and have no
 * control characters in them that the input had not; words lie in the text, one
 * behind the other, and end in it.  tests/fuzz/corpus/text holds lines of
 * docs/05-shell.md and README.md.
 * Run by `make fuzz`.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/shell/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static unsigned complaints;

void printk(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static void complain(const char *line)
{
	complaints++;
	if (!*line)
		abort();
}

static void boot_words(const char *text)
{
	static struct cmdline c;
	bool good;

	memset(&c, 0x5a, sizeof(c));
	complaints = 0;
	good = cmdline_parse(text, &c, complain);
	if (good != (complaints == 0))
		abort();
	if (strnlen(c.test, sizeof(c.test)) == sizeof(c.test) ||
	    strnlen(c.demo, sizeof(c.demo)) == sizeof(c.demo) ||
	    c.noap.n > CMDLINE_APICS || c.lateap.n > CMDLINE_APICS)
		abort();
}

static void shell_words(char *text, size_t n)
{
	char *rest = text;

	while (rest) {
		struct words w;
		const char *after = rest;

		words_split(&w, rest);
		if (w.argc > WORDS_MAX || w.argv[w.argc])
			abort();
		for (int i = 0; i < w.argc; i++) {
			if (w.argv[i] < after || w.argv[i] > text + n)
				abort();
			after = w.argv[i] + strlen(w.argv[i]);
		}
		if (w.rest && (w.rest <= rest || w.rest > text + n))
			abort();
		rest = w.rest;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = malloc(n + 1);

	if (!text)
		abort();
	memcpy(text, data, n);
	text[n] = 0;
	boot_words(text);
	shell_words(text, n);
	free(text);
	return 0;
}
