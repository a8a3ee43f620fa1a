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
#define MOUNTDATA_F_NEED_INDEX 0x10 /* not registered yet: it has no number */

/*
 * The number of an MDT in a name: FSNAME-MDTxxxx, with ":" or "=" before it is registered,
 * and with _UUID behind it.  false: the name is no MDT's.
 */
bool mdt_name_index(const char *name, u32 *index);

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
	s64 time_last_complete, time_latest_start;
	u16 oi_count;
	u16 internal_flags; /* 1 NO_HANDLE_OLD_FID */
};

int oi_scrub_decode(const u8 *data, size_t len, struct oi_scrub *out);

/*
 * The head of what LFSCK keeps about a run: trusted.lfsck_ns on lfsck_namespace, the
 * content of lfsck_layout.  All versions begin alike.
 */
enum lfsck_kind { LFSCK_NAMESPACE, LFSCK_LAYOUT, LFSCK_NR };
enum lfsck_status {
	LS_INIT = 0, LS_SCANNING_PHASE1, LS_SCANNING_PHASE2, LS_COMPLETED, LS_FAILED, LS_STOPPED,
	LS_PAUSED, LS_CRASHED, LS_PARTIAL, LS_CO_FAILED, LS_CO_STOPPED, LS_CO_PAUSED, LS_NR
};
enum lfsck_flag { LF_SCANNED_ONCE = 1, LF_INCONSISTENT = 2, LF_UPGRADE = 4, LF_INCOMPLETE = 8 };

struct lfsck_state {
	u32 status; /* enum lfsck_status, or what a newer Lustre may add */
	u32 flags;
	u32 success_count; /* runs that were completed */
	/*
	 * Run times, then times of the last completion, the latest start and the last checkpoint:
	 * each version cuts this differently, but it changes with every run.
	 */
	u64 times[4];
};

/* 0, -EBADMSG; -EOPNOTSUPP for a version that is not known. */
int lfsck_state_decode(const u8 *data, size_t len, enum lfsck_kind kind, struct lfsck_state *out);

/* seq_srv, seq_ctl: { start, end, index, flags }, little-endian. */
struct seq_range {
	u64 start, end;
	u32 index, flags;
};

int seq_range_decode(const u8 *data, size_t len, struct seq_range *out);

#endif
