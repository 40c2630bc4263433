/*
 * arch/x86_64/acpi_madt.c - CPUs, I/O APICs and how their pins are wired.
 *
 * Invariant   An entry is read after its length byte was compared with the
 *             table's end and with kinds[type].least.
 *             Two passes: the firmware may name a CPU's NMI pin before the
 *             CPU, so pins are handed out when all CPUs are known.
 *             cpu[0 .. nr_cpus) holds no APIC id twice.
 * References  ACPI 6.5, 5.2.12 (MADT), tables 5.21 to 5.31.
 */
#include "arch/x86_64/acpi_table.h"
#include "boot/bytes.h"

enum {
	MADT_LAPIC = 36,
	MADT_FLAGS = 40,
	MADT_ENTRIES = 44,
	MADT_HAS_8259 = 1,	/* in MADT_FLAGS */
	CPU_ENABLED = 1,
	CPU_ONLINE_CAPABLE = 2,
	UID_ALL_8BIT = 0xff,
	UID_ALL_32BIT = 0xffffffff,
};

static bool has_cpu(const struct acpi_info *out, uint32_t apic_id)
{
	for (unsigned i = 0; i < out->nr_cpus; i++)
		if (out->cpu[i].apic_id == apic_id)
			return true;
	return false;
}

static void add_cpu(struct acpi_info *out, uint32_t apic_id, uint32_t uid,
		    uint32_t flags, uint32_t broadcast_id)
{
	/* a place that no CPU will ever fill: its id means nothing */
	if (!(flags & (CPU_ENABLED | CPU_ONLINE_CAPABLE)))
		return;
	if (apic_id == broadcast_id || has_cpu(out, apic_id)) {
		out->cpus_refused++;
		acpi_warn(out, "MADT: APIC id %u %s; the entry is ignored",
			  apic_id, apic_id == broadcast_id ?
			  "means all CPUs" : "is listed twice");
		return;
	}
	if (out->nr_cpus == NR_CPUS) {
		out->cpus_beyond++;
		return;
	}
	out->cpu[out->nr_cpus++] = (struct acpi_cpu){
		.apic_id = apic_id,
		.uid = uid,
		.enabled = flags & CPU_ENABLED,
	};
}

static void take_lapic(const uint8_t *e, struct acpi_info *out)
{
	add_cpu(out, e[3], e[2], get32(e + 4), 0xff);
}

static void take_x2apic(const uint8_t *e, struct acpi_info *out)
{
	add_cpu(out, get32(e + 4), get32(e + 12), get32(e + 8), 0xffffffff);
}

static void take_ioapic(const uint8_t *e, struct acpi_info *out)
{
	struct acpi_ioapic io = {
		.id = e[2],
		.address = get32(e + 4),
		.gsi_base = get32(e + 8),
	};

	for (unsigned i = 0; i < out->nr_ioapics; i++) {
		if (out->ioapic[i].address != io.address &&
		    out->ioapic[i].gsi_base != io.gsi_base)
			continue;
		acpi_warn(out, "MADT: I/O APIC %u at 0x%lx is listed twice",
			  io.id, io.address);
		return;
	}
	if (!io.address || out->nr_ioapics == ACPI_IOAPICS) {
		acpi_warn(out, "MADT: I/O APIC %u at 0x%lx is ignored",
			  io.id, io.address);
		return;
	}
	out->ioapic[out->nr_ioapics++] = io;
}

/* Polarity and trigger; 0 is "as the bus": for ISA high and edge. */
static bool active_low(uint16_t flags)
{
	return (flags & 3) == 3;
}

static bool level_triggered(uint16_t flags)
{
	return (flags >> 2 & 3) == 3;
}

