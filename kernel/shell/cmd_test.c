/*
 * kernel/shell/cmd_test.c - run the tests from the shell.
 */
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "kernel/test.h"

extern const struct test_case __start_test_cases[];
extern const struct test_case __stop_test_cases[];

#define SEED	"seed="

/* seed=<n>; false: it is no number */
static bool parse_seed(const char *word, uint64_t *seed)
{
	return string_to_u64(word + sizeof(SEED) - 1, seed);
}

static int cmd_test(int argc, char **argv)
{
	const char *glob = "*";
	uint64_t seed = shell_seed();
	bool list = false;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-l"))
			list = true;
		else if (strncmp(argv[i], SEED, sizeof(SEED) - 1))
			glob = argv[i];
		else if (!parse_seed(argv[i], &seed))
			return -EINVAL;
	}
	if (list)
		test_list(glob);
	else if (!test_run(glob, seed))
		console_printf("(not all is well)\n");
	return 0;
}

static void complete_test(struct completion *c, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	completion_add(c, "-l");
	completion_add(c, SEED);
	for (const struct test_case *t = __start_test_cases;
	     t < __stop_test_cases; t++)
		completion_add(c, t->suite);
	for (const struct test_case *t = __start_test_cases;
	     c->typed[0] && t < __stop_test_cases; t++)
		completion_add(c, t->name);
}

COMMAND("test", "[-l] [glob] [seed=n]", "run the tests (-l: list them)",
	cmd_test, .complete = complete_test);
