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

/* bench_locks.c: a lock and an unlock, or what is like them */
#define MARKER_SPINLOCK		0x120
#define MARKER_SPINLOCK_END	0x121
#define MARKER_IRQSAVE		0x122
#define MARKER_IRQSAVE_END	0x123
#define MARKER_TAS		0x124
#define MARKER_TAS_END		0x125
#define MARKER_TTAS		0x126
#define MARKER_TTAS_END		0x127
#define MARKER_TICKET		0x128
#define MARKER_TICKET_END	0x129
#define MARKER_MCS		0x12a
#define MARKER_MCS_END		0x12b
#define MARKER_CLH		0x12c
#define MARKER_CLH_END		0x12d
#define MARKER_RWLOCK_READ	0x12e
#define MARKER_RWLOCK_READ_END	0x12f
#define MARKER_RWLOCK_WRITE	0x130
#define MARKER_RWLOCK_WRITE_END	0x131
#define MARKER_PHASE_FAIR_READ	0x132
#define MARKER_PHASE_FAIR_READ_END	0x133
#define MARKER_BRLOCK_READ	0x134
#define MARKER_BRLOCK_READ_END	0x135
#define MARKER_SEQLOCK_READ	0x136
#define MARKER_SEQLOCK_READ_END	0x137
#define MARKER_SEQLOCK_WRITE	0x138
#define MARKER_SEQLOCK_WRITE_END	0x139
#define MARKER_MUTEX		0x13a
#define MARKER_MUTEX_END	0x13b
#define MARKER_SEMAPHORE	0x13c
#define MARKER_SEMAPHORE_END	0x13d
#define MARKER_RWSEM_READ	0x13e
#define MARKER_RWSEM_READ_END	0x13f
#define MARKER_RWSEM_WRITE	0x140
#define MARKER_RWSEM_WRITE_END	0x141
#define MARKER_COMPLETION	0x142
#define MARKER_COMPLETION_END	0x143
#define MARKER_PERCPU_COUNTER	0x144
#define MARKER_PERCPU_COUNTER_END	0x145

/* bench_rcu.c */
#define MARKER_RCU_READ		0x160
#define MARKER_RCU_READ_END	0x161
#define MARKER_RCU		0x162
#define MARKER_RCU_END		0x163
#define MARKER_RCU_HURRY	0x164
#define MARKER_RCU_HURRY_END	0x165
#define MARKER_RCU_BUSY		0x166
#define MARKER_RCU_BUSY_END	0x167
