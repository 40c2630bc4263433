/*
 * kernel/startup.h - the first words, and what the loader left.
 *
 * Guarantees  startup_serial(): the log reaches the serial port, if there is
 *             one.  startup_boot_info(): *out is complete, or a panic says what
 *             is wrong with the loader's data.  startup_cmdline(): *out holds
 *             the loader's words, then fw_cfg's opt/quiesce/cmdline; wrong ones
 *             are named in the log.  startup_screen(): the log reaches the
 *             screen too, from its beginning.
 * Context     Boot CPU, each once, in the order of kernel/main.c.
 * See         kernel/main.c, docs/01-boot.md
 */
#pragma once

#include <stdint.h>

struct boot_info;
struct cmdline;

void startup_serial(void);
void startup_boot_info(uint32_t kind, uint64_t info, struct boot_info *out);
void startup_cmdline(const struct boot_info *boot, struct cmdline *out);
void startup_screen(const struct boot_info *boot, const struct cmdline *cmd);
