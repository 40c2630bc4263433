/*
 * mm/site.h - who called, in four bytes.
 *
 * Guarantees  call_site() is the return address of the function it stands in;
 *             site_address() turns it back into a pointer for %pS.
 * Context     Any.
 * Limits      Kernel text lies in the last 2 GB of the address space, so 32
 *             bits, sign-extended, name it.  Hosted programs must be linked
 *             below 2 GB (-no-pie) for the same to hold.
 * See         mm/object.h, mm/frame_map.h
 */
#pragma once

#include <stdint.h>

/* a macro: inlined or not, it must see its user's frame */
#define call_site()	((uint32_t)(uintptr_t)__builtin_return_address(0))

static inline void *site_address(uint32_t site)
{
	return (void *)(intptr_t)(int32_t)site;
}
