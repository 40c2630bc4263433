/*
 * kernel/suggest.c - "did you mean ...?"
 *
 * Invariant   After step (i, j), row[0][j] is the distance between the first i
 *             characters of a and the first j of b; row[1] holds the same for
 *             i - 1, row[2] for i - 2.
 * References  Damerau, CACM 7(3), 1964; the restricted form, in which no
 *             piece is edited twice ("optimal string alignment").
 */
#include "kernel/suggest.h"

#include <stdint.h>

#include "kernel/string.h"

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static void next_row(uint8_t row[3][SUGGEST_WORD + 1])
{
	memcpy(row[2], row[1], sizeof(row[1]));
	memcpy(row[1], row[0], sizeof(row[0]));
}

unsigned suggest_distance(const char *a, const char *b)
{
	uint8_t row[3][SUGGEST_WORD + 1] = { { 0 } };
	size_t n = strlen(a), m = strlen(b);

	if (n > SUGGEST_WORD || m > SUGGEST_WORD)
		return SUGGEST_WORD + 1;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		next_row(row);
		row[0][0] = i;
		for (size_t j = 1; j <= m; j++) {
			unsigned best = row[1][j - 1] + (a[i - 1] != b[j - 1]);

			best = smaller(best, row[1][j] + 1u);
			best = smaller(best, row[0][j - 1] + 1u);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				best = smaller(best, row[2][j - 2] + 1u);
			row[0][j] = best;
		}
	}
	return row[0][m];
}

void suggest_begin(struct suggestion *s, const char *word)
{
	*s = (struct suggestion){ .word = word };
}

/* A third of the word may be wrong, or the rest of it missing. */
static bool is_near(const char *word, const char *candidate, unsigned distance)
{
	size_t n = strlen(word);

	if (n >= 2 && strncmp(word, candidate, n) == 0)
		return true;
	return distance <= 3 && distance * 3 <= n + 1;
}

void suggest_offer(struct suggestion *s, const char *candidate)
{
	unsigned distance = suggest_distance(s->word, candidate);

	if (distance > SUGGEST_WORD || !is_near(s->word, candidate, distance))
		return;
	if (s->best && s->distance <= distance)
		return;
	s->best = candidate;
	s->distance = distance;
}
