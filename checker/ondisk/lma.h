/* SPDX-License-Identifier: GPL-2.0-only */
/* trusted.lma: the FID an object believes to have (struct lustre_mdt_attrs). */
#ifndef MDTCHECK_ONDISK_LMA_H
#define MDTCHECK_ONDISK_LMA_H

#include "mdtcheck/fid.h"

#define LMA_SIZE_MIN 24

enum lma_compat {
	LMAC_HSM = 0x01,
	LMAC_SOM = 0x02,
	LMAC_NOT_IN_OI = 0x04,
	LMAC_FID_ON_OST = 0x08,
	LMAC_STRIPE_INFO = 0x10,
	LMAC_COMP_INFO = 0x20,
	LMAC_IDX_BACKUP = 0x40,
};

enum lma_incompat {
	LMAI_RELEASED = 0x01,
	LMAI_AGENT = 0x02,
	LMAI_REMOTE_PARENT = 0x04,
	LMAI_STRIPED = 0x08,
	LMAI_ORPHAN = 0x10,
	LMAI_ENCRYPT = 0x20,
	LMAI_SUPPORTED = 0x3e, /* any other bit and the OSD refuses the inode */
};

struct lma {
	u32 compat;
	u32 incompat;
	struct fid fid;
};

/* 0, or -EBADMSG when shorter than LMA_SIZE_MIN; *out untouched then. */
int lma_decode(const u8 *data, size_t len, struct lma *out);

#endif
