/*
 * sync/selves.h - all threads that hold or wait, for whoever looks at others.
 *
 * Guarantees  selves_each() calls fn for each thread that exists, until it
 *             returns false; none of them ends meanwhile.  What they hold
 *             changes while one looks: it is a hint.
 *             selves_holder() is a thread that holds l, but not `not`; or NULL.
 * Context     Any but NMI.  fn may take no lock, and must not be slow.
 * Cost        All threads' lists of locks are read.
 * See         sync/self.h, docs/40-watching.md, tests/sync/test_selves.c
 */
#pragma once

#include <stdbool.h>

#include "sync/self.h"

void selves_add(struct sync_self *s, uint32_t id, const char *name);
void selves_remove(struct sync_self *s);
void selves_each(bool (*fn)(struct sync_self *s, void *arg), void *arg);
const struct sync_self *selves_holder(const void *l,
				      const struct sync_self *not);
