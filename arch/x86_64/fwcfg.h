/*
 * arch/x86_64/fwcfg.h - files that QEMU's command line hands to the guest.
 *
 * Guarantees  fwcfg_read(name, buf, size) copies at most size bytes of the file
 *             `name` and returns how many; -1 when there is no such file or no
 *             such device.  Bounded, and harmless on a real machine.
 * Context     Boot CPU, at boot.
 * See         QEMU's specification "fw_cfg"
 */
#pragma once

#include <stddef.h>

int fwcfg_read(const char *name, char *buf, size_t size);
