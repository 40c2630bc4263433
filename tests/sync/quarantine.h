/*
 * tests/sync/quarantine.h - memory that remembers that it was freed.
 *
 * Guarantees  What quarantine_free() got is filled with poison and kept back
 *             for a while; when it leaves, every byte must still be poison.
 *             quarantine_faults() counts what was found: freed twice, written
 *             after it was freed, freed and never given out.
 *             quarantine_is_live() tells whether an object may be touched now:
 *             a test asks it about what it got from a structure.
 *             Where AddressSanitizer is linked, it stops at the first touch.
 * Context     Any but NMI.  quarantine_begin() and _end() while nobody else is
 *             there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

void quarantine_begin(void);

/*
 * For a twin whose readers may stand still with what was freed, for any time:
 * until quarantine_end() nothing leaves, and nothing stops at a touch.
 */
void quarantine_keep_all(void);
void *quarantine_alloc(size_t size);
void quarantine_free(void *object);
bool quarantine_is_live(const void *object);
unsigned quarantine_live(void);		/* given out, and not freed */

/* Lets everything leave; what was wrong since quarantine_begin(). */
unsigned quarantine_end(void);
