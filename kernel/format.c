/*
 * kernel/format.c - text from a format, one conversion at a time.
 *
 * Invariant   out.length is how long the text would be in an unbounded buffer;
 *             byte i of it is stored iff i + 1 < out.size.  Only put() stores.
 *             A conversion is laid out as
 *                 [spaces] sign-or-prefix [zeros] body [spaces]
 *             where width decides the spaces (or, with the flag 0, the zeros)
 *             and precision the zeros.
 * References  ISO/IEC 9899:2011, 7.21.6.1.
 */
#include "kernel/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "kernel/string.h"
#include "kernel/symbols.h"

#define DIGITS_MAX	20	/* of 2^64 - 1 in decimal */
#define PAD_MAX		1024	/* widths and precisions are cut to this */

struct out {
	char *buf;
	size_t size;
	size_t length;
};

struct spec {
	bool left, zero, plus, space, hash;
	int width;
	int precision;		/* -1: none given */
	unsigned char size;	/* of an integer argument, in bytes */
	char conversion;
};

static void put(struct out *o, char c)
{
	if (o->length + 1 < o->size)
		o->buf[o->length] = c;
	o->length++;
}

static void put_run(struct out *o, char c, int n)
{
	while (n-- > 0)
		put(o, c);
}

static void put_text(struct out *o, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(o, text[i]);
}

/* prefix, zeros and body, padded to the width */
static void put_field(struct out *o, const struct spec *s, const char *prefix,
		      int zeros, const char *body, size_t n)
{
	size_t used = strlen(prefix) + (size_t)zeros + n;
	int spaces = used < (size_t)s->width ? s->width - (int)used : 0;

	if (!s->left)
		put_run(o, ' ', spaces);
	put_text(o, prefix, strlen(prefix));
	put_run(o, '0', zeros);
	put_text(o, body, n);
	if (s->left)
		put_run(o, ' ', spaces);
}

/* Writes v's digits so that they end at end; returns where they begin. */
static char *digits(char *end, uint64_t v, unsigned base, bool capitals)
{
	const char *set = capitals ? "0123456789ABCDEF" : "0123456789abcdef";

	for (; v; v /= base)
		*--end = set[v % base];
	return end;
}

static void put_number(struct out *o, const struct spec *s, uint64_t v,
		       unsigned base, const char *prefix)
{
	char buf[DIGITS_MAX];
	char *end = buf + sizeof(buf);
	char *body = digits(end, v, base, s->conversion == 'X');
	int n = (int)(end - body);
	int wanted = s->precision < 0 ? 1 : s->precision;

	if (s->zero && !s->left && s->precision < 0)
		wanted = s->width - (int)strlen(prefix);
	if (s->precision < 0 && wanted < 1)
		wanted = 1;
	put_field(o, s, prefix, wanted > n ? wanted - n : 0, body, (size_t)n);
}

/* The bits above the argument's own size are not part of it. */
static uint64_t narrow(uint64_t v, unsigned size)
{
	return size == 8 ? v : v & ((1ULL << (8 * size)) - 1);
}

static void put_signed(struct out *o, const struct spec *s, uint64_t raw)
{
	uint64_t sign = 1ULL << (8 * s->size - 1);
	uint64_t v = narrow(raw, s->size);

	if (v & sign)
		put_number(o, s, narrow(-v, s->size), 10, "-");
	else
		put_number(o, s, v, 10, s->plus ? "+" : s->space ? " " : "");
}

static void put_hex(struct out *o, const struct spec *s, uint64_t raw)
{
	uint64_t v = narrow(raw, s->size);
	const char *prefix = s->conversion == 'X' ? "0X" : "0x";

	put_number(o, s, v, 16, s->hash && v ? prefix : "");
}

static void put_string(struct out *o, const struct spec *s, const char *text)
{
	if (!text)
		text = "(null)";
	put_field(o, s, "", 0, text,
		  s->precision < 0 ? strlen(text)
				   : strnlen(text, (size_t)s->precision));
}

/* %pS and %pB: back is how far before pc the named instruction lies */
static void put_symbol(struct out *o, const struct spec *s, uint64_t pc,
		       unsigned back)
{
	char hex[DIGITS_MAX];
	char *end = hex + sizeof(hex);
	uint64_t offset;
	const char *name = symbol_find(pc - back, &offset);
	const char *plus = name ? "+0x" : "0x";
	char *body = digits(end, name ? offset + back : pc, 16, false);
	size_t before = o->length;

	if (body == end)
		*--body = '0';
	if (name)
		put_text(o, name, strlen(name));
	put_text(o, plus, strlen(plus));
	put_text(o, body, (size_t)(end - body));
	put_run(o, ' ', s->width - (int)(o->length - before));
}

