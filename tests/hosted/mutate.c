/*
 * tests/hosted/mutate.c - small faults in an image, drawn from a seed.
 *
 * Fields of formats are mostly aligned 32-bit words that hold sizes, counts
 * and addresses, so that is what most faults aim at, with the values at which
 * comparisons and sums go wrong.
 */
#include "tests/hosted/mutate.h"

#include <string.h>

#include "boot/bytes.h"
#include "kernel/test.h"

static uint64_t below(struct test *t, uint64_t n)
{
	return n ? test_random(t) % n : 0;
}

static uint64_t nasty(struct test *t, const struct image *m)
{
	static const uint64_t values[] = {
		0, 1, 2, 7, 8, 9, 15, 16, 20, 23, 24, 35, 36, 63, 64, 0x7f,
		0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
		0xfffffff8, 0xffffffff, 1ull << 32, 1ull << 63, ~7ull, ~0ull,
	};

	if (below(t, 4) == 0)
		return m->n + below(t, 33) - 16;
	return values[below(t, ARRAY_LEN(values))];
}

static void set_word(struct test *t, struct image *m)
{
	unsigned bytes = 1u << below(t, 4);
	size_t at = below(t, m->n / bytes) * bytes;

	if (at + bytes <= m->n)
		image_patch(m, at, nasty(t, m), bytes);
}

static void nudge_word(struct test *t, struct image *m)
{
	size_t at = below(t, m->n / 4) * 4;

	if (at + 4 <= m->n)
		image_patch(m, at, get32(m->byte + at) + below(t, 17) - 8, 4);
}

static void move_piece(struct test *t, struct image *m)
{
	size_t n = below(t, m->n < 64 ? m->n : 64);
	size_t from = below(t, m->n - n), to = below(t, m->n - n);

	memmove(m->byte + to, m->byte + from, n);
}

static void cut(struct test *t, struct image *m)
{
	m->n = below(t, m->n);
}

void mutate(struct test *t, struct image *m)
{
	for (unsigned n = 1 + below(t, 4); n; n--) {
		if (m->n < 8)
			return;
		switch (below(t, 16)) {
		case 0: cut(t, m); break;
		case 1: move_piece(t, m); break;
		case 2: case 3: case 4:
			nudge_word(t, m);
			break;
		case 5: case 6:
			m->byte[below(t, m->n)] ^= 1u << below(t, 8);
			break;
		default: set_word(t, m);
		}
	}
}
