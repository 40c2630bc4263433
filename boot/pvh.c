/*
 * boot/pvh.c - QEMU's and Xen's start structure becomes a struct boot_info.
 *
 * Invariant   Every byte behind start_info is read through phys(), in a piece
 *             of the size that phys() was asked for.  A length that the
 *             loader states is compared with what holds it before it is
 *             multiplied or added to, so no sum here can wrap.
 * References  Xen, public/arch-x86/hvm/start_info.h.
 */
#include "boot/pvh.h"

#include "boot/bytes.h"
#include "boot/collect.h"
#include "boot/elf.h"
#include "kernel/string.h"

enum {
	START_VERSION = 4,
	START_NR_MODULES = 12,
	START_MODULES = 16,
	START_CMDLINE = 24,
	START_RSDP = 32,
	START_MEMMAP = 40,	/* this and the next since version 1 */
	START_NR_MEMMAP = 48,
	MEMMAP_SIZE = 24,	/* of one entry */
	MODULE_SIZE = 32,
};

struct pvh {
	const uint8_t *start;
	const void *(*phys)(uint64_t pa, uint64_t size);
	struct boot_info *out;
};

/* n bytes at most, the terminator included; false when it does not end. */
static bool copy_text(const struct pvh *p, uint64_t pa, char *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *from = i > UINT64_MAX - pa ? NULL :
				      p->phys(pa + i, 1);

		if (!from)
			return false;
		to[i] = *from;
		if (!to[i])
			return true;
	}
	return false;
}

static const char *take_cmdline(struct pvh *p, uint64_t *at)
{
	*at = get64(p->start + START_CMDLINE);
	if (*at && !copy_text(p, *at, p->out->cmdline, BOOT_CMDLINE))
		return "the command line is unreadable or too long";
	return NULL;
}

static const char *take_memory_map(struct pvh *p, uint64_t *at)
{
	uint32_t n = get32(p->start + START_NR_MEMMAP);
	const uint8_t *e;

	*at = get64(p->start + START_MEMMAP);
	if (!*at || !n)
		return "it is missing";
	e = p->phys(*at, (uint64_t)n * MEMMAP_SIZE);
	if (!e)
		return "it is unreadable";
	for (uint32_t i = 0; i < n; i++, e += MEMMAP_SIZE) {
		const char *why = boot_add_range(p->out, get64(e),
						 get64(e + 8), get32(e + 16));

		if (why)
			return why;
	}
	return boot_settle_ranges(p->out);
}

static const char *take_rsdp(struct pvh *p, uint64_t *at)
{
	const uint8_t *rsdp;
	unsigned size = 20;

	*at = get64(p->start + START_RSDP);
	if (!*at)
		return NULL;
	rsdp = p->phys(*at, size);
	if (rsdp && rsdp[15] >= 2) {
		size = 36;
		rsdp = p->phys(*at, size);
	}
	if (!rsdp)
		return "it is unreadable";
	memcpy(p->out->rsdp, rsdp, size);
	p->out->rsdp_size = size;
	return NULL;
}

static bool inside(const struct elf_section *s, uint64_t file_size)
{
	return s->size <= file_size && s->offset <= file_size - s->size;
}

/* n section headers at h, of a file of size bytes that was loaded at base. */
static const char *take_symbols(struct pvh *p, const uint8_t *h, unsigned n,
				uint64_t base, uint64_t size)
{
	for (unsigned i = 0; i < n; i++) {
		struct elf_section symtab, strtab;

		symtab = elf_section(h + i * ELF_SECTION_SIZE);
		if (symtab.type != ELF_SYMTAB)
			continue;
		if (symtab.link >= n)
			return "its symbol table links to no section";
		strtab = elf_section(h + symtab.link * ELF_SECTION_SIZE);
		if (strtab.type != ELF_STRTAB || !inside(&strtab, size) ||
		    !inside(&symtab, size) || symtab.size % ELF_SYMBOL_SIZE)
			return "its symbol table or strings lie outside it";
		p->out->symbols = (struct boot_symbols){
			.symtab = base + symtab.offset,
			.symtab_size = symtab.size,
			.strtab = base + strtab.offset,
			.strtab_size = strtab.size,
		};
		break;
	}
	return NULL;
}

static const char *take_elf(struct pvh *p, uint64_t base, uint64_t size)
{
	const uint8_t *h = p->phys(base, ELF_HEADER_SIZE);
	uint64_t table;
	unsigned n;

	if (!h)
		return "it is unreadable";
	if (h[4] != 2 || h[5] != 1)
		return "it is no little-endian ELF64 file";
	table = get64(h + 40);
	n = get16(h + 60);
	if (!n)
		return NULL;
	if (get16(h + 58) != ELF_SECTION_SIZE || table > size ||
	    n * ELF_SECTION_SIZE > size - table)
		return "its section headers lie outside it";
	h = p->phys(base + table, n * ELF_SECTION_SIZE);
	return h ? take_symbols(p, h, n, base, size) : "it is unreadable";
}

static const char *take_module(struct pvh *p, uint64_t at)
{
	const uint8_t *entry = p->phys(at, MODULE_SIZE);
	uint64_t base, size, name_pa;
	char name[sizeof(p->out->module[0].name)] = "";
	const uint8_t *head;
	const char *why;

	if (!entry)
		return "its entry is unreadable";
	base = get64(entry);
	size = get64(entry + 8);
	name_pa = get64(entry + 16);
	/* a name that is too long is cut; one that is unreadable is none */
	if (name_pa && !copy_text(p, name_pa, name, sizeof(name)))
		name[sizeof(name) - 1] = 0;
	why = boot_add_module(p->out, base, size, name, sizeof(name));
	if (why || size < ELF_HEADER_SIZE || p->out->symbols.symtab)
		return why;
	head = p->phys(base, 4);
	if (!head)
		return "it is unreadable";
	return memcmp(head, "\177ELF", 4) ? NULL : take_elf(p, base, size);
}

static const char *take_modules(struct pvh *p, uint64_t *at)
{
	uint32_t n = get32(p->start + START_NR_MODULES);

	*at = get64(p->start + START_MODULES);
	for (uint32_t i = 0; i < n; i++, *at += MODULE_SIZE) {
		const char *why = take_module(p, *at);

		if (why)
			return why;
	}
	return NULL;
}

static const struct {
	const char *name;
	const char *(*take)(struct pvh *p, uint64_t *at);
} parts[] = {
	{ "memory map", take_memory_map },
	{ "command line", take_cmdline },
	{ "module", take_modules },
	{ "RSDP", take_rsdp },
};

bool pvh_parse(const void *start_info,
	       const void *(*phys)(uint64_t pa, uint64_t size),
	       struct boot_info *out, const char **error)
{
	struct pvh p = {
		.start = start_info,
		.phys = phys,
		.out = out,
	};

	boot_begin(out, "pvh");
	if (!start_info || get32(p.start) != PVH_MAGIC) {
		*error = "pvh: no start structure where one should be";
		return false;
	}
	if (get32(p.start + START_VERSION) == 0) {
		*error = "pvh: version 0 of the start structure has no "
			 "memory map";
		return false;
	}
	for (unsigned i = 0; i < ARRAY_LEN(parts); i++) {
		uint64_t at = 0;
		const char *why = parts[i].take(&p, &at);

		if (why) {
			*error = boot_complain("pvh: %s at 0x%lx: %s",
					       parts[i].name, at, why);
			return false;
		}
	}
	return true;
}