/* Returns the format behind what it used: %pS takes one more letter. */
static const char *put_pointer(struct out *o, const struct spec *s, void *arg,
			       const char *fmt)
{
	uint64_t v = (uint64_t)(uintptr_t)arg;

	if (*fmt == 'S' || *fmt == 'B') {
		put_symbol(o, s, v, *fmt == 'B');
		return fmt + 1;
	}
	put_number(o, s, v, 16, "0x");
	return fmt;
}

/* A width or precision: digits, or * for an argument. */
static const char *parse_count(const char *fmt, int *n, va_list *args)
{
	int v = 0;

	if (*fmt == '*') {
		*n = va_arg(*args, int);
		return fmt + 1;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		if (v < PAD_MAX)
			v = v * 10 + (*fmt - '0');
	*n = v;
	return fmt;
}

static const char *parse_flags(const char *fmt, struct spec *s)
{
	for (;; fmt++) {		/* ended by the first other letter */
		if (*fmt == '-')
			s->left = true;
		else if (*fmt == '0')
			s->zero = true;
		else if (*fmt == '+')
			s->plus = true;
		else if (*fmt == ' ')
			s->space = true;
		else if (*fmt == '#')
			s->hash = true;
		else
			return fmt;
	}
}

static const char *parse_size(const char *fmt, struct spec *s)
{
	s->size = sizeof(int);
	if (*fmt == 'h') {
		s->size = fmt[1] == 'h' ? 1 : 2;
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	}
	if (*fmt == 'l') {
		s->size = 8;
		return fmt + (fmt[1] == 'l' ? 2 : 1);
	}
	if (*fmt == 'z' || *fmt == 't' || *fmt == 'j') {
		s->size = 8;
		return fmt + 1;
	}
	return fmt;
}

/* fmt stands behind the %; returns it behind the conversion's letter. */
static const char *parse_spec(const char *fmt, struct spec *s, va_list *args)
{
	*s = (struct spec){ .precision = -1 };
	fmt = parse_flags(fmt, s);
	fmt = parse_count(fmt, &s->width, args);
	if (s->width < 0) {
		s->left = true;
		s->width = s->width < -PAD_MAX ? PAD_MAX : -s->width;
	}
	if (s->width > PAD_MAX)
		s->width = PAD_MAX;
	if (*fmt == '.')
		fmt = parse_count(fmt + 1, &s->precision, args);
	if (s->precision > PAD_MAX)
		s->precision = PAD_MAX;
	fmt = parse_size(fmt, s);
	s->conversion = *fmt;
	return *fmt ? fmt + 1 : fmt;
}

static uint64_t integer_arg(const struct spec *s, va_list *args)
{
	if (s->size == 8)
		return va_arg(*args, uint64_t);
	return va_arg(*args, unsigned);
}

/* fmt stands behind the letter; returns where the format goes on, or NULL. */
static const char *convert(struct out *o, const struct spec *s,
			   const char *fmt, va_list *args)
{
	char c;

	switch (s->conversion) {
	case 'd':
	case 'i':
		put_signed(o, s, integer_arg(s, args));
		return fmt;
	case 'u':
		put_number(o, s, narrow(integer_arg(s, args), s->size), 10, "");
		return fmt;
	case 'x':
	case 'X':
		put_hex(o, s, integer_arg(s, args));
		return fmt;
	case 'c':
		c = (char)va_arg(*args, int);
		put_field(o, s, "", 0, &c, 1);
		return fmt;
	case 's':
		put_string(o, s, va_arg(*args, const char *));
		return fmt;
	case 'p':
		return put_pointer(o, s, va_arg(*args, void *), fmt);
	case '%':
		put(o, '%');
		return fmt;
	default:
		return NULL;
	}
}

size_t format(char *buf, size_t n, const char *fmt, va_list args)
{
	struct out o = { .buf = buf, .size = n };
	struct spec s;
	va_list rest;

	va_copy(rest, args);
	while (*fmt) {
		const char *percent = fmt;

		if (*fmt++ != '%') {
			put(&o, *percent);
			continue;
		}
		fmt = convert(&o, &s, parse_spec(fmt, &s, &rest), &rest);
		if (!fmt) {
			put_text(&o, percent, strlen(percent));
			break;
		}
	}
	va_end(rest);
	if (n)
		buf[o.length < n ? o.length : n - 1] = 0;
	return o.length;
}

size_t format_to(char *buf, size_t n, const char *fmt, ...)
{
	va_list args;
	size_t length;

	va_start(args, fmt);
	length = format(buf, n, fmt, args);
	va_end(args);
	return length;
}
