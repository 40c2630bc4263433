/*
 * sync/self.h - what sync/ remembers about each thread.
 *
 * Guarantees  Every struct thread embeds one struct sync_self, zeroed before
 *             the thread runs.  Only sync/ reads or writes it.
 * Context     As each member says.
 * Limits      Empty until the first primitive that keeps state per thread.
 * See         sched/thread.h
 */
#pragma once

struct sync_self {
};
