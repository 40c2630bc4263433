/*
 * arch/x86_64/fwcfg.c - the fw_cfg device by its ports.
 */
#include "arch/x86_64/fwcfg.h"

#include "arch/x86_64/regs.h"
#include "kernel/string.h"

#define PORT_SELECT	0x510
#define PORT_DATA	0x511
#define KEY_SIGNATURE	0x00
#define KEY_DIRECTORY	0x19
#define FILES_MAX	256

struct fwcfg_file {		/* big endian */
	uint32_t size;
	uint16_t select;
	uint16_t reserved;
	char name[56];
};

static void read_bytes(void *to, size_t n)
{
	uint8_t *p = to;

	while (n--)
		*p++ = inb(PORT_DATA);
}

static bool device_present(void)
{
	char signature[4];

	outw(PORT_SELECT, KEY_SIGNATURE);
	read_bytes(signature, sizeof(signature));
	return !memcmp(signature, "QEMU", 4);
}

static bool find(const char *name, struct fwcfg_file *file)
{
	uint32_t count;

	outw(PORT_SELECT, KEY_DIRECTORY);
	read_bytes(&count, sizeof(count));
	count = __builtin_bswap32(count);
	for (uint32_t i = 0; i < count && i < FILES_MAX; i++) {
		read_bytes(file, sizeof(*file));
		if (!strncmp(file->name, name, sizeof(file->name)))
			return true;
	}
	return false;
}

int fwcfg_read(const char *name, char *buf, size_t size)
{
	struct fwcfg_file file;
	size_t n;

	if (!device_present() || !find(name, &file))
		return -1;
	n = __builtin_bswap32(file.size);
	if (n > size)
		n = size;
	outw(PORT_SELECT, __builtin_bswap16(file.select));
	read_bytes(buf, n);
	return n;
}
