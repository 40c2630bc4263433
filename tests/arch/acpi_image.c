/*
 * tests/arch/acpi_image.c - ACPI tables in a window of pretended memory.
 *
 * The MADT is last, so that entries can be added to it.
 */
#include "tests/arch/acpi_image.h"

#include "boot/boot_info.h"
#include "boot/bytes.h"
#include "kernel/string.h"

struct acpi_image acpi_image;

static struct image *const m = &acpi_image.m;

static void mend(size_t at, size_t n, size_t sum_at)
{
	uint8_t sum = 0;

	/* a length that was made absurd has no sum to mend */
	if (n > IMAGE_MAX - at)
		return;
	m->byte[sum_at] = 0;
	for (size_t i = 0; i < n; i++)
		sum += m->byte[at + i];
	m->byte[sum_at] = -sum;
}

void acpi_image_mend(size_t table)
{
	if (table == acpi_image.at_rsdp) {
		mend(table, 20, table + 8);
		if (m->byte[table + 15] >= 2)
			mend(table, 36, table + 32);
		return;
	}
	mend(table, get32(m->byte + table + 4), table + 9);
}

void acpi_image_patch(size_t table, size_t offset, uint64_t value,
		      unsigned bytes)
{
	image_patch(m, table + offset, value, bytes);
	acpi_image_mend(table);
}

static size_t open_table(const char *signature, uint8_t revision)
{
	size_t at;

	image_align(m, 16);
	at = image_put_bytes(m, signature, 4);
	image_put(m, 0, 4);
	image_put(m, revision, 1);
	image_put(m, 0, 1);
	image_put_bytes(m, "QUIESCTESTTBL \1\0\0\0QSCE\1\0\0\0", 26);
	return at;
}

static void close_table(size_t at)
{
	acpi_image_patch(at, 4, m->n - at, 4);
}

/* A NOP, a name that only looks like \_S5, and the package itself or not. */
static size_t put_aml(const char *signature, bool with_s5)
{
	static const uint8_t decoy[] = "\xa3\x0d" "_S5_\x12 text\0";
	static const uint8_t s5[] = "\x08_S5_\x12\x08\x04\x0a\x05\x0a\x06"
		"\x00\x00";
	size_t at = open_table(signature, 1);

	image_put_bytes(m, decoy, sizeof(decoy) - 1);
	if (with_s5)
		image_put_bytes(m, s5, sizeof(s5) - 1);
	close_table(at);
	return at;
}

static void put_gas(size_t at, uint8_t space, uint8_t bits, uint64_t address)
{
	image_patch(m, at, space, 1);
	image_patch(m, at + 1, bits, 1);
	image_patch(m, at + 4, address, 8);
}

/* Fields beyond length are cut off; revision as real firmware has it. */
static size_t put_fadt(unsigned length)
{
	size_t at = open_table("FACP", length < 132 ? 1 : 3);

	image_patch(m, at + 40, ACPI_IMAGE_PA + acpi_image.at_dsdt, 4);
	image_patch(m, at + 48, 0xb2, 4);
	image_patch(m, at + 52, 0xf1, 1);
	image_patch(m, at + 64, 0x604, 4);
	image_patch(m, at + 76, 0x608, 4);
	image_patch(m, at + 109, 2, 2);
	image_patch(m, at + 112, 1 << 10 | 1 << 8, 4);
	put_gas(at + 116, 1, 8, 0xcf9);
	image_patch(m, at + 128, 0x0f, 1);
	image_patch(m, at + 140, ACPI_IMAGE_PA + acpi_image.at_dsdt, 8);
	put_gas(at + 172, 1, 16, 0x1604);
	put_gas(at + 208, 1, 32, 0x1608);
	memset(m->byte + at + length, 0, 300 - length);
	m->n = at + length;
	close_table(at);
	return at;
}

void acpi_image_madt_add(const uint8_t *entry, size_t n)
{
	m->n = acpi_image.end_of_madt;
	image_put_bytes(m, entry, n);
	acpi_image.end_of_madt = m->n;
	close_table(acpi_image.at_madt);
}

