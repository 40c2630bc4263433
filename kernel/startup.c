/*
 * kernel/startup.c - reading what the loader left, saying the first words.
 */
#include "kernel/startup.h"

#include "arch/x86_64/ega.h"
#include "arch/x86_64/framebuffer.h"
#include "arch/x86_64/fwcfg.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/serial.h"
#include "boot/boot.h"
#include "boot/boot_info.h"
#include "boot/multiboot2.h"
#include "boot/pvh.h"
#include "kernel/cmdline.h"
#include "kernel/config.h"
#include "kernel/console.h"
#include "kernel/log.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/vmap.h"

#define BANNER	"Quiesce, an SMP kernel to learn concurrency from"

static struct console *serial;

/* Bytes that the boot page tables map. */
static const void *early_phys(uint64_t pa, uint64_t size)
{
	if (size > BOOT_MAPPED || pa > BOOT_MAPPED - size)
		return NULL;
	return phys_to_virt(pa);
}

void startup_serial(void)
{
	serial = serial_init();
	if (serial)
		console_register(serial);
	pr_info(BANNER);
}

void startup_boot_info(uint32_t kind, uint64_t info, struct boot_info *out)
{
	const char *error = "the loader's data lie above 4 GB";
	const void *data = early_phys(info, PAGE_SIZE);
	bool parsed = false;

	if (data && kind == BOOT_KIND_PVH)
		parsed = pvh_parse(data, early_phys, out, &error);
	else if (data)
		parsed = multiboot2_parse(data, info, BOOT_MAPPED - info, out,
					  &error);
	if (!parsed)
		panic("boot: %s", error);
	pr_info("boot: %s%s%s", out->protocol, out->loader[0] ? " by " : "",
		out->loader);
}

static void complain(const char *line)
{
	pr_warn("command line: %s", line);
}

void startup_cmdline(const struct boot_info *boot, struct cmdline *out)
{
	static char text[2 * BOOT_CMDLINE];
	size_t n;
	int more;

	string_copy(text, boot->cmdline, sizeof(text));
	n = strlen(text);
	text[n] = ' ';
	more = fwcfg_read("opt/quiesce/cmdline", text + n + 1,
			  sizeof(text) - n - 2);
	text[more > 0 ? n + 1 + more : n] = 0;
	if (text[0])
		pr_info("command line: %s", text);
	cmdline_parse(text, out, complain);
	log_set_console_level(out->loglevel);
	panic_set_action(out->panic);
}

static struct console *screen_start(const struct boot_screen *s)
{
	uint64_t size = (uint64_t)s->pitch * s->height;
	bool rgb = s->kind == BOOT_SCREEN_RGB;
	unsigned caching = rgb ? PROT_COMBINE : PROT_DEVICE;
	void *pixels = mmio_map_as(s->base, size, PROT_W | caching);

	if (!pixels)
		return NULL;
	return rgb ? framebuffer_start(pixels, s) : ega_init(pixels, s);
}

void startup_screen(const struct boot_info *boot, const struct cmdline *cmd)
{
	struct console *screen;

	if (boot->screen.kind == BOOT_SCREEN_NONE
	    || cmd->console == CONSOLE_SERIAL)
		return;
	screen = screen_start(&boot->screen);
	if (!screen) {
		pr_warn("screen: %ux%u with %u bits a pixel cannot be used",
			boot->screen.width, boot->screen.height,
			boot->screen.bpp);
		return;
	}
	console_register(screen);
	if (serial && cmd->console == CONSOLE_SCREEN)
		serial->muted = true;
}
