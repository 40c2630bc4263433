/*
 * tools/plugin/count.c - count what each CPU of the emulator executes.
 *
 * A TCG plugin.  It counts, for each virtual CPU, instructions, locked
 * instructions, loads, stores, device accesses and halts, and writes down the
 * counts each time a CPU executes a marker (arch/x86_64/marker.h).  Differences
 * are left to who reads the file:
 *
 *	-plugin build/count.so,out=FILE[,all=on][,mem=off][,count=off]
 *
 * With count=off only markers are seen, and the machine runs at full speed:
 * what counts then is the host's time of each mark.  With from=ID,to=ID it also
 * counts each address, while the CPU that executes it is between the two.
 *
 * Invariant   Every instruction has a callback of its own that runs before it,
 *             so a marker in the middle of a translated block, or a fault
 *             there, is counted exactly.  A CPU's counts are written by that
 *             CPU's thread only.  Instrumentation begins with the translation
 *             of the first marker (all=on: with the first instruction), so the
 *             firmware runs at full speed; what was translated before, and is
 *             run again later, is not counted.
 *             A marker counts itself: between two adjacent ones lies 1.
 *             `rep` counts each iteration and its end; an instruction that
 *             faults counts once for the fault and once when it is run again.
 *             A locked access counts as a store.  What an interrupt's delivery
 *             or a page walk reads and writes is counted as QEMU reports it,
 *             in part.
 * References  QEMU 7.2, docs/devel/tcg-plugins.rst.  Debian does not package
 *             qemu-plugin.h, so what is used of it is declared here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT		__attribute__((visibility("default")))
#define MAX_CPUS	512
#define MAX_MARKS	(1 << 16)
#define MARKER_BYTES	7

/* qemu-plugin.h, API version 1 */
typedef void insn_fn(unsigned cpu, void *arg);
typedef void mem_fn(unsigned cpu, uint32_t info, uint64_t va, void *arg);
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CB_NO_REGS, CB_R_REGS, CB_RW_REGS };
enum { MEM_R = 1, MEM_W, MEM_RW };

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv);
void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*fn)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_atexit_cb(
	uint64_t id, void (*fn)(uint64_t id, void *arg), void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(
	struct qemu_plugin_insn *insn, insn_fn *fn, int flags, void *arg);
void qemu_plugin_register_vcpu_mem_cb(
	struct qemu_plugin_insn *insn, mem_fn *fn, int flags, int rw,
	void *arg);
bool qemu_plugin_mem_is_store(uint32_t info);
struct qemu_plugin_hwaddr;
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t va);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *hwaddr);

struct counts {
	uint64_t insns;
	uint64_t locked;
	uint64_t loads;
	uint64_t stores;
	uint64_t devices;	/* accesses to their registers, and in/out */
	uint64_t halts;
	uint64_t at_halt;	/* insns when it last executed hlt */
} __attribute__((aligned(64)));

/* An instruction of a translated block: how often it ran between from and to. */
struct place {
	struct place *next;
	uint64_t va;
	uint64_t times;
	int marker;		/* its id, or -1 */
};

struct mark {
	unsigned id;
	unsigned cpu;
	uint64_t ns;		/* the host's clock */
	uint64_t cpu_ns;	/* of all its CPUs, that QEMU was given */
	struct counts own;	/* of cpu */
	uint64_t all;		/* instructions of all CPUs, about then */
};

static struct counts counts[MAX_CPUS];
static struct mark marks[MAX_MARKS];
static unsigned nr_marks;	/* taken; may exceed MAX_MARKS */
static struct place *places;	/* pushed by translation, never removed */
static bool inside[MAX_CPUS];	/* between from and to */
static int from = -1, to = -1;
static bool armed;
static bool count_insns = true;
static bool count_memory = true;
static const char *out_path;

static void on_insn(unsigned cpu, void *arg)
{
	(void)arg;
	counts[cpu].insns++;
}

static void on_locked(unsigned cpu, void *arg)
{
	(void)arg;
	counts[cpu].insns++;
	counts[cpu].locked++;
}

static void on_port(unsigned cpu, void *arg)
{
	(void)arg;
	counts[cpu].insns++;
	counts[cpu].devices++;
}

static void on_halt(unsigned cpu, void *arg)
{
	(void)arg;
	counts[cpu].halts++;
	counts[cpu].at_halt = ++counts[cpu].insns;
}

static uint64_t host_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void on_marker(unsigned cpu, void *arg)
{
	unsigned n = __atomic_fetch_add(&nr_marks, 1, __ATOMIC_RELAXED);
	uint64_t all = 0;

	counts[cpu].insns++;
	if (n >= MAX_MARKS)
		return;
	for (unsigned i = 0; i < MAX_CPUS; i++)
		all += __atomic_load_n(&counts[i].insns, __ATOMIC_RELAXED);
	marks[n] = (struct mark){ .id = (unsigned)(uintptr_t)arg, .cpu = cpu,
				  .ns = host_ns(CLOCK_MONOTONIC),
				  .cpu_ns = host_ns(CLOCK_PROCESS_CPUTIME_ID),
				  .own = counts[cpu], .all = all };
}

/* Runs before the instruction's own callback, and only with from=. */
static void on_place(unsigned cpu, void *arg)
{
	struct place *p = arg;

	if (p->marker >= 0 && p->marker == to)
		inside[cpu] = false;
	if (inside[cpu])
		__atomic_fetch_add(&p->times, 1, __ATOMIC_RELAXED);
	if (p->marker >= 0 && p->marker == from)
		inside[cpu] = true;
}

