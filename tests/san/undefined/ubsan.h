/*
 * tests/san/undefined/ubsan.h - the names that compilers call.
 */
#pragma once

#include <stdint.h>

#include "kernel/compiler.h"

struct place;
struct mismatch;
struct bounds;

void __ubsan_handle_type_mismatch_v1(const struct mismatch *m, uintptr_t at);
void __ubsan_handle_out_of_bounds(const struct bounds *b, uintptr_t index);
void __ubsan_handle_add_overflow(const struct place *p);
void __ubsan_handle_sub_overflow(const struct place *p);
void __ubsan_handle_mul_overflow(const struct place *p);
void __ubsan_handle_negate_overflow(const struct place *p);
void __ubsan_handle_divrem_overflow(const struct place *p);
void __ubsan_handle_shift_out_of_bounds(const struct place *p);
void __ubsan_handle_pointer_overflow(const struct place *p);
void __ubsan_handle_load_invalid_value(const struct place *p);
void __ubsan_handle_builtin_unreachable(const struct place *p);
void __ubsan_handle_missing_return(const struct place *p);
void __ubsan_handle_vla_bound_not_positive(const struct place *p);
void __ubsan_handle_invalid_builtin(const struct place *p);
void __ubsan_handle_nonnull_arg(const struct place *p);
void __ubsan_handle_function_type_mismatch(const struct place *p);
