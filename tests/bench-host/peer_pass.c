/*
 * tests/bench-host/peer_pass.c - the peers' inline functions, behind calls.
 */
#include "tests/bench-host/peer_pass.h"

#include "kernel/compiler.h"

never_inline void lfs_push(struct __cds_lfs_stack *s, struct cds_lfs_node *node)
{
	cds_lfs_push(s, node);
}

never_inline void *lfs_pop(struct __cds_lfs_stack *s)
{
	return __cds_lfs_pop(s);
}

never_inline void *lfs_pop_locked(struct cds_lfs_stack *s)
{
	return cds_lfs_pop_blocking(s);
}

never_inline void ck_push(ck_stack_t *s, ck_stack_entry_t *node)
{
	ck_stack_push_mpmc(s, node);
}

never_inline void *ck_pop(ck_stack_t *s)
{
	return ck_stack_pop_mpmc(s);
}

never_inline void ck_hp_push(ck_stack_t *s, ck_stack_entry_t *node)
{
	ck_hp_stack_push_mpmc(s, node);
}

never_inline void *ck_hp_pop(ck_stack_t *s, ck_hp_record_t *record)
{
	return ck_hp_stack_pop_mpmc(record, s);
}

never_inline void ck_hp_put(ck_hp_fifo_t *q, ck_hp_record_t *record,
			    ck_hp_fifo_entry_t *node, void *v)
{
	ck_hp_fifo_enqueue_mpmc(record, q, node, v);
}

never_inline ck_hp_fifo_entry_t *ck_hp_take(ck_hp_fifo_t *q,
					    ck_hp_record_t *record, void **v)
{
	return ck_hp_fifo_dequeue_mpmc(record, q, v);
}

never_inline void ck_put(ck_fifo_mpmc_t *q, ck_fifo_mpmc_entry_t *node, void *v)
{
	ck_fifo_mpmc_enqueue(q, node, v);
}

never_inline bool ck_take(ck_fifo_mpmc_t *q, ck_fifo_mpmc_entry_t **node,
			  void **v)
{
	return ck_fifo_mpmc_dequeue(q, v, node);
}

never_inline void wfcq_push(struct wfcq *q, struct cds_wfcq_node *node)
{
	cds_wfcq_node_init(node);
	cds_wfcq_enqueue(&q->head, &q->tail, node);
}

never_inline void *wfcq_pop(struct wfcq *q)
{
	return __cds_wfcq_dequeue_nonblocking(&q->head, &q->tail);
}

never_inline bool ck_spsc_put(struct ring *r, void *v)
{
	return ck_ring_enqueue_spsc(&r->ring, r->places, v);
}

never_inline bool ck_spsc_take(struct ring *r, void **v)
{
	return ck_ring_dequeue_spsc(&r->ring, r->places, v);
}

never_inline bool ck_mpmc_put(struct ring *r, void *v)
{
	return ck_ring_enqueue_mpmc(&r->ring, r->places, v);
}

never_inline bool ck_mpmc_take(struct ring *r, void **v)
{
	return ck_ring_dequeue_mpmc(&r->ring, r->places, v);
}
