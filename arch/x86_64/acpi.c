/*
 * arch/x86_64/acpi.c - from the root pointer to the tables we read.
 *
 * Invariant   acpi_at() is the only way to a byte of a table, and compares
 *             with from->limit before it adds.  A table's own length is
 *             believed once acpi_at() could give that many bytes and their
 *             sum is zero.
 *             The walk over the root table keeps the first sound table of
 *             each kind that we need; everything else it only verifies.
 * References  ACPI 6.5, 5.2.5 (RSDP), 5.2.6 (header), 5.2.7 and 5.2.8 (RSDT
 *             and XSDT).
 */
#include "arch/x86_64/acpi.h"

#include <stdarg.h>

#include "arch/x86_64/acpi_table.h"
#include "boot/boot_info.h"
#include "boot/bytes.h"
#include "boot/collect.h"
#include "kernel/format.h"
#include "kernel/printk.h"
#include "kernel/string.h"

struct acpi_source {		/* where pointers in tables lead */
	const void *(*map)(uint64_t pa, uint64_t size);
	uint64_t base;		/* of the module; 0 for firmware */
	uint64_t limit;		/* pointers lie below; of a module its size */
};

enum {
	RSDP_OLD_SIZE = 20,
	RSDP_SIZE = 36,
	TABLE_MAX = 16 << 20,	/* a length beyond this is nonsense */
};

struct walk {
	struct acpi_source from;
	struct acpi_table root;
	unsigned width;		/* of a pointer in root: 4 or 8 */
	struct acpi_table madt;	/* data is NULL until it is found */
	struct acpi_table fadt;
	uint64_t dsdt;
};

void acpi_warn(struct acpi_info *out, const char *fmt, ...)
{
	char text[120];
	va_list args;

	va_start(args, fmt);
	format(text, sizeof(text), fmt, args);
	va_end(args);
	pr_warn("acpi: %s", text);
	out->complaints++;
}

/* The bytes, or NULL when they are not all there. */
static const uint8_t *acpi_at(const struct acpi_source *from, uint64_t address,
			      uint64_t size)
{
	if (size > from->limit || address > from->limit - size)
		return NULL;
	return from->map(from->base + address, size);
}

static bool acpi_sums_to_zero(const uint8_t *p, uint32_t n)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += p[i];
	return sum == 0;
}

static void name_table(struct acpi_table *t)
{
	for (unsigned i = 0; i < 4; i++) {
		uint8_t c = t->data[i];

		t->name[i] = c > ' ' && c < 0x7f ? c : '?';
	}
	t->name[4] = 0;
}

/* NULL, or what is wrong; t->address and t->name are set in any case. */
static const char *acpi_table_read(const struct acpi_source *from,
				   uint64_t address, struct acpi_table *t)
{
	const uint8_t *header = acpi_at(from, address, ACPI_HEADER_SIZE);

	*t = (struct acpi_table){ .address = address, .name = "????" };
	if (!header)
		return "the pointer leads outside of memory";
	t->data = header;
	name_table(t);
	t->data = NULL;
	t->length = get32(header + 4);
	if (t->length < ACPI_HEADER_SIZE)
		return "the length is less than a header's";
	if (t->length > TABLE_MAX)
		return "the length is more than 16 MB";
	header = acpi_at(from, address, t->length);
	if (!header)
		return "the table runs past the end of memory";
	if (!acpi_sums_to_zero(header, t->length))
		return "the checksum is wrong";
	t->data = header;
	return NULL;
}

static bool acpi_table_is(const struct acpi_table *t, const char *signature)
{
	return memcmp(t->name, signature, 4) == 0;
}

static bool is_acpi_module(const struct boot_module *m,
			   const struct acpi_source *from)
{
	const void *head;

	if (strcmp(m->name, "acpi") == 0)
		return true;
	head = m->size < 8 ? NULL : from->map(m->base, 8);
	return head && memcmp(head, "RSD PTR ", 8) == 0;
}

/* The root pointer's bytes: a module's, or what the loader handed over. */
static const uint8_t *find_rsdp(const struct boot_info *boot,
				struct acpi_source *from, uint64_t *size)
{
	for (unsigned i = 0; i < boot->nr_modules; i++) {
		const struct boot_module *m = &boot->module[i];

		if (!is_acpi_module(m, from))
			continue;
		from->base = m->base;
		from->limit = m->size;
		/* any table makes it longer than that, new or old */
		*size = RSDP_SIZE;
		return acpi_at(from, 0, *size);
	}
	*size = boot->rsdp_size;
	return boot->rsdp;
}

static const char *check_rsdp(const uint8_t *rsdp, uint64_t size)
{
	if (!rsdp || size < RSDP_OLD_SIZE)
		return "there is none";
	if (memcmp(rsdp, "RSD PTR ", 8))
		return "it has not its signature";
	if (!acpi_sums_to_zero(rsdp, RSDP_OLD_SIZE))
		return "the checksum is wrong";
	if (rsdp[15] < 2 || size < RSDP_SIZE)
		return NULL;
	if (get32(rsdp + 20) != RSDP_SIZE)
		return "its length is not 36";
	if (!acpi_sums_to_zero(rsdp, RSDP_SIZE))
		return "the extended checksum is wrong";
	return NULL;
}

