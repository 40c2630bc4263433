/*
 * tests/bench-host/count.c - the instructions of a pair, counted one by one.
 *
 * A child calls lock() and unlock() between two int3; its parent steps through
 * them by ptrace and looks at each instruction before it runs.  The caller's
 * own instructions lie in a section of their own, and are not counted; nor are
 * call and ret, which every way of calling has.  What is counted is thus the
 * path that was taken, not the text of the function.
 */
#include "tests/bench-host/row.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/compiler.h"

#define STEPS_MAX	100000
#define INT3		0xcc

extern const char __start_caller[], __stop_caller[];

in_section("caller") never_inline static void call_pair(struct row *r)
{
	__asm__ volatile("int3" ::: "memory");
	row_unlock(r, 0, row_lock(r, 0));
	__asm__ volatile("int3" ::: "memory");
}

static void give_up(const char *why)
{
	fprintf(stderr, "bench-host: %s\n", why);
	exit(2);
}

static void *sleep_on(void *unused)
{
	for (;;)	/* the program's end ends it */
		pause();
	return unused;
}

void start_bystander(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, sleep_on, NULL))
		give_up("no second thread");
}

static void run_child(struct row *r)
{
	start_bystander();
	for (unsigned i = 0; i < 3; i++)	/* bound, and warm */
		row_unlock(r, 0, row_lock(r, 0));
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	call_pair(r);
	_exit(0);
}

static void wait_for_trap(pid_t child, const struct row *r)
{
	int status;

	if (waitpid(child, &status, 0) == child && WIFSTOPPED(status)
	    && WSTOPSIG(status) == SIGTRAP)
		return;
	fprintf(stderr, "bench-host: %s: wait status %x instead of a trap\n",
		r->name, status);
	kill(child, SIGKILL);
	exit(2);
}

static uint64_t rip_of(pid_t child)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, child, NULL, &regs))
		give_up("ptrace cannot read the registers");
	return regs.rip;
}

static bool is_prefix(uint8_t byte)
{
	return byte == 0x66 || byte == 0x67 || byte == 0xf2 || byte == 0xf3
	       || byte == 0x64 || byte == 0x65 || byte == 0x2e || byte == 0x3e;
}

/* Counts the instruction that these bytes begin. */
static void look_at(const uint8_t *code, struct counts *c)
{
	bool lock = false;
	uint8_t op, modrm;

	while (is_prefix(*code) || *code == 0xf0)
		lock |= *code++ == 0xf0;
	if ((*code & 0xf0) == 0x40)		/* REX */
		code++;
	op = code[0];
	modrm = code[1];
	if (op == 0xe8 || op == 0xc3 || op == 0xc2
	    || (op == 0xff && (modrm >> 3 & 7) == 2))
		return;				/* call and ret */
	c->instructions++;
	/* xchg with memory locks without saying so */
	c->locked += lock || ((op == 0x86 || op == 0x87) && modrm < 0xc0);
}

static bool in_caller(uint64_t rip)
{
	return rip >= (uintptr_t)__start_caller
	       && rip < (uintptr_t)__stop_caller;
}

struct counts count_row(struct row *r)
{
	struct counts c = { 0 };
	pid_t child = fork();

	if (child < 0)
		give_up("fork failed");
	if (child == 0)
		run_child(r);
	wait_for_trap(child, r);		/* the first int3 */
	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		uint64_t rip = rip_of(child);
		uint8_t code[16];

		for (unsigned i = 0; i < 2; i++) {
			long word = ptrace(PTRACE_PEEKTEXT, child,
					   rip + 8 * i, NULL);

			memcpy(code + 8 * i, &word, 8);
		}
		if (code[0] == INT3 && in_caller(rip))
			break;
		if (!in_caller(rip))
			look_at(code, &c);
		ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
		wait_for_trap(child, r);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return c;
}
