/*
 * mm/mem.c - the kernel's body of the memory seam.
 */
#include "kernel/mem.h"

#include "mm/cache.h"
#include "mm/site.h"

void *mem_alloc(size_t size)
{
	return kzalloc_at(size, call_site());
}

void mem_free(void *object)
{
	kfree_at(object, call_site());
}
