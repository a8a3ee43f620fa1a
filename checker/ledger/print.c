/* SPDX-License-Identifier: GPL-2.0-only */
/* Fingerprints of the parts of an object. */
#include "ledger/print.h"

#include <sys/stat.h>

void object_print(const struct object *o, const struct hash_key *key, struct object_print *out)
{
	struct siphash s;

	sip_begin(&s, key);
	sip_word(&s, (u64)o->ino << 32 | o->inode.generation);
	sip_word(&s, (u64)(o->inode.mode & S_IFMT) << 1 | object_is_live(o));
	out->core = sip_end(&s, key);
	out->nlink = o->inode.nlink;
	for (u32 i = 0; i < EA_NR; i++) {
		const struct ea *ea = &o->ea[i];

		sip_begin(&s, key);
		sip_word(&s, (u64)ea->state << 32 | ea->len);
		if (ea->state == EA_PRESENT)
			sip_bytes(&s, (const char *)ea->data, ea->len);
		out->ea[i] = sip_end(&s, key);
	}
}
