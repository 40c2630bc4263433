/*
 * tests/boot/image.c - building, byte by byte, what a loader would leave.
 */
#include "tests/boot/image.h"

#include "kernel/assert.h"
#include "kernel/string.h"

void image_clear(struct image *m)
{
	memset(m, 0, sizeof(*m));
}

void image_patch(struct image *m, size_t at, uint64_t value, unsigned bytes)
{
	assert(at + bytes <= IMAGE_MAX);
	for (unsigned i = 0; i < bytes; i++)
		m->byte[at + i] = value >> 8 * i;
}

size_t image_put(struct image *m, uint64_t value, unsigned bytes)
{
	size_t at = m->n;

	image_patch(m, at, value, bytes);
	m->n += bytes;
	return at;
}

size_t image_put_bytes(struct image *m, const void *from, size_t n)
{
	size_t at = m->n;

	assert(at + n <= IMAGE_MAX);
	memcpy(m->byte + at, from, n);
	m->n += n;
	return at;
}

size_t image_put_text(struct image *m, const char *text)
{
	return image_put_bytes(m, text, strlen(text) + 1);
}

void image_align(struct image *m, size_t to)
{
	while (m->n % to)
		image_put(m, 0, 1);
}
