/*
 * tests/hosted/mutate.h - small faults in an image, drawn from a seed.
 *
 * Guarantees  mutate() changes 1 to 4 places of m and stays inside IMAGE_MAX.
 *             The same random numbers give the same faults.
 * See         tests/hosted/test_parser_mutations.c
 */
#pragma once

#include "tests/boot/image.h"

struct test;

void mutate(struct test *t, struct image *m);
