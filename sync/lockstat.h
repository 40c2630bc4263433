/*
 * sync/lockstat.h - how often, how long, and how often in vain: by class.
 *
 * Guarantees  Each CPU counts for itself; lockstat_read() adds them up.  Only
 *             the kernel's own judge's classes are counted.
 * Context     Any but NMI.
 * Cost        48 bytes for each class and CPU.  No locked instruction.
 * Limits      The sum may miss what is counted meanwhile.
 * See         docs/40-watching.md, tests/sync/test_lockstat.c; `lockstat`
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct lockstat {
	uint64_t acquired, contended;
	uint64_t wait_ns, wait_max_ns;
	uint64_t hold_ns, hold_max_ns;
};

void lockstat_got(unsigned class, bool waited, uint64_t wait_ns);
void lockstat_let_go(unsigned class, uint64_t hold_ns);
void lockstat_read(unsigned class, struct lockstat *out);
void lockstat_clear(void);
