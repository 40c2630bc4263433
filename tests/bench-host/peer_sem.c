/*
 * tests/bench-host/peer_sem.c - glibc's semaphore.
 *
 * In a file of its own: <semaphore.h> and sync/semaphore.h both declare a
 * sem_init(), and in this program it is ours.  A sem_t of zeros is one that has
 * no units and is of one process.
 */
#include "tests/bench-host/peer_sem.h"

#include <semaphore.h>

#include "kernel/compiler.h"

static sem_t semaphore aligned_to(CACHE_LINE);

never_inline void sem_libc_wait(void *unused, void *unused_too)
{
	(void)unused;
	(void)unused_too;
	sem_wait(&semaphore);
}

never_inline void sem_libc_post(void *unused, void *unused_too)
{
	(void)unused;
	(void)unused_too;
	sem_post(&semaphore);
}
