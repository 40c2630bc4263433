/*
 * kernel/shell/history.c - strings packed one behind the other.
 *
 * Invariant   text[0 .. used - 1] is `count` terminated strings, no two equal,
 *             none empty.
 */
#include "kernel/shell/history.h"

#include "kernel/string.h"

static void forget(struct history *h, char *line)
{
	size_t n = strlen(line) + 1;
	size_t behind = h->used - (size_t)(line + n - h->text);

	memmove(line, line + n, behind);
	h->used -= n;
	h->count--;
}

static char *find(struct history *h, const char *line)
{
	for (size_t at = 0; at < h->used; at += strlen(h->text + at) + 1)
		if (!strcmp(h->text + at, line))
			return h->text + at;
	return NULL;
}

void history_add(struct history *h, const char *line)
{
	size_t n = strlen(line) + 1;
	char *same = find(h, line);

	if (n == 1 || n > HISTORY_BYTES)
		return;
	if (same)
		forget(h, same);
	while (HISTORY_BYTES - h->used < n)	/* ends: it fits when empty */
		forget(h, h->text);
	memcpy(h->text + h->used, line, n);
	h->used += n;
	h->count++;
}

const char *history_get(const struct history *h, unsigned age)
{
	const char *line = h->text;

	if (age == 0 || age > h->count)
		return NULL;
	for (unsigned skip = h->count - age; skip; skip--)
		line += strlen(line) + 1;
	return line;
}
