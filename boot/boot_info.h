/*
 * boot/boot_info.h - the machine as the loader described it.
 *
 * Guarantees  One struct, filled once, by whichever protocol started us; no
 *             other file sees a multiboot2 tag or a PVH structure.  All
 *             addresses are physical.  Strings are terminated copies.
 * Context     Read-only after boot_parse().
 * See         boot/multiboot2.c, boot/pvh.c, docs/01-boot.md
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BOOT_RANGES	256
#define BOOT_RESERVED	96
#define BOOT_MODULES	8
#define BOOT_CMDLINE	1024

enum boot_range_kind {
	BOOT_RAM = 1,		/* usable; may contain what reserved[] lists */
	BOOT_FIRMWARE = 2,	/* reserved, or unknown: leave alone */
	BOOT_ACPI = 3,		/* tables, reclaimable; we never reclaim */
	BOOT_ACPI_NVS = 4,
	BOOT_BAD = 5,
};

struct boot_range {
	uint64_t base;
	uint64_t size;
	enum boot_range_kind kind;
};

struct boot_area {		/* something loaded, to be kept */
	uint64_t base;
	uint64_t size;
	const char *what;	/* a string constant: "module", "symbols"... */
};

struct boot_module {
	uint64_t base;
	uint64_t size;
	char name[64];		/* its command line, cut to fit */
};

enum boot_screen_kind { BOOT_SCREEN_NONE, BOOT_SCREEN_TEXT, BOOT_SCREEN_RGB };

struct boot_screen {
	enum boot_screen_kind kind;
	uint64_t base;
	uint32_t pitch;		/* bytes a line */
	uint32_t width;		/* pixels, or characters for TEXT */
	uint32_t height;
	uint8_t bpp;
	uint8_t red_shift, red_bits;
	uint8_t green_shift, green_bits;
	uint8_t blue_shift, blue_bits;
};

struct boot_symbols {		/* ELF .symtab and its .strtab as loaded */
	uint64_t symtab;
	uint64_t symtab_size;
	uint64_t strtab;
	uint64_t strtab_size;
};

struct boot_info {
	const char *protocol;	/* "multiboot2" or "pvh" */
	char loader[64];
	char cmdline[BOOT_CMDLINE];
	unsigned nr_ranges;
	struct boot_range range[BOOT_RANGES];	/* by rising base */
	unsigned nr_reserved;
	struct boot_area reserved[BOOT_RESERVED];
	unsigned nr_modules;
	struct boot_module module[BOOT_MODULES];
	struct boot_screen screen;
	struct boot_symbols symbols;	/* all zero: none */
	unsigned rsdp_size;	/* 0: none found */
	uint8_t rsdp[36];	/* a copy of the ACPI root pointer */
};
