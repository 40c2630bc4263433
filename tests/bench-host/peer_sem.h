/*
 * tests/bench-host/peer_sem.h - glibc's semaphore, whose names are ours, too.
 *
 * Guarantees  One semaphore that begins with 0 units.
 * Context     Any thread.
 * See         tests/bench-host/rows.c
 */
#pragma once

void sem_libc_wait(void *unused, void *unused_too);
void sem_libc_post(void *unused, void *unused_too);
