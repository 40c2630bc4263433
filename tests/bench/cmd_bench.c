/*
 * tests/bench/cmd_bench.c - the shell's side of `make bench`.
 */
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "tests/bench/bench.h"

static const struct bench {
	const char *name;
	int (*run)(void);
} benches[] = {
	{ "yield", bench_yield },
	{ "kmalloc", bench_kmalloc },
	{ "wake", bench_wake },
	{ "locks", bench_locks },
	{ "idle", bench_idle },
	{ "rcu", bench_rcu },
	{ "rcu-busy", bench_rcu_busy },
	{ "rcu-switch", bench_rcu_switch },
};

static int cmd_bench(int argc, char **argv)
{
	for (unsigned i = 0; argc == 2 && i < ARRAY_LEN(benches); i++) {
		int error;

		if (strcmp(argv[1], benches[i].name))
			continue;
		error = benches[i].run();
		console_printf("bench %s: %s\n", argv[1],
			       error ? "its rounds are not valid" : "done");
		return error;
	}
	console_printf("bench knows:");
	for (unsigned i = 0; i < ARRAY_LEN(benches); i++)
		console_printf(" %s", benches[i].name);
	console_printf("\n");
	return -EINVAL;
}

COMMAND("bench", "<name>", "run rounds that make bench counts", cmd_bench);
