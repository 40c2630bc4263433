/*
 * kernel/suggest.h - "did you mean ...?"
 *
 * Guarantees  Of the candidates offered, best is the one nearest to the word
 *             that was typed, the first offered of equally near ones, or NULL
 *             while none is near enough to be worth saying.
 *             suggest_distance() counts the characters to insert, delete,
 *             replace, or swap with a neighbour.
 * Context     Any; candidates must live as long as the suggestion.
 * Cost        Product of the two lengths, 100 bytes of stack.
 * Limits      Words beyond SUGGEST_WORD characters get no suggestion.
 * See         kernel/cmdline.c, kernel/shell/; tests/kernel/test_suggest.c
 */
#pragma once

#define SUGGEST_WORD	31

struct suggestion {
	const char *word;
	const char *best;
	unsigned distance;	/* from word to best */
};

void suggest_begin(struct suggestion *s, const char *word);
void suggest_offer(struct suggestion *s, const char *candidate);

/* SUGGEST_WORD + 1 when either word is too long. */
unsigned suggest_distance(const char *a, const char *b);
