/*
 * tests/bench/marks.h - the markers of the benchmarks.
 *
 * Guarantees  Ids that no phase of the boot has.  tools/bench.py reads these
 *             lines; what lies between X and X_END is one round.
 * See         arch/x86_64/marker.h, tools/bench.py
 */
#pragma once

#define MARKER_YIELD		0x100
#define MARKER_YIELD_END	0x101
#define MARKER_YIELD_THERE	0x107	/* in the partner */
#define MARKER_KMALLOC		0x102
#define MARKER_KMALLOC_END	0x103
#define MARKER_WAKE		0x104	/* on the waker's CPU */
#define MARKER_WAKE_END		0x105
#define MARKER_WOKEN		0x106	/* on the CPU that was idle */
#define MARKER_IDLE		0x108
#define MARKER_IDLE_END		0x109
