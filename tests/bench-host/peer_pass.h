/*
 * tests/bench-host/peer_pass.h - the stacks, queues and rings of Concurrency
 * Kit and liburcu, as functions.
 *
 * Guarantees  Each is the library's inline function of nearly that name, and
 *             nothing else.
 * Context     As theirs.
 * See         tests/bench-host/rows_pass.c
 */
#pragma once

#define _LGPL_SOURCE	/* liburcu: its inline functions, as the others' */
#include <ck_fifo.h>
#include <ck_hp.h>
#include <ck_hp_fifo.h>
#include <ck_hp_stack.h>
#include <ck_ring.h>
#include <ck_stack.h>
#include <urcu/lfstack.h>
#include <urcu/wfcqueue.h>

#include "kernel/compiler.h"

struct ring {
	ck_ring_t ring;
	ck_ring_buffer_t *places;
};

struct wfcq {
	struct __cds_wfcq_head head aligned_to(CACHE_LINE);
	struct cds_wfcq_tail tail aligned_to(CACHE_LINE);
};

void lfs_push(struct __cds_lfs_stack *s, struct cds_lfs_node *node);
void *lfs_pop(struct __cds_lfs_stack *s);
void *lfs_pop_locked(struct cds_lfs_stack *s);
void ck_push(ck_stack_t *s, ck_stack_entry_t *node);
void *ck_pop(ck_stack_t *s);
void ck_hp_push(ck_stack_t *s, ck_stack_entry_t *node);
void *ck_hp_pop(ck_stack_t *s, ck_hp_record_t *record);
void ck_hp_put(ck_hp_fifo_t *q, ck_hp_record_t *record,
	       ck_hp_fifo_entry_t *node, void *v);
ck_hp_fifo_entry_t *ck_hp_take(ck_hp_fifo_t *q, ck_hp_record_t *record,
			       void **v);
void ck_put(ck_fifo_mpmc_t *q, ck_fifo_mpmc_entry_t *node, void *v);
bool ck_take(ck_fifo_mpmc_t *q, ck_fifo_mpmc_entry_t **node, void **v);
void wfcq_push(struct wfcq *q, struct cds_wfcq_node *node);
void *wfcq_pop(struct wfcq *q);
bool ck_spsc_put(struct ring *r, void *v);
bool ck_spsc_take(struct ring *r, void **v);
bool ck_mpmc_put(struct ring *r, void *v);
bool ck_mpmc_take(struct ring *r, void **v);
