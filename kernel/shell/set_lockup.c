/*
 * kernel/shell/set_lockup.c - `set spin_ms=`, `set hung_ms=`: how long a wait
 * may be before it is told.
 */
#include "kernel/format.h"
#include "kernel/shell/setting.h"
#include "kernel/string.h"
#include "sync/lockup.h"

#define MS	1000000UL
#define MOST	3600000UL	/* an hour */

static void get(enum lockup_kind kind, char *value, size_t n)
{
	format_to(value, n, "%lu", lockup_limit(kind) / MS);
}

static bool set(enum lockup_kind kind, const char *value)
{
	uint64_t ms;

	if (!string_to_u64(value, &ms) || !ms || ms > MOST)
		return false;
	lockup_set_limit(kind, ms * MS);
	return true;
}

static void get_spin_ms(char *value, size_t n)
{
	get(LOCKUP_SPIN, value, n);
}

static bool set_spin_ms(const char *value)
{
	return set(LOCKUP_SPIN, value);
}

static void get_hung_ms(char *value, size_t n)
{
	get(LOCKUP_HUNG, value, n);
}

static bool set_hung_ms(const char *value)
{
	return set(LOCKUP_HUNG, value);
}

SETTING("spin_ms", "spinning for a lock longer than this is told",
	get_spin_ms, set_spin_ms);
SETTING("hung_ms", "sleeping for a lock longer than this is told",
	get_hung_ms, set_hung_ms);
