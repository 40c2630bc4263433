/*
 * tests/san/undefined/ubsan.c - what the compiler calls where C says nothing.
 *
 * `make SAN=undefined` compiles the kernel with -fsanitize=undefined: before
 * each operation that might be undefined it is checked, and one of these is
 * called when it is.  Each names the place, and panics: the backtrace is the
 * panic's.  This folder is not instrumented.
 *
 * Context     Any: that is what panic() promises.
 * References  The arguments: GCC, Common Function Attributes and Instrumentation
 *             Options; the layouts are those that both compilers emit, and are
 *             tried by tests/san/undefined/cmd_plant.c.
 */
#include <stdint.h>

#include "kernel/panic.h"
#include "tests/san/undefined/ubsan.h"

struct place {
	const char *file;
	uint32_t line, column;
};

struct kind {
	uint16_t kind, info;	/* 0: an integer; info: bits * 2 + is signed */
	char name[];
};

struct mismatch {
	struct place place;
	const struct kind *type;
	uint8_t log_align;
	uint8_t access;
};

struct bounds {
	struct place place;
	const struct kind *array, *index;
};

static const char *const accesses[] = {
	"load of", "store to", "reference to", "member access within",
	"member call on", "constructor call on", "downcast of", "downcast of",
	"upcast of", "cast to virtual base of", "_Nonnull binding to",
	"dynamic operation on",
};

static never_returns void found(const struct place *p, const char *what)
{
	panic("undefined: %s at %s:%u", what, p->file, p->line);
}

void __ubsan_handle_type_mismatch_v1(const struct mismatch *m, uintptr_t at)
{
	const char *access = m->access < ARRAY_LEN(accesses) ?
		accesses[m->access] : "access to";

	panic("undefined: %s %s %s at %#lx, at %s:%u",
	      !at ? "NULL:" : at & ((1UL << m->log_align) - 1) ?
	      "misaligned:" : "too small an object:", access, m->type->name,
	      at, m->place.file, m->place.line);
}

void __ubsan_handle_out_of_bounds(const struct bounds *b, uintptr_t index)
{
	panic("undefined: index %ld is out of bounds of %s at %s:%u",
	      (long)index, b->array->name, b->place.file, b->place.line);
}

/* Those that need no more than their place. */
#define HANDLER(name, what) \
void __ubsan_handle_##name(const struct place *p) \
{ \
	found(p, what); \
}

HANDLER(add_overflow, "an addition overflows")
HANDLER(sub_overflow, "a subtraction overflows")
HANDLER(mul_overflow, "a multiplication overflows")
HANDLER(negate_overflow, "a negation overflows")
HANDLER(divrem_overflow, "a division overflows, or is by 0")
HANDLER(shift_out_of_bounds, "a shift by too much, or of a negative number")
HANDLER(pointer_overflow, "arithmetic on a pointer overflows")
HANDLER(load_invalid_value, "a value that its type does not have")
HANDLER(builtin_unreachable, "what cannot be reached is reached")
HANDLER(missing_return, "no value is returned")
HANDLER(vla_bound_not_positive, "an array of no or negative size")
HANDLER(invalid_builtin, "a builtin gets a 0")
HANDLER(nonnull_arg, "an argument is NULL that must not be")
HANDLER(function_type_mismatch, "a function is called by a wrong type")