static void take_override(const uint8_t *e, struct acpi_info *out)
{
	uint8_t bus = e[2], irq = e[3];
	uint16_t flags = get16(e + 8);

	if (bus != 0 || irq >= ACPI_ISA_IRQS || out->isa[irq].overridden) {
		acpi_warn(out, "MADT: override of bus %u irq %u is %s", bus,
			  irq, bus == 0 && irq < ACPI_ISA_IRQS ?
			  "listed twice" : "no ISA interrupt's");
		return;
	}
	out->isa[irq] = (struct acpi_isa){
		.gsi = get32(e + 4),
		.active_low = active_low(flags),
		.level = level_triggered(flags),
		.overridden = true,
	};
}

static void take_lapic_address(const uint8_t *e, struct acpi_info *out)
{
	out->lapic = get64(e + 4);
}

static void set_nmi(struct acpi_info *out, uint32_t uid, bool all,
		    uint16_t flags, uint8_t pin)
{
	if (pin > 1) {
		acpi_warn(out, "MADT: an NMI at LINT%u, which is none", pin);
		return;
	}
	for (unsigned i = 0; i < out->nr_cpus; i++) {
		if (!all && out->cpu[i].uid != uid)
			continue;
		out->cpu[i].nmi_pins |= 1u << pin;
		out->cpu[i].nmi_active_low = active_low(flags);
	}
}

static void take_lapic_nmi(const uint8_t *e, struct acpi_info *out)
{
	set_nmi(out, e[2], e[2] == UID_ALL_8BIT, get16(e + 3), e[5]);
}

static void take_x2apic_nmi(const uint8_t *e, struct acpi_info *out)
{
	uint32_t uid = get32(e + 4);

	set_nmi(out, uid, uid == UID_ALL_32BIT, get16(e + 2), e[8]);
}

static const struct {
	uint8_t least;		/* bytes that take() reads */
	uint8_t pass;
	void (*take)(const uint8_t *e, struct acpi_info *out);
} kinds[] = {
	[0] = { 8, 1, take_lapic },
	[1] = { 12, 1, take_ioapic },
	[2] = { 10, 1, take_override },
	[4] = { 6, 2, take_lapic_nmi },
	[5] = { 12, 1, take_lapic_address },
	[9] = { 16, 1, take_x2apic },
	[10] = { 12, 2, take_x2apic_nmi },
};

static const char *run_pass(const struct acpi_table *madt, unsigned pass,
			    struct acpi_info *out, uint32_t *at)
{
	uint32_t length;

	/* ends: each entry takes 2 bytes or more out of the table */
	for (*at = MADT_ENTRIES; *at < madt->length; *at += length) {
		const uint8_t *e = madt->data + *at;
		uint32_t left = madt->length - *at;

		if (left < 2)
			return "half an entry";
		length = e[1];
		if (length < 2)
			return "an entry shorter than its own header";
		if (length > left)
			return "an entry runs past the end of the table";
		if (e[0] >= ARRAY_LEN(kinds) || kinds[e[0]].pass != pass)
			continue;
		if (length < kinds[e[0]].least)
			return "an entry is too short for its type";
		kinds[e[0]].take(e, out);
	}
	return NULL;
}

const char *acpi_madt_read(const struct acpi_table *madt,
			   struct acpi_info *out, uint32_t *at)
{
	const char *why;

	if (madt->length < MADT_ENTRIES)
		return "it is shorter than its own header";
	out->lapic = get32(madt->data + MADT_LAPIC);
	out->has_8259 = get32(madt->data + MADT_FLAGS) & MADT_HAS_8259;
	why = run_pass(madt, 1, out, at);
	if (!why)
		why = run_pass(madt, 2, out, at);
	if (why)
		return why;
	if (out->cpus_beyond)
		acpi_warn(out, "MADT: %u CPUs beyond the %u we can run",
			  out->cpus_beyond, NR_CPUS);
	*at = MADT_LAPIC;
	if (!out->lapic || out->lapic % PAGE_SIZE)
		return "the local APIC's address is no page's";
	return out->nr_cpus ? NULL : "it lists no usable CPU";
}
