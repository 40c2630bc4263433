/*
 * boot/multiboot2.c - GRUB's tag list becomes a struct boot_info.
 *
 * Invariant   Before a tag's body is read, next_tag() has shown that all its
 *             size bytes lie inside the list and take_tag() that they are at
 *             least kinds[type].least, so a take_ function may read fields
 *             below that offset; what lies behind it compares with size.
 * References  Multiboot2 Specification 2.0, section 3.6.  Where its text and
 *             GRUB differ (the counts of the ELF-sections tag are 32 bits
 *             wide) this follows GRUB 2.06, include/multiboot2.h.
 */
#include "boot/multiboot2.h"

#include "boot/bytes.h"
#include "boot/collect.h"
#include "boot/elf.h"
#include "kernel/string.h"

struct tag {
	uint32_t type;
	uint32_t size;
	const uint8_t *data;	/* size bytes, the 8 of its header included */
};

/* The text at offset `at`, or NULL when its end is not inside the tag. */
static const char *tag_text(const struct tag *t, uint32_t at)
{
	const char *text = (const char *)t->data + at;

	return strnlen(text, t->size - at) < t->size - at ? text : NULL;
}

static const char *take_cmdline(const struct tag *t, struct boot_info *out)
{
	const char *text = tag_text(t, 8);

	if (!text)
		return "the text does not end inside the tag";
	if (!string_copy(out->cmdline, text, sizeof(out->cmdline)))
		return "the command line is too long";
	return NULL;
}

static const char *take_loader(const struct tag *t, struct boot_info *out)
{
	const char *text = tag_text(t, 8);

	if (!text)
		return "the text does not end inside the tag";
	memcpy(out->loader, text, strnlen(text, sizeof(out->loader) - 1));
	return NULL;
}

static const char *take_module(const struct tag *t, struct boot_info *out)
{
	uint32_t start = get32(t->data + 8);
	uint32_t end = get32(t->data + 12);
	const char *name = tag_text(t, 16);

	if (!name)
		return "the name does not end inside the tag";
	if (end < start)
		return "the module ends before it starts";
	return boot_add_module(out, start, end - start, name, t->size - 16);
}

static const char *take_memory_map(const struct tag *t, struct boot_info *out)
{
	uint32_t entry = get32(t->data + 8);

	if (entry < 24)
		return "its entries are shorter than 24 bytes";
	if ((t->size - 16) % entry)
		return "its size is no whole number of entries";
	for (uint32_t at = 16; at < t->size; at += entry) {
		const uint8_t *e = t->data + at;
		const char *why = boot_add_range(out, get64(e), get64(e + 8),
						 get32(e + 16));

		if (why)
			return why;
	}
	return NULL;
}

/* Pixels of whole bytes whose three fields lie inside them. */
static bool pixels_make_sense(const struct boot_screen *s)
{
	unsigned bits = (s->bpp + 7) / 8 * 8;

	return s->pitch / (bits / 8) >= s->width &&
	       s->red_shift + s->red_bits <= bits &&
	       s->green_shift + s->green_bits <= bits &&
	       s->blue_shift + s->blue_bits <= bits &&
	       s->red_bits && s->green_bits && s->blue_bits;
}

static const char *take_rgb(const struct tag *t, struct boot_screen *s)
{
	if (t->size < 38)
		return "the tag is too short for an RGB screen";
	s->red_shift = t->data[32];
	s->red_bits = t->data[33];
	s->green_shift = t->data[34];
	s->green_bits = t->data[35];
	s->blue_shift = t->data[36];
	s->blue_bits = t->data[37];
	if (s->bpp != 15 && s->bpp != 16 && s->bpp != 24 && s->bpp != 32)
		return NULL;
	if (!pixels_make_sense(s))
		return "the pixels do not fit their pitch or their colours";
	s->kind = BOOT_SCREEN_RGB;
	return NULL;
}

static const char *take_framebuffer(const struct tag *t, struct boot_info *out)
{
	struct boot_screen s = {
		.base = get64(t->data + 8),
		.pitch = get32(t->data + 16),
		.width = get32(t->data + 20),
		.height = get32(t->data + 24),
		.bpp = t->data[28],
	};
	uint64_t bytes = (uint64_t)s.pitch * s.height;
	uint8_t type = t->data[29];
	const char *why = NULL;

	if (type != 1 && type != 2)
		return NULL;
	if (!s.base || !s.width || !bytes || bytes - 1 > UINT64_MAX - s.base)
		return "the screen has no address or no area";
	if (type == 1) {
		why = take_rgb(t, &s);
	} else {
		if (s.pitch / 2 < s.width)
			return "the characters do not fit their pitch";
		s.kind = BOOT_SCREEN_TEXT;
	}
	if (!why && s.kind != BOOT_SCREEN_NONE)
		out->screen = s;
	return why;
}

/* A symbol table counts only together with the strings it links to. */
static const char *take_symbols(const struct tag *t, uint32_t entry,
				struct elf_section symtab,
				struct boot_info *out)
{
	uint32_t count = get32(t->data + 8);
	struct elf_section strtab;

	if (symtab.link >= count)
		return "the symbol table links to no section";
	strtab = elf_section(t->data + 20 + symtab.link * entry);
	if (strtab.type != ELF_STRTAB || !strtab.addr || !strtab.size)
		return "the symbol table links to no loaded strings";
	if (symtab.size % ELF_SYMBOL_SIZE)
		return "the symbol table is no whole number of symbols";
	out->symbols = (struct boot_symbols){
		.symtab = symtab.addr,
		.symtab_size = symtab.size,
		.strtab = strtab.addr,
		.strtab_size = strtab.size,
	};
	return NULL;
}