static void watch_place(struct qemu_plugin_insn *insn, int marker)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->va = qemu_plugin_insn_vaddr(insn);
	p->marker = marker;
	p->next = __atomic_load_n(&places, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&places, &p->next, p, false,
					    __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, on_place, CB_NO_REGS, p);
}

static void on_memory(unsigned cpu, uint32_t info, uint64_t va, void *arg)
{
	struct qemu_plugin_hwaddr *hwaddr = qemu_plugin_get_hwaddr(info, va);

	(void)arg;
	if (qemu_plugin_mem_is_store(info))
		counts[cpu].stores++;
	else
		counts[cpu].loads++;
	if (hwaddr && qemu_plugin_hwaddr_is_io(hwaddr))
		counts[cpu].devices++;
}

static bool is_prefix(uint8_t byte)
{
	return memchr("\x66\x67\xf2\xf3\x2e\x36\x3e\x26\x64\x65", byte, 10);
}

/* A lock prefix, or an xchg with memory, which locks without one. */
static bool is_locked(const uint8_t *code, size_t size)
{
	size_t i = 0;

	while (i < size && is_prefix(code[i]))
		i++;
	if (i < size && code[i] == 0xf0)
		return true;
	if (i + 2 < size && (code[i] & 0xf0) == 0x40)
		i++;				/* REX */
	return i + 1 < size && (code[i] & 0xfe) == 0x86
		&& (code[i + 1] & 0xc0) != 0xc0;
}

/* in and out; not insb and its like, which nobody here uses */
static bool is_port(const uint8_t *code, size_t size)
{
	size_t i = 0;

	while (i < size && is_prefix(code[i]))
		i++;
	return i < size && ((code[i] & 0xfc) == 0xe4
			    || (code[i] & 0xfc) == 0xec);
}

/* nopl 0x7153iiii(%rax), in 16-bit code behind two prefixes: the id, or -1 */
static int marker_id(const uint8_t *code, size_t size)
{
	while (size > MARKER_BYTES && is_prefix(*code)) {
		code++;
		size--;
	}
	if (size != MARKER_BYTES || memcmp(code, "\x0f\x1f\x80", 3)
	    || memcmp(code + 5, "\x53\x71", 2))
		return -1;
	return code[3] | code[4] << 8;
}

static void instrument(struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);
	int id = marker_id(code, size);
	insn_fn *fn = on_insn;

	armed |= id >= 0;
	if (!armed || (!count_insns && id < 0))
		return;
	if (from >= 0)
		watch_place(insn, id);
	if (id >= 0)
		fn = on_marker;
	else if (size == 1 && code[0] == 0xf4)
		fn = on_halt;
	else if (is_locked(code, size))
		fn = on_locked;
	else if (is_port(code, size))
		fn = on_port;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, CB_NO_REGS,
					       (void *)(uintptr_t)id);
	if (count_memory && count_insns)
		qemu_plugin_register_vcpu_mem_cb(insn, on_memory, CB_NO_REGS,
						 MEM_RW, NULL);
}

static void on_translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < n; i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

static void print_counts(FILE *f, const struct counts *c)
{
	fprintf(f, "\"insns\": %lu, \"locked\": %lu, \"loads\": %lu, "
		"\"stores\": %lu, \"devices\": %lu, \"halts\": %lu, "
		"\"since_halt\": %lu",
		c->insns, c->locked, c->loads, c->stores, c->devices, c->halts,
		c->insns - c->at_halt);
}

static void on_exit_write(uint64_t id, void *arg)
{
	FILE *f = fopen(out_path, "w");
	unsigned n = nr_marks < MAX_MARKS ? nr_marks : MAX_MARKS;
	unsigned nr_cpus = MAX_CPUS;

	(void)id;
	(void)arg;
	if (!f) {
		perror(out_path);
		return;
	}
	while (nr_cpus && !counts[nr_cpus - 1].insns)
		nr_cpus--;
	fprintf(f, "{\"lost_marks\": %u,\n\"cpus\": [\n", nr_marks - n);
	for (unsigned i = 0; i < nr_cpus; i++) {
		fprintf(f, "{");
		print_counts(f, &counts[i]);
		fprintf(f, "}%s\n", i + 1 < nr_cpus ? "," : "");
	}
	fprintf(f, "],\n\"marks\": [\n");
	for (unsigned i = 0; i < n; i++) {
		fprintf(f, "{\"id\": %u, \"cpu\": %u, \"ns\": %lu, "
			"\"cpu_ns\": %lu, ", marks[i].id, marks[i].cpu,
			marks[i].ns, marks[i].cpu_ns);
		print_counts(f, &marks[i].own);
		fprintf(f, ", \"all\": %lu}%s\n", marks[i].all,
			i + 1 < n ? "," : "");
	}
	fprintf(f, "],\n\"places\": [");
	for (struct place *p = places; p; p = p->next)
		if (p->times)
			fprintf(f, "\n[%lu, %lu],", p->va, p->times);
	fprintf(f, "\n[0, 0]]}\n");
	fclose(f);
}

static bool argument(const char *arg)
{
	if (!strncmp(arg, "out=", 4))
		out_path = strdup(arg + 4);
	else if (!strncmp(arg, "from=", 5))
		from = atoi(arg + 5);
	else if (!strncmp(arg, "to=", 3))
		to = atoi(arg + 3);
	else if (!strcmp(arg, "all=on"))
		armed = true;
	else if (!strcmp(arg, "mem=off"))
		count_memory = false;
	else if (!strcmp(arg, "count=off"))
		count_insns = false;
	else
		return false;
	return true;
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!argument(argv[i])) {
			fprintf(stderr, "count: unknown argument %s\n",
				argv[i]);
			return -1;
		}
	if (!out_path) {
		fprintf(stderr, "count: needs out=FILE\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_write, NULL);
	return 0;
}
