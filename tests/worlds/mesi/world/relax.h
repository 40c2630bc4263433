/*
 * tests/worlds/mesi/world/relax.h - waiting costs time on the CPU's own clock.
 */
#pragma once

void cpu_relax(void);
void cpu_delay(unsigned n);
