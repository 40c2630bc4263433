/*
 * kernel/session.h - what the machine does once it is up.
 *
 * Guarantees  Runs the tests that test= asks for and leaves if exit=on says so;
 *             then gives the shell to whoever types.
 * Context     Thread main, once.
 * See         kernel/main.c, kernel/cmdline.h
 */
#pragma once

#include "kernel/compiler.h"

struct acpi_info;
struct cmdline;

void session_run(const struct acpi_info *acpi, const struct cmdline *cmdline)
	never_returns;
