/*
 * tests/bench-host/peer_hash.h - liburcu's hash table.
 *
 * Guarantees  One table of 2^bits buckets, which is not resized.
 * Context     lfht_init() and lfht_add() before there are other threads.
 * See         tests/bench-host/rows_find.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void lfht_init(unsigned bits);
void lfht_add(uint64_t key);
bool lfht_find(uint64_t key);
