/* SPDX-License-Identifier: GPL-2.0-only */
/* State files of a Lustre server: what they say, from their raw bytes. */
#ifndef MDTCHECK_ONDISK_SERVER_H
#define MDTCHECK_ONDISK_SERVER_H

#include "base/cursor.h"

#define MOUNTDATA_MAGIC 0x1dd00001U

struct mountdata {
	u32 flags;
	u32 svindex;
	u32 mount_type;
	char fsname[64]; /* NUL-terminated */
	char svname[64];
};
#define MOUNTDATA_F_MDT 0x1
#define MOUNTDATA_F_OST 0x2
#define MOUNTDATA_F_MGS 0x4

/* 0 or -EBADMSG. */
int mountdata_decode(const u8 *data, size_t len, struct mountdata *out);

struct last_rcvd {
	char uuid[41];
	u32 feature_compat, feature_rocompat, feature_incompat;
	u32 index;
};

int last_rcvd_decode(const u8 *data, size_t len, struct last_rcvd *out);

enum oi_scrub_flag { SF_RECREATED = 1, SF_INCONSISTENT = 2, SF_AUTO = 4, SF_UPGRADE = 8 };
enum oi_scrub_status {
	SS_INIT = 0, SS_SCANNING, SS_COMPLETED, SS_FAILED, SS_STOPPED, SS_PAUSED, SS_CRASHED
};

struct oi_scrub {
	u64 flags;
	u16 status;
	s64 time_last_complete;
	u16 oi_count;
	u16 internal_flags; /* 1 NO_HANDLE_OLD_FID */
};

int oi_scrub_decode(const u8 *data, size_t len, struct oi_scrub *out);

/* seq_srv, seq_ctl: { start, end, index, flags }, little-endian. */
struct seq_range {
	u64 start, end;
	u32 index, flags;
};

int seq_range_decode(const u8 *data, size_t len, struct seq_range *out);

#endif
