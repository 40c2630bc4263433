/*
 * arch/x86_64/power.h - off, and again.
 *
 * Guarantees  power_off() enters ACPI's S5 where the tables tell how; else it
 *             says so and halts.  power_reboot() tries ACPI's reset register,
 *             the keyboard controller, and a triple fault, in this order.
 * Context     Any.
 * See         ACPI 6.4, 4.8.3.2.1 and 4.8.3.6
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

struct power_ports {
	uint16_t pm1a_control;	/* 0: none */
	uint16_t pm1b_control;
	uint16_t smi_port;	/* 0: always in ACPI mode */
	uint8_t smi_enable;	/* write it there to enter ACPI mode */
	uint8_t sleep_a;	/* SLP_TYP values of \_S5 */
	uint8_t sleep_b;
	uint16_t reset_port;	/* 0: none */
	uint8_t reset_value;
};

void power_init(const struct power_ports *ports);
void power_off(void) never_returns;
void power_reboot(void) never_returns;
