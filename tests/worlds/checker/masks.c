/*
 * tests/worlds/checker/masks.c - the CPUs of a program for the checker: one for
 * each thread (tests/checker/seams.c fills the sets as they are declared).
 */
#include "arch/cpu.h"

struct cpumask cpus_possible, cpus_present, cpus_online;
