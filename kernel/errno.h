/*
 * kernel/errno.h - the names of expected failures.
 *
 * Guarantees  Values are Linux's x86_64 numbers, so that a user program's
 *             libc can read them unchanged.  Functions return them negated.
 * See         docs/style.md, "Errors and assertions"
 */
#pragma once

#define EPERM		1
#define ENOENT		2
#define ESRCH		3
#define EINTR		4
#define EIO		5
#define E2BIG		7
#define EAGAIN		11
#define ENOMEM		12
#define EFAULT		14
#define EBUSY		16
#define EEXIST		17
#define ENODEV		19
#define EINVAL		22
#define ENOSPC		28
#define EDEADLK		35
#define ENOSYS		38
#define ETIMEDOUT	110
