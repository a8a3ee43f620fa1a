/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before everything else (-include): feature macros, the fixed-width
 * integer types, and the calls that nobody but the one opener may make.
 */
#ifndef MDTCHECK_PRELUDE_H
#define MDTCHECK_PRELUDE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _FILE_OFFSET_BITS 64

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))
#define __must_check __attribute__((warn_unused_result))

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

#ifdef MDTCHECK_BANNED
#include "base/banned.h"
#endif

/* A flag that a signal or another thread sets: end the work at hand. */
static inline bool stop_wanted(const volatile int *flag)
{
	return __atomic_load_n(flag, __ATOMIC_RELAXED);
}

#endif