static void put_cpus(const struct acpi_image_spec *spec)
{
	for (unsigned i = 0; i < spec->cpus; i++)
		acpi_image_madt_add((uint8_t[]){ 0, 8, i, i, 1, 0, 0, 0 }, 8);
	for (unsigned i = 0; i < spec->x2apics; i++)
		acpi_image_madt_add((uint8_t[]){ 9, 16, 0, 0, i, 1, 0, 0,
						 1, 0, 0, 0, i, 1, 0, 0 }, 16);
}

static void put_madt(const struct acpi_image_spec *spec)
{
	static const uint8_t ioapic[] = { 1, 12, 0, 0, 0, 0, 0xc0, 0xfe,
		0, 0, 0, 0 };
	static const uint8_t timer[] = { 2, 10, 0, 0, 2, 0, 0, 0, 0, 0 };
	static const uint8_t sci[] = { 2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0 };
	static const uint8_t nmi[] = { 4, 6, 0xff, 0, 0, 1 };

	acpi_image.at_madt = open_table("APIC", 1);
	image_put(m, 0xfee00000, 4);
	image_put(m, 1, 4);
	acpi_image.end_of_madt = m->n;
	/* the NMI first: it must reach CPUs that are listed behind it */
	acpi_image_madt_add(nmi, sizeof(nmi));
	put_cpus(spec);
	acpi_image_madt_add(ioapic, sizeof(ioapic));
	acpi_image_madt_add(timer, sizeof(timer));
	acpi_image_madt_add(sci, sizeof(sci));
}

static void put_rsdp(bool xsdt)
{
	acpi_image.at_rsdp = image_put_bytes(m, "RSD PTR \0QUIESC", 15);
	image_put(m, xsdt ? 2 : 0, 1);
	image_put(m, 0, 4);
	image_put(m, xsdt ? 36 : 0, 4);
	image_put(m, 0, 8);
	image_put(m, 0, 4);
}

static void put_root(const struct acpi_image_spec *spec)
{
	unsigned width = spec->xsdt ? 8 : 4;
	size_t at = open_table(spec->xsdt ? "XSDT" : "RSDT", 1);

	acpi_image.at_root = at;
	image_put(m, ACPI_IMAGE_PA + acpi_image.at_ssdt, width);
	if (spec->fadt_length)
		image_put(m, ACPI_IMAGE_PA + acpi_image.at_fadt, width);
	/* the MADT will be the next table */
	if (!spec->no_madt)
		image_put(m, ACPI_IMAGE_PA + (m->n + width + 15) / 16 * 16,
			  width);
	close_table(at);
	image_patch(m, spec->xsdt ? 24 : 16, ACPI_IMAGE_PA + at,
		    spec->xsdt ? 8 : 4);
	acpi_image_mend(acpi_image.at_rsdp);
}

void acpi_image_build(const struct acpi_image_spec *spec)
{
	memset(&acpi_image, 0, sizeof(acpi_image));
	put_rsdp(spec->xsdt);
	acpi_image.at_ssdt = put_aml("SSDT", spec->s5_in_ssdt);
	acpi_image.at_dsdt = put_aml("DSDT", !spec->s5_in_ssdt);
	if (spec->fadt_length)
		acpi_image.at_fadt = put_fadt(spec->fadt_length);
	put_root(spec);
	put_madt(spec);
}

const void *acpi_image_map(uint64_t pa, uint64_t size)
{
	if (pa < ACPI_IMAGE_PA || size > m->n ||
	    pa - ACPI_IMAGE_PA > m->n - size)
		return NULL;
	return m->byte + (pa - ACPI_IMAGE_PA);
}

void acpi_image_hand_over(struct boot_info *boot)
{
	memset(boot, 0, sizeof(*boot));
	boot->rsdp_size = m->byte[15] >= 2 ? 36 : 20;
	memcpy(boot->rsdp, m->byte, boot->rsdp_size);
}
