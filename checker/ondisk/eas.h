/* SPDX-License-Identifier: GPL-2.0-only */
/* The small attributes of a file: trusted.hsm (its copy in an archive) and trusted.som (its size). */
#ifndef MDTCHECK_ONDISK_EAS_H
#define MDTCHECK_ONDISK_EAS_H

#include "base/cursor.h"

enum hsm_flag {
	HS_EXISTS = 0x1,
	HS_DIRTY = 0x2,
	HS_RELEASED = 0x4,
	HS_ARCHIVED = 0x8,
	HS_NORELEASE = 0x10,
	HS_NOARCHIVE = 0x20,
	HS_LOST = 0x40,
	HS_PCCRW = 0x80,
	HS_PCCRO = 0x100,
};
#define HS_KNOWN 0x1ffU

struct hsm {
	u32 compat;
	u32 flags; /* enum hsm_flag */
	u64 archive_id, archive_version;
};

/* 0, or -EBADMSG when it is too short; a longer one has a future field behind. */
int hsm_decode(const u8 *data, size_t len, struct hsm *out);

enum som_flag { SOM_STRICT = 0x1, SOM_STALE = 0x2, SOM_LAZY = 0x4 };
#define SOM_KNOWN 0x7U

struct som {
	u16 valid; /* enum som_flag */
	u64 size, blocks;
};

/* 0; -EBADMSG too short; -EOPNOTSUPP another length, as older Lustre wrote. */
int som_decode(const u8 *data, size_t len, struct som *out);

#endif
