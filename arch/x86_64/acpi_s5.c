/*
 * arch/x86_64/acpi_s5.c - the two numbers that mean "power off".
 *
 * Invariant   struct aml is a window: at <= end, and next_byte() is the only
 *             reader; behind the end it gives 0 and sets bad, so that a
 *             package cut short is never taken for one.
 * References  ACPI 6.5, 7.4.2 (\_Sx), 20.2.4 (package length encoding), 20.2.5
 *             (named objects).
 */
#include "arch/x86_64/acpi_table.h"
#include "kernel/string.h"

enum {
	AML_ZERO = 0x00,
	AML_ONE = 0x01,
	AML_NAME = 0x08,
	AML_BYTE = 0x0a,
	AML_WORD = 0x0b,
	AML_DWORD = 0x0c,
	AML_PACKAGE = 0x12,
	AML_ROOT = '\\',
	SLP_TYP_MAX = 7,
};

struct aml {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static uint8_t next_byte(struct aml *a)
{
	if (a->at == a->end) {
		a->bad = true;
		return 0;
	}
	return *a->at++;
}

/* The low byte of an integer constant; SLP_TYP has three bits. */
static uint8_t next_small_integer(struct aml *a)
{
	unsigned more = 0;
	uint8_t op = next_byte(a), value;

	switch (op) {
	case AML_ZERO:
	case AML_ONE:
		return op;
	case AML_BYTE: more = 0; break;
	case AML_WORD: more = 1; break;
	case AML_DWORD: more = 3; break;
	default: a->bad = true;
	}
	value = next_byte(a);
	while (more--)
		if (next_byte(a))
			a->bad = true;
	return value;
}

/* Package: op, length, number of elements, elements. */
static bool read_package(struct aml a, struct acpi_power *power)
{
	uint8_t op = next_byte(&a);
	uint8_t lead = next_byte(&a);
	uint8_t n, type_a, type_b;

	for (unsigned more = lead >> 6; more; more--)
		next_byte(&a);
	n = next_byte(&a);
	type_a = next_small_integer(&a);
	type_b = n > 1 ? next_small_integer(&a) : 0;
	if (a.bad || op != AML_PACKAGE || n == 0 || type_a > SLP_TYP_MAX ||
	    type_b > SLP_TYP_MAX)
		return false;
	power->has_s5 = true;
	power->s5_type_a = type_a;
	power->s5_type_b = type_b;
	return true;
}

/* Name (_S5_, ...) or Name (\_S5_, ...), not some text that looks alike. */
static bool is_defined_here(const uint8_t *name)
{
	return name[-1] == AML_NAME ||
	       (name[-1] == AML_ROOT && name[-2] == AML_NAME);
}

void acpi_s5_find(const struct acpi_table *aml, struct acpi_power *power)
{
	const uint8_t *end = aml->data + aml->length;

	/* the header before the code is what makes name[-2] readable */
	for (const uint8_t *p = aml->data + ACPI_HEADER_SIZE; end - p > 4; p++)
		if (*p == '_' && !memcmp(p, "_S5_", 4) && is_defined_here(p) &&
		    read_package((struct aml){ .at = p + 4, .end = end },
				 power))
			return;
}