/* The XSDT where there is one, else the RSDT. */
static const char *read_root(struct walk *w, const uint8_t *rsdp,
			     uint64_t size)
{
	uint64_t address = 0;
	const char *why;

	w->width = 8;
	if (rsdp[15] >= 2 && size >= RSDP_SIZE)
		address = get64(rsdp + 24);
	if (!address) {
		w->width = 4;
		address = get32(rsdp + 16);
	}
	why = acpi_table_read(&w->from, address, &w->root);
	if (why)
		return why;
	if (!acpi_table_is(&w->root, w->width == 8 ? "XSDT" : "RSDT"))
		return "it has not its signature";
	if ((w->root.length - ACPI_HEADER_SIZE) % w->width)
		return "it is no whole number of pointers";
	return NULL;
}

static uint64_t root_entry(const struct walk *w, uint32_t at)
{
	const uint8_t *p = w->root.data + at;

	return w->width == 8 ? get64(p) : get32(p);
}

static void keep_first(struct acpi_table *kept, const struct acpi_table *t,
		       struct acpi_info *out)
{
	if (!kept->data)
		*kept = *t;
	else
		acpi_warn(out, "%s at 0x%lx: a second one, ignored",
			  t->name, t->address);
}

/* Verify all that root points at; NULL, or why there is no MADT to use. */
static const char *walk_root(struct walk *w, struct acpi_info *out)
{
	const char *why_madt = "none";

	for (uint32_t at = ACPI_HEADER_SIZE; at < w->root.length;
	     at += w->width) {
		struct acpi_table t;
		const char *why = acpi_table_read(&w->from,
						  root_entry(w, at), &t);

		if (why)
			acpi_warn(out, "%s at 0x%lx: %s", t.name, t.address,
				  why);
		if (why && acpi_table_is(&t, "APIC") && !w->madt.data) {
			w->madt.address = t.address;
			why_madt = why;
		}
		if (why)
			continue;
		if (acpi_table_is(&t, "APIC"))
			keep_first(&w->madt, &t, out);
		if (acpi_table_is(&t, "FACP"))
			keep_first(&w->fadt, &t, out);
	}
	return w->madt.data ? NULL : why_madt;
}

/* \_S5 is in the DSDT nearly always, and may be in an SSDT. */
static void read_aml(struct walk *w, struct acpi_info *out)
{
	struct acpi_table t;
	const char *why = acpi_table_read(&w->from, w->dsdt, &t);

	if (why || !acpi_table_is(&t, "DSDT"))
		acpi_warn(out, "DSDT at 0x%lx: %s", w->dsdt,
			  why ? why : "it has not its signature");
	else
		acpi_s5_find(&t, &out->power);
	for (uint32_t at = ACPI_HEADER_SIZE; at < w->root.length;
	     at += w->width) {
		if (out->power.has_s5)
			return;
		why = acpi_table_read(&w->from, root_entry(w, at), &t);
		if (!why && acpi_table_is(&t, "SSDT"))
			acpi_s5_find(&t, &out->power);
	}
}

static void clear(struct acpi_info *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < ACPI_ISA_IRQS; i++)
		out->isa[i].gsi = i;
}

static bool read_tables(struct walk *w, struct acpi_info *out,
			const char **error)
{
	const char *why = walk_root(w, out);
	uint32_t at = 0;

	if (!why)
		why = acpi_madt_read(&w->madt, out, &at);
	if (why && !w->madt.address) {
		*error = "acpi: there is no MADT";
		return false;
	}
	if (why) {
		*error = boot_complain("acpi: MADT at 0x%lx, offset %u: %s",
				       w->madt.address, at, why);
		return false;
	}
	if (w->fadt.data) {
		w->dsdt = acpi_fadt_read(&w->fadt, out);
		read_aml(w, out);
	} else {
		acpi_warn(out, "there is no FADT");
	}
	return true;
}

bool acpi_parse(const struct boot_info *boot,
		const void *(*map)(uint64_t pa, uint64_t size),
		struct acpi_info *out, const char **error)
{
	struct walk w = { .from = { .map = map, .limit = UINT64_MAX } };
	uint64_t size;
	const uint8_t *rsdp = find_rsdp(boot, &w.from, &size);
	const char *why = check_rsdp(rsdp, size);

	clear(out);
	if (why) {
		*error = boot_complain("acpi: RSDP: %s", why);
		return false;
	}
	why = read_root(&w, rsdp, size);
	if (why) {
		*error = boot_complain("acpi: %s at 0x%lx: %s", w.width == 8 ?
				       "XSDT" : "RSDT", w.root.address, why);
		return false;
	}
	if (!read_tables(&w, out, error)) {
		clear(out);
		return false;
	}
	out->from_module = w.from.base != 0;
	return true;
}
