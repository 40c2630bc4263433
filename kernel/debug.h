/*
 * kernel/debug.h - how a program outside finds its way around the kernel.
 *
 * Guarantees  The symbol quiesce_debug is one struct quiesce_debug, complete
 *             once debug_init() has run.  Fields are only ever added at its
 *             end; `version` grows when one is, `size` is what this kernel has.
 *             All addresses are kernel virtual.  Those of the kernel image are
 *             physical + image_base; those of the direct map are physical +
 *             direct_map.
 * Context     Written at boot on one CPU, then read by debuggers.
 *
 * For the writer of a host program
 *   Find it     by the symbol (`nm quiesce.elf`), or by looking for magic at
 *               8-byte steps in the image (physical memory from 1 MB on).
 *   Event rings The ring of CPU c is at
 *                   event_ring + percpu_offset[c] modulo 2^64,
 *               where percpu_offset is a table of nr_cpus uint64_t at
 *               percpu_offsets, and c is a CPU whose bit is set in the words at
 *               cpus_possible.  A ring is a uint64_t count of the records ever
 *               written, and at event_ring_records from its start
 *               event_ring_slots records of 32 bytes (struct event_record):
 *               record number n (from 0) is in slot n % event_ring_slots.
 *               seq == 0: empty, or being written when the machine was stopped;
 *               skip it.  Sort all CPUs' records by seq for the order in which
 *               the machine drew the numbers; a hole in seq is a record that
 *               was overwritten.
 *   Log         At log: 256 bytes, first uint64_t head (lines ever reserved),
 *               second uint64_t lines dropped; then log_slots slots of 256
 *               bytes: uint64_t state, then struct log_record.  Line p is in
 *               slot p % log_slots, and complete iff state is
 *               2 * (p / log_slots) + 2.
 *   Threads     At threads: struct debug_threads below, all zero until there
 *               are any: the address of the head of a circular list (struct
 *               list: next, prev), then uint32_t offsets, in a thread, of its
 *               list node, of its uint32_t id and of its name (a char array).
 * See         kernel/debug.c, kernel/event.h, kernel/log_ring.h
 */
#pragma once

#include <stdint.h>

#define QUIESCE_DEBUG_MAGIC	0x2145435345495551ULL	/* bytes: "QUIESCE!" */
#define QUIESCE_DEBUG_VERSION	1

struct list;

struct quiesce_debug {
	uint64_t magic;
	uint32_t version;
	uint32_t size;
	uint64_t image_base;
	uint64_t direct_map;

	uint32_t nr_cpus;
	uint32_t event_ring_slots;
	uint32_t event_ring_records;	/* offset of the first in a ring */
	uint32_t event_record_size;
	uint64_t event_ring;		/* of CPU 0 */
	uint64_t percpu_offsets;
	uint64_t cpus_possible;

	uint64_t log;
	uint32_t log_slots;
	uint32_t log_slot_size;

	uint64_t threads;		/* struct debug_threads */
};

extern struct quiesce_debug quiesce_debug;

/* At boot, one CPU. */
void debug_init(void);

/*
 * The scheduler tells what it knows, once, before it runs a second thread.
 * id() and name() are about the running thread, in any context, NMI included.
 */
struct debug_threads {
	const struct list *all;
	uint32_t list_offset, id_offset, name_offset;
	uint32_t (*id)(void);
	const char *(*name)(void);
};

void debug_set_threads(const struct debug_threads *threads);
const struct debug_threads *debug_threads(void);

/* Of the running thread; 0 and "" before there are any. */
uint32_t debug_thread_id(void);
const char *debug_thread_name(void);
