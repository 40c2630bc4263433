/*
 * tests/checker/programs/shape.c - a small program that is given as a word.
 *
 * --arg=THREAD|THREAD... where a thread is steps one after another:
 *   wx1 Wx1   store 1 into x, relaxed or release     (words x y z, values 0-9)
 *   rx Rx     load x, relaxed or acquire             -> a register
 *   ax Ax     add 1 to x, relaxed or acq_rel         -> a register
 *   ex1 Ex1   exchange x for 1, relaxed or acq_rel   -> a register
 *   cx1 Cx1   if x is 0 store 1, relaxed or acq_rel  -> a register
 *   f g h     full fence, acquire fence, release fence
 *   sx Sx     spin until x is not 0, relaxed or acquire
 *   bx        spin until x or y is not 0
 *   lx ux     acquire, release the lock x
 *   tx        try to acquire the lock x, and if so, release it  -> a register
 *   p n0      park; unpark thread 0
 *   q         park until 1 on the clock              -> a register: the clock
 *   m k       mask interrupts; restore them
 *   ix jx     add 1 to the plain word x; load it -> a register
 *   w<1 W<1 r> R> e<1 E<1   as above, with a half of a pair of words
 *   d1 d2     if the pair is 0 and 0, it becomes 1 and 2; if it is 1 and 0, 2
 *             and 1  -> a register: whether
 *   !0        as the first step: this is an interrupt upon thread 0
 *   *         as the first step: this thread serves, and may sleep for ever
 * The outcome is every register, 0a being thread 0's first, and x, y and z; low
 * and high, if there is a pair.
 * tests/host/test_checker.py compares what the searches make of such words.
 */
#include <string.h>

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "sync/park.h"

#include "tests/checker/checker.h"

#define THREADS	4
#define STEPS	10

static struct atomic32 words[3];
static union {
	struct atomic128 both;
	struct atomic64 half[2];
} pair;
static struct check_lock locks[3];
static uint32_t plain[3];
static struct thread *self[THREADS];

/* Names of registers, and the texts: not of the memory that is looked at. */
static const char *const names[THREADS][STEPS] = {
	{ "0a", "0b", "0c", "0d", "0e", "0f", "0g", "0h", "0i", "0j" },
	{ "1a", "1b", "1c", "1d", "1e", "1f", "1g", "1h", "1i", "1j" },
	{ "2a", "2b", "2c", "2d", "2e", "2f", "2g", "2h", "2i", "2j" },
	{ "3a", "3b", "3c", "3d", "3e", "3f", "3g", "3h", "3i", "3j" },
};

static void spin_either(void)
{
	/* relaxed: a shape says itself what it orders */
	while (!load_relaxed(&words[0]) && !load_relaxed(&words[1]))
		cpu_relax();
}

static void wait_word(struct atomic32 *w, bool acquires)
{
	if (acquires)
		while (!load_acquire(w))
			cpu_relax();
	else
		while (!load_relaxed(w))
			cpu_relax();
}

static int64_t exchange(char op, struct atomic32 *w, uint32_t v)
{
	uint32_t expected = 0;

	switch (op) {
	case 'a':	return fetch_add_relaxed(w, 1);
	case 'A':	return fetch_add_acq_rel(w, 1);
	case 'e':	return xchg_relaxed(w, v);
	case 'E':	return xchg_acq_rel(w, v);
	case 'c':
		cas_relaxed(w, &expected, v);
		return expected;
	default:
		cas_acq_rel(w, &expected, v);
		return expected;
	}
}

/* A step on a word; its result, or -1. */
static int64_t on_word(char op, unsigned at, uint32_t v)
{
	struct atomic32 *w = &words[at];

	switch (op) {
	case 'w':	store_relaxed(w, v); return -1;
	case 'W':	store_release(w, v); return -1;
	case 'r':	return load_relaxed(w);
	case 'R':	return load_acquire(w);
	case 's':	wait_word(w, false); return -1;
	case 'S':	wait_word(w, true); return -1;
	case 'b':	spin_either(); return -1;
	case 'l':	check_lock(&locks[at]); return -1;
	case 'u':	check_unlock(&locks[at]); return -1;
	case 'i':	plain[at]++; return -1;
	case 'j':	return plain[at];
	case 't':
		if (!check_trylock(&locks[at]))
			return 0;
		check_unlock(&locks[at]);
		return 1;
	default:	return exchange(op, w, v);
	}
}

static int64_t on_half(char op, struct atomic64 *w, uint32_t v)
{
	switch (op) {
	case 'w':	store_relaxed(w, v); return -1;
	case 'W':	store_release(w, v); return -1;
	case 'r':	return load_relaxed(w);
	case 'R':	return load_acquire(w);
	case 'e':	return xchg_relaxed(w, v);
	default:	return xchg_acq_rel(w, v);
	}
}

static bool on_pair(bool second)
{
	struct word_pair was = { second, 0 };
	struct word_pair now = { 1 + second, 2 - second };

	return cas_acq_rel(&pair.both, &was, now);
}

/* A step without a word. */
static int64_t on_thread(char op, uint64_t *was)
{
	switch (op) {
	case 'f':	fence_seq_cst(); return -1;
	case 'g':	fence_acquire(); return -1;
	case 'h':	fence_release(); return -1;
	case 'p':	park(PARK_FOREVER); return -1;
	case 'm':	*was = irq_save(); return -1;
	case 'k':	irq_restore(*was); return -1;
	default:
		park(1);
		return clock_ns();
	}
}

static void run_thread(void *arg)
{
	const char *text = check_argument();
	unsigned me = 0, result = 0;
	uint64_t was = 1;

	for (; text < (const char *)arg; text++)
		me += *text == '|';
	text += *text == '!' ? 2 : *text == '*';
	for (; *text && *text != '|'; text++) {
		int64_t v = -1;

		if (*text == 'n')
			unpark(self[*++text - '0']);
		else if (*text == 'd')
			v = on_pair(*++text == '2');
		else if (text[1] == '<' || text[1] == '>')
			v = on_half(*text, &pair.half[text[1] == '>'],
				    text[2] - '0');
		else if (text[1] >= 'x' && text[1] <= 'z')
			v = on_word(*text, text[1] - 'x', text[2] - '0');
		else if (strchr("fghpqmk", *text))
			v = on_thread(*text, &was);
		if (v >= 0)
			check_outcome(names[me][result++], v);
	}
}

static void note_words(void)
{
	check_outcome("x", load_relaxed(&words[0]));
	check_outcome("y", load_relaxed(&words[1]));
	check_outcome("z", load_relaxed(&words[2]));
	if (!strpbrk(check_argument(), "d<>"))
		return;
	check_outcome("low", load_relaxed(&pair.half[0]));
	check_outcome("high", load_relaxed(&pair.half[1]));
}

void check_setup(void)
{
	const char *text = check_argument();

	for (unsigned i = 0; i < THREADS && text; i++) {
		if (*text == '*')
			check_spare("server");
		if (*text == '!')
			check_interrupt(text[1] - '0', "handler", run_thread,
					(void *)text);
		else if (*text == '*')
			self[i] = thread_spawn(run_thread, (void *)text, NULL);
		else
			self[i] = check_thread("thread", run_thread,
					       (void *)text);
		text = strchr(text, '|');
		text += !!text;
	}
	if (strchr(check_argument(), 'q'))
		check_time(1);
	check_finally(note_words);
}
