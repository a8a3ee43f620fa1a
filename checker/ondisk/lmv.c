/* SPDX-License-Identifier: GPL-2.0-only */
/* trusted.lmv and trusted.dmv. */
#include "ondisk/lmv.h"
#include "ondisk/lmv_hash.h"

#define MAGIC_FAMILY 0x0CD0U
#define FOREIGN_HEADER 16
#define DMV_SIZE 48
#define DMV_OBJECT 24
#define DMV_COUNT_MIN (-5) /* negative: so many on every MDT */
#define POOL_LEN 16
/* A flag of Lustre 2.6 to 2.11, which marked a directory as being removed. */
#define F_DEAD 0x40000000U
#define F_KNOWN                                                                                    \
	(LMV_F_OVERSTRIPED | LMV_F_FIXED | LMV_F_CHANGING | LMV_F_LOST_LMV | LMV_F_BAD_TYPE)
/* A name of 255 bytes, each of which takes two. */
#define ESCAPED_MAX 510

static int foreign_decode(struct cursor *c, const char **why)
{
	u32 length = cursor_le32(c);

	cursor_skip(c, 8); /* type, flags */
	if (c->bad || length > cursor_left(c)) {
		*why = "foreign LMV is shorter than it says";
		return -EBADMSG;
	}
	return 0;
}

static int hash_check(u32 hash_type, const char **why)
{
	u32 type = hash_type & LMV_HASH_MASK;

	if (!type && !(hash_type & LMV_F_BAD_TYPE)) {
		*why = "LMV has no hash type";
		return -EBADMSG;
	}
	if (type > LMV_HASH_CRUSH2) {
		*why = "LMV has a hash type that no known Lustre uses";
		return -EOPNOTSUPP;
	}
	return 0;
}

int lmv_decode(const u8 *data, size_t len, struct lmv *out, const char **why)
{
	struct cursor c = cursor_make(data, len);
	u32 magic = cursor_le32(&c);
	struct lmv l = { .kind = magic == LMV_MAGIC_MASTER ? LMV_MASTER : LMV_SHARD };
	int rc;

	if (magic == LMV_MAGIC_FOREIGN) {
		rc = foreign_decode(&c, why);
		if (!rc)
			*out = (struct lmv){ .kind = LMV_FOREIGN };
		return rc;
	}
	if (magic != LMV_MAGIC_MASTER && magic != LMV_MAGIC_SHARD) {
		*why = c.bad ? "LMV is shorter than its magic" :
			       "LMV has a magic that no known Lustre uses";
		return (magic & 0xffff) == MAGIC_FAMILY ? -EOPNOTSUPP : -EBADMSG;
	}
	l.stripe_count = cursor_le32(&c);
	l.index = cursor_le32(&c);
	l.hash_type = cursor_le32(&c);
	l.version = cursor_le32(&c);
	l.migrate_offset = cursor_le32(&c);
	l.migrate_hash = cursor_le32(&c);
	l.pad_set = cursor_le32(&c);
	l.pad_set |= !!cursor_le64(&c);
	cursor_skip(&c, POOL_LEN);
	if (c.bad) {
		*why = "LMV is shorter than any Lustre writes";
		return -EBADMSG;
	}
	if (!l.stripe_count || l.stripe_count > LMV_MAX_STRIPES) {
		*why = "LMV states a stripe count that no directory can have";
		return -EBADMSG;
	}
	rc = hash_check(l.hash_type, why);
	if (!rc)
		*out = l;
	return rc;
}

static const char *dmv_problem(const struct dmv *d, u32 magic, size_t len)
{
	if (len < DMV_SIZE)
		return "default LMV is shorter than any Lustre writes";
	if (d->stripe_count < DMV_COUNT_MIN || d->stripe_count > (int)LMV_MAX_STRIPES)
		return "default LMV states a stripe count that no directory can have";
	/* This form lists the MDTs to use. */
	if (magic == LMV_MAGIC_SHARD && d->stripe_count > 0 &&
	    (len - DMV_SIZE) / DMV_OBJECT < (size_t)d->stripe_count)
		return "default LMV lists fewer MDTs than it counts";
	return NULL;
}

int dmv_decode(const u8 *data, size_t len, struct dmv *out, const char **why)
{
	struct cursor c = cursor_make(data, len);
	u32 magic = cursor_le32(&c);
	struct dmv d = { .foreign = magic == LMV_MAGIC_FOREIGN };
	const char *problem;

	d.stripe_count = (int)cursor_le32(&c);
	d.mdt_index = cursor_le32(&c);
	d.hash_type = cursor_le32(&c);
	cursor_skip(&c, 4);
	d.max_inherit = cursor_u8(&c);
	d.max_inherit_rr = cursor_u8(&c);
	/* The first versions used the master's magic here. */
	if (!d.foreign && magic != LMV_MAGIC_DEFAULT && magic != LMV_MAGIC_MASTER &&
	    magic != LMV_MAGIC_SHARD) {
		*why = len < 4 ? "default LMV is shorter than its header" :
				 "default LMV has a magic that no known Lustre uses";
		return (magic & 0xffff) == MAGIC_FAMILY ? -EOPNOTSUPP : -EBADMSG;
	}
	problem = d.foreign ? NULL : dmv_problem(&d, magic, len);
	if (problem) {
		*why = problem;
		return -EBADMSG;
	}
	*out = d;
	return 0;
}

/* ---- where a name belongs -------------------------------------------------------------------- */

const char *lmv_hash_doubt(const struct lmv *l)
{
	if (lmv_is_changing(l))
		return "the striped directory is being split, merged or migrated";
	if (l->hash_type & LMV_F_BAD_TYPE)
		return "LFSCK has given up the directory's hash type";
	if (l->hash_type & LMV_F_LOST_LMV)
		return "LFSCK has made the directory's LMV anew";
	if (l->hash_type & ~(LMV_HASH_MASK | F_KNOWN))
		return l->hash_type & F_DEAD ? "the striped directory is being removed" :
					       "the LMV has flags that no known Lustre uses";
	return NULL;
}

static bool name_byte_escaped(u8 c)
{
	return !c || c == '\n' || c == '\r' || c == '/' || c == 0x7f || c == '=';
}

/* The form in which a client sends an encrypted name, and hashes it. */
static size_t name_escape(const char *name, size_t len, char out[ESCAPED_MAX])
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < len && n + 2 <= ESCAPED_MAX; i++) {
		u8 c = (u8)name[i];

		if (name_byte_escaped(c)) {
			out[n++] = '=';
			c = (u8)(c + 64);
		}
		out[n++] = (char)c;
	}
	return n;
}

bool lmv_name_fits(const struct lmv *shard, const char *name, size_t len, bool encrypted,
		   u32 *due)
{
	char escaped[ESCAPED_MAX];
	u32 type = shard->hash_type & LMV_HASH_MASK;
	u32 other;

	*due = lmv_stripe_of(type, shard->stripe_count, name, len);
	if (*due == shard->index || !encrypted)
		return *due == shard->index;
	/* Files of Lustre 2.14 had plain names in encrypted directories: both forms are right. */
	len = name_escape(name, len, escaped);
	other = lmv_stripe_of(type, shard->stripe_count, escaped, len);
	if (other == shard->index)
		*due = other;
	return other == shard->index;
}
