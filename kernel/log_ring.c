/*
 * kernel/log_ring.c - reserve, write, commit.
 *
 * Position p lives in slot p % slots, in lap p / slots.  The state word of a
 * slot only grows, and tells everything about it:
 *
 *     2 * lap       free for this lap (and committed in the lap before)
 *     2 * lap + 1   reserved in this lap, being written
 *     2 * lap + 2   committed in this lap (and free for the next)
 *
 * so that zeroed memory is an empty ring.  A producer reserves the slot under
 * head by one compare-and-swap of its state, and then moves head; whoever finds
 * head standing on a reserved position moves it for its owner, so that a
 * producer that stops between the two steps holds up nobody.
 *
 * Invariant   1. Only the CPU whose compare-and-swap made a state odd writes
 *                that slot's words, and only until it makes it even.  The
 *                exception is log_ring_give_up(), whose caller has stopped
 *                that CPU; if it has failed to, a record may be damaged.
 *             2. Every position below head has been reserved: head moves from p
 *                to p + 1 only by someone who saw p reserved.  So there are no
 *                holes, and positions are reserved in order, each once.
 *             3. At the position head == p a state is one of: 2 * lap, try to
 *                reserve; greater, p is taken and head lags, so move it and try
 *                again; 2 * lap - 1, the producer of a whole lap ago is still
 *                writing: drop.  It is never less, by 2.
 *             4. Every failed turn of the loop is another producer's success
 *                (lock-free), and a drop ends it.
 * Ordering    [A] commit of lap n -> reservation for lap n + 1: the two writers
 *                 of one word are ordered, so the younger text stays.
 *             [B] The reservation is before the text (fence after it); the text
 *                 is before the second look (fence before it).  So a reader
 *                 that copied one word of a younger record finds the state
 *                 changed, and throws the copy away.  This is a seqlock's
 *                 argument; hence the text is copied by relaxed words.
 *             [C] commit -> the reader's first look: it copies all the text.
 *             [D] head moved to p + 1 -> head read as p + 1: the reservation
 *                 that the mover saw is seen by the reader too (its load of the
 *                 state comes later than the mover's).  3. rests on it.
 * References  J. Ogness, "printk_ringbuffer", Linux 5.10 (descriptor states,
 *             reserve and commit); M. Michael and M. Scott, PODC 1996 (the tail
 *             that lags and is helped on); H.-J. Boehm, "Can Seqlocks Get Along
 *             with Programming Language Memory Models?", MSPC 2012 ([B]).
 *             Rejected: a ticket from fetch-and-add (one locked instruction
 *             less), because a ticket whose slot is still being written has to
 *             be dropped, and leaves a hole that readers would wait for.
 */
#include "kernel/log_ring.h"

#include "kernel/string.h"
#include "arch/atomic.h"

#define WORDS	(sizeof(struct log_record) / 8)
#define HEADER_WORDS	(offsetof(struct log_record, text) / 8)

struct control {
	struct atomic64 head;
	struct atomic64 dropped;
};

struct slot {
	struct atomic64 state;
	struct atomic64 word[WORDS];
};

_Static_assert(sizeof(struct slot) == LOG_SLOT, "slots are LOG_SLOT apart");
_Static_assert(sizeof(struct control) <= LOG_SLOT, "control takes one slot");
_Static_assert(LOG_TEXT <= 256, "a record's length is one byte");

static struct control *control_of(const struct log_ring *ring)
{
	return ring->memory;
}

static struct slot *slot_at(const struct log_ring *ring, uint64_t position)
{
	struct slot *first = (struct slot *)ring->memory + 1;

	return first + position % ring->slots;
}

static uint64_t free_state(const struct log_ring *ring, uint64_t position)
{
	return 2 * (position / ring->slots);
}

/* How many words of the record are in use; whatever length says, no more. */
static size_t words_used(const struct log_record *r)
{
	size_t n = HEADER_WORDS + (r->length + 8) / 8;

	return n < WORDS ? n : WORDS;
}

