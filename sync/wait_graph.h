/*
 * sync/wait_graph.h - who waits for whom, just now.
 *
 * Guarantees  wait_graph() fills nodes[] with the threads that wait for a lock
 *             or for something else that sync/ knows, and says for each who
 *             holds it.  `deadlocked` are those that wait for themselves by way
 *             of others: none of them will ever run again, unless a time-out
 *             helps.  If one of the waits is for a semaphore's unit, that is a
 *             guess: who took a unit need not be who gives one.
 *             wait_graph_print() tells it by say(), a line at a time.
 * Context     Any but NMI.
 * Cost        WAIT_NODES records of 216 bytes, the caller's.
 * Limits      WAIT_NODES waiters.  The threads go on meanwhile, so a cycle is
 *             certain only when a second look finds it too.
 * See         docs/40-watching.md, tests/sync/test_wait_graph.c; `waitgraph`
 */
#pragma once

#include "sync/lockdep.h"

#define WAIT_NODES	64
#define WAIT_NAME	16

struct wait_node {
	const struct sync_self *self;
	uint32_t id;
	char name[WAIT_NAME];
	const void *object;
	enum watch_kind kind;
	uint16_t class;		/* or CLASS_NONE */
	uint64_t since_ns;
	bool sleeps;
	bool deadlocked;
	bool guessed;		/* deadlocked, if who took a unit gives it */
	uint32_t owner_id;	/* if owner_name[0] */
	char owner_name[WAIT_NAME];
	const void *held[SELF_HELD_MAX];
	uint64_t waits_on;	/* bit n: nodes[n] holds the object */
	uint64_t guesses;	/* the same, or took a unit of it */
};

unsigned wait_graph(struct wait_node *nodes);
void wait_graph_print(const struct wait_node *nodes, unsigned n,
		      void (*say)(const char *line));
