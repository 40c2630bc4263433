/*
 * tests/san/address/kasan.h - the names that compilers and the linker call.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

void __asan_load1_noabort(uintptr_t at);
void __asan_load2_noabort(uintptr_t at);
void __asan_load4_noabort(uintptr_t at);
void __asan_load8_noabort(uintptr_t at);
void __asan_load16_noabort(uintptr_t at);
void __asan_loadN_noabort(uintptr_t at, size_t size);
void __asan_store1_noabort(uintptr_t at);
void __asan_store2_noabort(uintptr_t at);
void __asan_store4_noabort(uintptr_t at);
void __asan_store8_noabort(uintptr_t at);
void __asan_store16_noabort(uintptr_t at);
void __asan_storeN_noabort(uintptr_t at, size_t size);
void __asan_handle_no_return(void);

/* ld --wrap=memcpy: who calls memcpy comes to __wrap_memcpy */
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__wrap_memset(void *to, int byte, size_t n);
void *__real_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *to, int byte, size_t n);