static void write_words(struct slot *s, const struct log_record *r)
{
	size_t n = words_used(r);
	uint64_t v;

	for (size_t i = 0; i < n; i++) {
		memcpy(&v, (const char *)r + 8 * i, 8);
		/* relaxed: between the fence of [B] and the commit */
		store_relaxed(&s->word[i], v);
	}
}

static void read_words(const struct slot *s, struct log_record *r)
{
	size_t n = HEADER_WORDS;
	uint64_t v;

	for (size_t i = 0; i < n; i++) {
		/* relaxed: between the first look, [C], and the fence of [B] */
		v = load_relaxed(&s->word[i]);
		memcpy((char *)r + 8 * i, &v, 8);
		if (i + 1 == HEADER_WORDS)
			n = words_used(r);
	}
}

/* The slot for the next position, and its state when free; or NULL. */
static struct slot *reserve(const struct log_ring *ring, uint64_t *state)
{
	struct control *c = control_of(ring);

	for (;;) {		/* ended by Invariant 4 */
		uint64_t at = load_acquire(&c->head);		/* [D] */
		struct slot *s = slot_at(ring, at);
		uint64_t want = free_state(ring, at);
		uint64_t seen = want;
		bool mine = cas_acquire(&s->state, &seen, want + 1); /* [A] */

		if (!mine && seen < want)
			return NULL;
		cas_release(&c->head, &at, at + 1);		/* [D] */
		if (mine) {
			*state = want;
			return s;
		}
	}
}

bool log_ring_append(const struct log_ring *ring, const struct log_record *r)
{
	uint64_t state;
	struct slot *s = reserve(ring, &state);

	if (!s) {
		/* relaxed: a counter, read after the fact */
		fetch_add_relaxed(&control_of(ring)->dropped, 1);
		return false;
	}
	/* the reservation before the text; pairs with the reader's fence */
	fence_release();				/* [B] */
	write_words(s, r);
	store_release(&s->state, state + 2);		/* [A] [C] */
	return true;
}

/* state is what the slot of the position shows */
static enum log_read judge(const struct log_ring *ring, uint64_t position,
			   uint64_t state)
{
	uint64_t committed = free_state(ring, position) + 2;

	if (state == committed)
		return LOG_READ_OK;
	if (state > committed)
		return LOG_READ_OVERWRITTEN;
	return state + 1 == committed ? LOG_READ_UNFINISHED : LOG_READ_NONE;
}

enum log_read log_ring_peek(const struct log_ring *ring, uint64_t position)
{
	return judge(ring, position,
		     load_acquire(&slot_at(ring, position)->state)); /* [C] */
}

enum log_read log_ring_read(const struct log_ring *ring, uint64_t position,
			    struct log_record *out)
{
	struct slot *s = slot_at(ring, position);
	enum log_read first = log_ring_peek(ring, position);

	if (first != LOG_READ_OK)
		return first;
	read_words(s, out);
	/* the text before the second look; pairs with the writer's fence */
	fence_acquire();				/* [B] */
	/* relaxed: the fence above orders it */
	return judge(ring, position, load_relaxed(&s->state));
}

void log_ring_give_up(const struct log_ring *ring, uint64_t position)
{
	static const struct log_record empty = { .level = LOG_CONSOLE_TEXT };
	struct slot *s = slot_at(ring, position);
	uint64_t unfinished = free_state(ring, position) + 1;

	/* relaxed: the caller knows that nobody writes here any more */
	if (load_relaxed(&s->state) != unfinished)
		return;
	write_words(s, &empty);
	cas_release(&s->state, &unfinished, unfinished + 1);	/* [A] [C] */
}

uint64_t log_ring_head(const struct log_ring *ring)
{
	return load_acquire(&control_of(ring)->head);	/* [D] */
}

uint64_t log_ring_oldest(const struct log_ring *ring)
{
	uint64_t head = log_ring_head(ring);

	return head > ring->slots ? head - ring->slots : 0;
}

uint64_t log_ring_dropped(const struct log_ring *ring)
{
	/* relaxed: a counter */
	return load_relaxed(&control_of(ring)->dropped);
}
