/*
 * arch/x86_64/acpi_fadt.c - the PM timer, the way to sleep and to reset.
 *
 * Invariant   A field is read by field8() .. field64(), which give 0 where
 *             this table, of whatever revision, is too short to have it; and
 *             0 means "not there" for each field that we read.
 *             A port that we report, with all its bytes, is below 64 K.
 * References  ACPI 6.5, 5.2.9 (FADT), 5.2.3.2 (generic address structure).
 */
#include "arch/x86_64/acpi_table.h"
#include "boot/bytes.h"

enum {
	FADT_DSDT = 40,
	FADT_SMI_CMD = 48,
	FADT_ACPI_ENABLE = 52,
	FADT_PM1A_CNT = 64,
	FADT_PM1B_CNT = 68,
	FADT_PM_TMR = 76,
	FADT_BOOT_ARCH = 109,
	FADT_FLAGS = 112,
	FADT_RESET_REG = 116,
	FADT_RESET_VALUE = 128,
	FADT_X_DSDT = 140,
	FADT_X_PM1A_CNT = 172,
	FADT_X_PM1B_CNT = 184,
	FADT_X_PM_TMR = 208,

	BOOT_ARCH_8042 = 1 << 1,
	FLAG_TIMER_32BIT = 1 << 8,
	FLAG_RESET = 1 << 10,
	FLAG_HW_REDUCED = 1 << 20,

	REVISION_BOOT_ARCH = 3,	/* the first whose 8042 bit means anything */
	GAS_SIZE = 12,
	NO_FIELD = 1 << 30,	/* behind the end of every table */
};

static const uint8_t *field(const struct acpi_table *t, uint32_t at,
			    uint32_t size)
{
	static const uint8_t zero[GAS_SIZE];

	return at + size <= t->length ? t->data + at : zero;
}

static uint8_t field8(const struct acpi_table *t, uint32_t at)
{
	return *field(t, at, 1);
}

static uint16_t field16(const struct acpi_table *t, uint32_t at)
{
	return get16(field(t, at, 2));
}

static uint32_t field32(const struct acpi_table *t, uint32_t at)
{
	return get32(field(t, at, 4));
}

static uint64_t field64(const struct acpi_table *t, uint32_t at)
{
	return get64(field(t, at, 8));
}

/*
 * A port of `bytes` bytes: the extended field where it names one in I/O space,
 * else the old one; 0 when neither makes sense.
 */
static uint16_t port(const struct acpi_table *t, uint32_t at,
		     uint32_t extended_at, unsigned bytes)
{
	const uint8_t *gas = field(t, extended_at, GAS_SIZE);
	uint64_t address = get64(gas + 4);

	if (gas[0] != ACPI_IO || !address)
		address = field32(t, at);
	return address <= 0x10000 - bytes ? address : 0;
}

static void read_reset(const struct acpi_table *t, struct acpi_power *power)
{
	const uint8_t *gas = field(t, FADT_RESET_REG, GAS_SIZE);
	uint64_t address = get64(gas + 4);
	uint8_t space = gas[0], bits = gas[1];

	if (!(field32(t, FADT_FLAGS) & FLAG_RESET) || !address)
		return;
	if (space > ACPI_PCI_CONFIG || bits != 8 ||
	    (space == ACPI_IO && address > 0xffff))
		return;
	power->has_reset = true;
	power->reset_space = space;
	power->reset_address = address;
	power->reset_value = field8(t, FADT_RESET_VALUE);
}

uint64_t acpi_fadt_read(const struct acpi_table *fadt, struct acpi_info *out)
{
	struct acpi_power *power = &out->power;
	uint32_t flags = field32(fadt, FADT_FLAGS);
	uint8_t revision = fadt->data[8];
	uint64_t dsdt = field64(fadt, FADT_X_DSDT);

	power->present = true;
	power->hw_reduced = flags & FLAG_HW_REDUCED;
	power->has_8042 = revision < REVISION_BOOT_ARCH ||
			  field16(fadt, FADT_BOOT_ARCH) & BOOT_ARCH_8042;
	read_reset(fadt, power);
	if (!power->hw_reduced) {
		power->pm_timer_port = port(fadt, FADT_PM_TMR, FADT_X_PM_TMR,
					    4);
		power->pm_timer_bits = flags & FLAG_TIMER_32BIT ? 32 : 24;
		power->smi_port = port(fadt, FADT_SMI_CMD, NO_FIELD, 1);
		power->smi_enable = field8(fadt, FADT_ACPI_ENABLE);
		power->pm1a_control = port(fadt, FADT_PM1A_CNT,
					   FADT_X_PM1A_CNT, 2);
		power->pm1b_control = port(fadt, FADT_PM1B_CNT,
					   FADT_X_PM1B_CNT, 2);
	}
	return dsdt ? dsdt : field32(fadt, FADT_DSDT);
}
