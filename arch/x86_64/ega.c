/*
 * arch/x86_64/ega.c - cells in the adapter's memory, its cursor by ports.
 *
 * Invariant   A cell is 16 bits: the glyph below, the colours above.
 * References  IBM, Enhanced Graphics Adapter, 1984, "CRT controller", indexes
 *             0x0a, 0x0b, 0x0e, 0x0f.
 */
#include "arch/x86_64/ega.h"

#include "arch/x86_64/mmio.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/vt.h"
#include "boot/boot_info.h"
#include "kernel/console.h"

#define COLUMNS		80
#define ROWS		25
#define CELL		2	/* bytes */
#define COLOUR_BASE	0xb8000
#define CRTC_COLOUR	0x3d4
#define CRTC_MONO	0x3b4
#define SQUARE		0xfe	/* in the adapter's code page 437 */

enum { CURSOR_START = 0x0a, CURSOR_END, CURSOR_HIGH = 0x0e, CURSOR_LOW };

static struct vt vt;
static struct vt_cell cells[VT_CELLS(COLUMNS, ROWS)];
static void *memory;
static uint16_t crtc;
static unsigned pitch;		/* bytes */

static void crtc_set(uint8_t index, unsigned value)
{
	outb(crtc, index);
	outb(crtc + 1, (uint8_t)value);
}

static void ega_draw(struct vt *v, unsigned column, unsigned row,
		     struct vt_cell cell)
{
	uint8_t glyph = cell.glyph < VT_UNKNOWN ? cell.glyph : SQUARE;

	(void)v;
	mmio_write16(memory, row * pitch + column * CELL,
		     (uint16_t)(cell.colours << 8 | glyph));
}

static void ega_place_cursor(struct vt *v, unsigned column, unsigned row)
{
	unsigned at = row * pitch / CELL + column;

	(void)v;
	crtc_set(CURSOR_HIGH, at >> 8);
	crtc_set(CURSOR_LOW, at & 0xff);
}

static void ega_write(const char *text, size_t n)
{
	vt_write(&vt, text, n);
}

static struct console ega_console = {
	.name = "ega", .write = ega_write,
};

struct console *ega_init(void *mapped, const struct boot_screen *screen)
{
	if (screen->width > COLUMNS || screen->height > ROWS)
		return NULL;
	memory = mapped;
	pitch = screen->pitch;
	crtc = screen->base < COLOUR_BASE ? CRTC_MONO : CRTC_COLOUR;
	crtc_set(CURSOR_START, 13);
	crtc_set(CURSOR_END, 14);
	vt.draw = ega_draw;
	vt.place_cursor = ega_place_cursor;
	vt.columns = screen->width;
	vt.rows = screen->height;
	vt.scroll_by = 1;
	vt_init(&vt, cells);
	return &ega_console;
}
