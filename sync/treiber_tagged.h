/*
 * sync/treiber_tagged.h - Treiber's stack with a tag beside the pointer.
 *
 * Guarantees  A linearizable stack: last in, first out.  Lock-free.
 *             What was written into a node before its push, who pops it sees.
 *             A popped node is the popper's at once, and may be pushed again.
 * Context     Any, NMI included.
 * Cost        16 bytes, and 8 a node.  Push: one cmpxchg.  Pop: one cmpxchg16b.
 * Limits      A slow popper may read the next of a node that was popped long
 *             ago: a node's memory must stay a node's for as long as the stack
 *             is used.  2^64 pops while one popper stands still fool it.
 * See         docs/73-treiber-stack.md, tests/sync/test_treiber_tagged.c
 */
#pragma once

#include "arch/atomic.h"

struct treiber_tagged_node {
	struct atomic_ptr next;
};

struct treiber_tagged {
	union {
		struct atomic128 both;
		struct {
			struct atomic_ptr top;
			struct atomic64 tag;	/* how often one was popped */
		};
	};
};

void treiber_tagged_init(struct treiber_tagged *s);
void treiber_tagged_push(struct treiber_tagged *s,
			 struct treiber_tagged_node *node);
struct treiber_tagged_node *treiber_tagged_pop(struct treiber_tagged *s);
