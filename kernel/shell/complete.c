/*
 * kernel/shell/complete.c - a sorted table of copied words.
 *
 * Invariant   word[0 .. count - 1] is sorted and unique; each begins with typed
 *             and lies in text[0 .. used - 1].  The first `common` bytes of
 *             all words ever taken are equal.
 */
#include "kernel/shell/complete.h"

#include <stdbool.h>

#include "kernel/string.h"

#define GAP	2		/* blanks between two columns */
#define LINE	256

void completion_start(struct completion *c, const char *typed)
{
	c->typed = typed;
	c->common = 0;
	c->count = c->left_out = 0;
	c->used = 0;
}

static size_t shared(const char *a, const char *b, size_t limit)
{
	size_t n = 0;

	while (n < limit && a[n] && a[n] == b[n])
		n++;
	return n;
}

/* Where word belongs; true when it stands there already. */
static bool find(const struct completion *c, const char *word, unsigned *at)
{
	int order = 1;

	for (*at = 0; *at < c->count; ++*at) {
		order = strcmp(c->word[*at], word);
		if (order >= 0)
			break;
	}
	return order == 0;
}

void completion_add(struct completion *c, const char *word)
{
	size_t n = strlen(word) + 1;
	unsigned at;

	if (strncmp(word, c->typed, strlen(c->typed)) || find(c, word, &at))
		return;
	c->common = c->count ? shared(c->word[0], word, c->common) : n - 1;
	if (c->count == COMPLETIONS_MAX || n > COMPLETION_BYTES - c->used) {
		c->left_out++;
		return;
	}
	memmove(&c->word[at + 1], &c->word[at],
		(c->count - at) * sizeof(c->word[0]));
	c->word[at] = memcpy(c->text + c->used, word, n);
	c->used += n;
	c->count++;
}

static size_t longest(const struct completion *c)
{
	size_t most = 0;

	for (unsigned i = 0; i < c->count; i++)
		if (strlen(c->word[i]) > most)
			most = strlen(c->word[i]);
	return most;
}

/* One line: word `row`, then every rows-th behind it, padded to width. */
static void list_row(const struct completion *c, unsigned row, unsigned rows,
		     size_t width, void (*emit)(const char *, size_t))
{
	char line[LINE];
	size_t n = 0;

	for (unsigned i = row; i < c->count; i += rows) {
		size_t length = strlen(c->word[i]);
		size_t end = n + width;

		if (end >= LINE)
			break;
		memcpy(line + n, c->word[i], length);
		memset(line + n + length, ' ', width - length);
		n = end;
	}
	while (n && line[n - 1] == ' ')
		n--;
	line[n++] = '\n';
	emit(line, n);
}

void completion_list(const struct completion *c, unsigned columns,
		     void (*emit)(const char *text, size_t n))
{
	size_t width = longest(c) + GAP;
	unsigned across = (unsigned)((columns + GAP) / width);
	unsigned rows;

	if (across == 0)
		across = 1;
	rows = (c->count + across - 1) / across;
	for (unsigned row = 0; row < rows; row++)
		list_row(c, row, rows, width, emit);
}
