/*
 * kernel/shell/words.c - one pass, writing words over the text they came from.
 *
 * Invariant   to <= from: taking quotes and backslashes away only shortens, so
 *             the terminator of a word never overwrites what is still unread.
 */
#include "kernel/shell/words.h"

#include <stddef.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool ends_word(char c)
{
	return c == 0 || c == ';' || is_blank(c);
}

/* Copies one quoted run; returns what follows it, or NULL: it has no end. */
static char *take_quoted(char *from, char **to)
{
	char quote = *from++;

	for (; *from; from++) {
		if (*from == quote)
			return from + 1;
		if (*from == '\\' && quote == '"' && from[1])
			from++;
		*(*to)++ = *from;
	}
	return NULL;
}

/*
 * Makes one word; returns the character that ended it (already overwritten
 * perhaps, so it is returned through end) and where reading goes on.
 */
static char *take_word(struct words *w, char *from, char *end)
{
	char *to = from;

	w->argv[w->argc++] = to;
	while (from && !ends_word(*from)) {
		if (*from == '\'' || *from == '"') {
			from = take_quoted(from, &to);
			continue;
		}
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from++;
	}
	*end = from ? *from : 0;
	*to = 0;
	if (!from)
		w->error = "a quote is not closed";
	return from;
}

void words_split(struct words *w, char *text)
{
	char end = 0;

	*w = (struct words){ .argc = 0 };
	for (;;) {
		while (is_blank(*text))
			text++;
		if (*text == 0 || *text == '#')
			break;
		if (*text == ';') {
			w->rest = text + 1;
			break;
		}
		if (w->argc == WORDS_MAX) {
			w->error = "too many words";
			break;
		}
		text = take_word(w, text, &end);
		w->open = end == 0;
		if (w->open)
			break;
		if (end == ';') {
			w->rest = text + 1;
			break;
		}
		text++;
	}
	w->argv[w->argc] = NULL;
}
