/*
 * tests/sync/lockdep_trial.h - small programs of locking, and their verdicts.
 *
 * A program is a string of words:
 *	A B C D		lock it; Z is another lock of A's class
 *	a b c d z	unlock it
 *	rA, ra		as a reader
 *	?A		by trylock; r?A as a reader
 *	A1		as a subclass
 *	/		another thread goes on (that holds nothing)
 *	{ }		an interrupt comes, and ends
 *	( )		interrupts are masked, and enabled again
 *	! ~		an NMI comes, and ends
 *	M m		a mutex, whatever the kind of the others
 *	s		wait for a semaphore
 *	fA		the memory of A is freed
 *	oA		a thread that is not the caller holds A
 *	$		the thread ends
 *
 * Guarantees  trial_run() runs it as the judge hears it, or, if real, by the
 *             locks themselves, and returns the first verdict.  Nothing of it
 *             reaches the kernel's own judge.
 * Context     A thread that holds nothing.
 */
#pragma once

#include "kernel/test.h"
#include "sync/lockdep.h"


extern const struct lockdep_ops trial_ops;

bool trial_begin(struct test *t, const struct lockdep_ops *ops);
void trial_end(void);
enum lockdep_verdict trial_run(const char *program, enum watch_kind kind,
			       bool real);
const struct lockdep_finding *trial_finding(void);
unsigned trial_findings(void);		/* of the last run */
unsigned trial_context(void);
void trial_tell(struct lockdep *d, const struct lockdep_finding *f);