static const char *take_elf_sections(const struct tag *t,
				     struct boot_info *out)
{
	uint32_t count = get32(t->data + 8);
	uint32_t entry = get32(t->data + 12);

	if (count && entry < ELF_SECTION_SIZE)
		return "its entries are no ELF64 section headers";
	if ((uint64_t)count * entry > t->size - 20)
		return "it has fewer bytes than its sections need";
	for (uint32_t i = 0; i < count; i++) {
		struct elf_section s = elf_section(t->data + 20 + i * entry);
		const char *why;

		if ((s.flags & ELF_ALLOC) || !s.addr)
			continue;
		why = boot_reserve(out, s.addr, s.size, "ELF section");
		if (!why && s.type == ELF_SYMTAB && !out->symbols.symtab)
			why = take_symbols(t, entry, s, out);
		if (why)
			return why;
	}
	return NULL;
}

/* ACPI 1.0's pointer; a tag 15 that came first stays. */
static const char *take_rsdp_old(const struct tag *t, struct boot_info *out)
{
	if (out->rsdp_size)
		return NULL;
	out->rsdp_size = 20;
	memcpy(out->rsdp, t->data + 8, out->rsdp_size);
	return NULL;
}

static const char *take_rsdp_new(const struct tag *t, struct boot_info *out)
{
	out->rsdp_size = 36;
	memcpy(out->rsdp, t->data + 8, out->rsdp_size);
	return NULL;
}

enum { TAG_END = 0, TAG_MODULE = 3, TAG_MEMORY_MAP = 6 };

static const struct {
	const char *name;
	uint32_t least;		/* bytes that take() may read unasked */
	const char *(*take)(const struct tag *t, struct boot_info *out);
} kinds[] = {
	[1] = { " (command line)", 9, take_cmdline },
	[2] = { " (loader name)", 9, take_loader },
	[TAG_MODULE] = { " (module)", 17, take_module },
	[TAG_MEMORY_MAP] = { " (memory map)", 16, take_memory_map },
	[8] = { " (framebuffer)", 32, take_framebuffer },
	[9] = { " (ELF sections)", 20, take_elf_sections },
	[14] = { " (RSDP)", 28, take_rsdp_old },
	[15] = { " (new RSDP)", 44, take_rsdp_new },
};

static bool is_known(uint32_t type)
{
	return type < ARRAY_LEN(kinds) && kinds[type].take;
}

/* seen has a bit for every known type that has come by. */
static const char *take_tag(const struct tag *t, uint32_t *seen,
			    struct boot_info *out)
{
	if (!is_known(t->type))
		return NULL;
	if (t->size < kinds[t->type].least)
		return "the tag is too short for its type";
	if ((*seen & 1u << t->type) && t->type != TAG_MODULE)
		return "a second tag of this type";
	*seen |= 1u << t->type;
	return kinds[t->type].take(t, out);
}

/* left is what remains of the list from this tag on. */
static const char *next_tag(const uint8_t *at, uint32_t left, struct tag *t)
{
	*t = (struct tag){ .data = at };
	if (left < 8)
		return "the list ends without an end tag";
	t->type = get32(at);
	t->size = get32(at + 4);
	if (t->size < 8)
		return "the tag is shorter than its own header";
	if (t->size > left)
		return "the tag runs past the end of the list";
	return NULL;
}

static bool walk(const uint8_t *list, uint32_t total, struct boot_info *out,
		 const char **error)
{
	uint32_t seen = 0;
	struct tag t;

	/* ends: each tag takes 8 bytes or more out of total */
	for (uint64_t at = 8; ; at += (t.size + 7ull) & ~7ull) {
		const char *why;

		/* the last tag's padding may lie behind the end of the list */
		if (at > total)
			at = total;
		why = next_tag(list + at, total - at, &t);
		if (!why && t.type == TAG_END)
			break;
		if (!why)
			why = take_tag(&t, &seen, out);
		if (why) {
			*error = boot_complain(
				"multiboot2: tag %u%s at offset 0x%lx: %s",
				t.type, is_known(t.type) ?
				kinds[t.type].name : "", at, why);
			return false;
		}
	}
	if (seen & 1u << TAG_MEMORY_MAP)
		return true;
	*error = "multiboot2: tag 6 (memory map) is missing";
	return false;
}

bool multiboot2_parse(const void *mbi, uint64_t mbi_pa, size_t limit,
		      struct boot_info *out, const char **error)
{
	const char *why;
	uint32_t total;

	boot_begin(out, "multiboot2");
	if (!mbi || (uintptr_t)mbi % 8 || limit < 8) {
		*error = "multiboot2: no aligned tag list where one should be";
		return false;
	}
	total = get32(mbi);
	if (total < 16 || total > limit) {
		*error = boot_complain("multiboot2: a list of %u bytes, where "
				       "16 to %zu can be", total, limit);
		return false;
	}
	if (!walk(mbi, total, out, error))
		return false;
	why = boot_settle_ranges(out);
	if (!why)
		why = boot_reserve(out, mbi_pa, total, "multiboot2 tags");
	if (why)
		*error = boot_complain("multiboot2: tag 6 (memory map): %s",
				       why);
	return !why;
}
