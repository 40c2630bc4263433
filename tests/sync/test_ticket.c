/*
 * tests/sync/test_ticket.c - what is the ticket lock's own; what it shares with
 * the others is in tests/sync/test_lock_ops.c.
 */
#include "kernel/test.h"
#include "sync/ticket.h"

TEST("sync/ticket", test_ticket_survives_the_wrap_of_its_tickets)
{
	struct ticket l = { ATOMIC32(UINT32_MAX), ATOMIC32(UINT32_MAX) };

	for (unsigned i = 0; i < 3; i++) {
		ticket_lock(&l);
		check(t, !ticket_trylock(&l));
		ticket_unlock(&l);
		check(t, ticket_trylock(&l));
		ticket_unlock(&l);
	}
}

TEST("sync/ticket", test_a_failed_trylock_draws_no_ticket)
{
	struct ticket l = TICKET_INIT;
	uintptr_t drawn;

	ticket_lock(&l);
	drawn = ticket_last(&l);
	check(t, !ticket_trylock(&l));
	check(t, ticket_last(&l) == drawn);
	ticket_unlock(&l);
	ticket_lock(&l);	/* hangs, had a ticket been drawn */
	check(t, ticket_last(&l) != drawn);
	ticket_unlock(&l);
}

TEST("sync/ticket", test_ticket_init_frees_what_was_used)
{
	struct ticket l = { ATOMIC32(7), ATOMIC32(3) };

	ticket_init(&l);
	check(t, ticket_trylock(&l));
	check(t, sizeof(l) == 8);
}
