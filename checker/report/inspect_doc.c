/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is said about one object, in the order in which it is asked for: what it is,
 * its attributes raw and decoded, where it is named, its OI record, the way up to
 * the root, and what every rule says of it.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "ondisk/fid.h"
#include "report/inspect.h"

const char *inspect_class_name(enum dir_class c)
{
	static const char *const name[] = {
		[DIR_UNKNOWN] = "unknown",	 [DIR_NAMESPACE] = "namespace",
		[DIR_REMOTE] = "remote",	 [DIR_RPD] = "remote_parent_dir",
		[DIR_PENDING] = "pending",	 [DIR_ORPHAN] = "orphan",
		[DIR_INTERNAL] = "internal",	 [DIR_DETACHED] = "detached",
	};

	return name[c];
}

static const char *object_class_name(enum object_class c)
{
	static const char *const name[] = {
		[CLASS_INTERNAL] = "internal", [CLASS_NAMESPACE] = "namespace",
		[CLASS_AGENT] = "agent",       [CLASS_ORPHAN] = "orphan",
		[CLASS_EXEMPT] = "exempt",     [CLASS_FREE] = "free",
	};

	return name[c];
}

static const char *type_name(u8 nibble)
{
	static const char *const name[] = { "unknown",	    "file",	    "directory",
					    "character device", "block device", "fifo",
					    "socket",	    "symlink" };

	return nibble < ARRAY_SIZE(name) ? name[nibble] : "invalid";
}

/* ---- the inode ------------------------------------------------------------------------------- */

static void put_known(struct doc *d, const char *key, bool known, u64 v)
{
	if (known)
		doc_u64(d, key, v);
	else
		doc_none(d, key);
}

static void put_fid(struct doc *d, const struct facts *f)
{
	const struct object *o = f->obj;

	if (!view_shows_fid(f->env->info, o)) {
		doc_none(d, "fid");
		doc_none(d, "fid_from");
		return;
	}
	doc_fid(d, "fid", &o->fid);
	doc_text(d, "fid_from", o->fid_source == FID_FROM_LMA ? "LMA" :
								 "inode number and generation");
}

static void put_flags(struct doc *d, bool known, u32 v)
{
	static const struct doc_flag flags[] = {
		{ 0x10, "immutable" },	      { 0x20, "append" },
		{ 0x800, "encrypt" },	      { EXT4_FL_INDEX, "index" },
		{ EXT4_FL_EXTENTS, "extents" }, { EXT4_FL_EA_INODE, "ea_inode" },
		{ EXT4_FL_INLINE_DATA, "inline_data" }, { 0x20000000, "projinherit" },
		{ EXT4_FL_CASEFOLD, "casefold" },
	};

	if (!known) {
		doc_none(d, "flags");
		doc_none(d, "flag_names");
		return;
	}
	doc_hex(d, "flags", v);
	doc_flags(d, "flag_names", v, flags, ARRAY_SIZE(flags));
}

static void put_inode(struct doc *d, const struct facts *f)
{
	const struct object *o = f->obj;
	const struct inode_core *i = &o->inode;
	bool whole = f->env->info->kind == VIEW_DEVICE;

	doc_object(d, "object");
	put_fid(d, f);
	doc_count(d, "ino", o->ino);
	put_known(d, "generation", view_shows_generation(f->env->info, o), i->generation);
	doc_text(d, "class", object_class_name(f->class));
	doc_bool(d, "allocated", o->allocated);
	doc_text(d, "type", i->mode ? type_name(dirent_mode_to_type(i->mode)) : "none");
	doc_octal(d, "mode", i->mode);
	doc_u64(d, "nlink", i->nlink);
	doc_u64(d, "uid", i->uid);
	doc_u64(d, "gid", i->gid);
	put_known(d, "projid", whole, i->projid);
	doc_u64(d, "size", i->size);
	doc_u64(d, "blocks", i->blocks);
	put_flags(d, whole, i->flags);
	doc_time(d, "ctime", i->ctime);
	doc_time(d, "mtime", i->mtime);
	put_known(d, "dtime", whole, i->dtime);
	put_known(d, "extra_isize", whole, i->extra_isize);
	put_known(d, "ea_block", whole, i->file_acl);
	doc_end(d);
}

/* ---- attributes ------------------------------------------------------------------------------ */

static void add_hex(struct strbuf *b, const u8 *bytes, u32 len)
{
	static const char digit[] = "0123456789abcdef";

	strbuf_add(b, "0x", 2);
	for (u32 i = 0; i < len; i++)
		strbuf_add(b, (char[]){ digit[bytes[i] >> 4], digit[bytes[i] & 15] }, 2);
}

/* As getfattr -e hex prints it; what it cannot print stands behind a "#". */
static void put_ea_line(struct doc *d, const struct inspect_ea *e, struct strbuf *b)
{
	if (!e->value)
		strbuf_addf(b, "# ");
	strbuf_add_name(b, e->name, e->namelen);
	if (e->value) {
		strbuf_add(b, "=", 1);
		add_hex(b, e->value, e->len);
	} else {
		strbuf_addf(b, ": %u bytes, %s", e->len, e->why);
	}
	doc_text_line(d, strbuf_str(b));
	strbuf_reset(b);
}

static void put_ea(struct doc *d, const struct inspect_ea *e, bool placed, struct strbuf *b)
{
	static const char *const place[] = { "inode", "block", "ea_inode" };

	doc_item(d);
	doc_name(d, "name", e->name, e->namelen);
	doc_text(d, "place", placed ? place[e->place] : NULL);
	if (e->ino)
		doc_count(d, "ea_inode", e->ino);
	doc_count(d, "length", e->len);
	if (e->value)
		add_hex(b, e->value, e->len);
	doc_text(d, "value", e->value ? strbuf_str(b) : NULL);
	doc_text(d, "error", e->why);
	doc_end(d);
	strbuf_reset(b);
}

static void put_attributes(struct doc *d, const struct inspection *in)
{
	struct strbuf b = { 0 };

	doc_list(d, "attributes");
	for (u32 i = 0; i < in->nea; i++) {
		if (d->is_text)
			put_ea_line(d, &in->ea[i], &b);
		else
			put_ea(d, &in->ea[i], in->facts->env->info->kind == VIEW_DEVICE, &b);
	}
	doc_end(d);
	if (in->ea_cut)
		doc_text(d, "attributes_error", "there are more attributes than are shown");
	else
		doc_text(d, "attributes_error", in->facts->obj->ea_broken);
	strbuf_free(&b);
}

/* ---- where it is named ----------------------------------------------------------------------- */

static void put_name_fact(struct doc *d, const struct inspection *in, u32 i)
{
	const struct name_fact *n = &in->facts->names[i];
	const char *path = i < in->npaths ? in->paths[i] : NULL;

	doc_item(d);
	if (path)
		doc_name(d, "path", path, strlen(path));
	doc_name(d, "name", n->name, n->namelen);
	doc_count(d, "directory_ino", n->dir_ino);
	doc_fid(d, "directory_fid", &n->dir_fid);
	doc_text(d, "directory_class", inspect_class_name(n->dir_class));
	doc_text(d, "type", type_name(n->type));
	if (n->has_lufid)
		doc_fid(d, "fid", &n->lufid);
	else
		doc_none(d, "fid");
	if (n->data_bad)
		doc_bool(d, "data_bad", true);
	doc_end(d);
}

static void put_names(struct doc *d, const struct inspection *in)
{
	doc_list(d, "names");
	for (u32 i = 0; i < in->facts->nnames; i++)
		put_name_fact(d, in, i);
	doc_end(d);
	doc_bool(d, "names_complete", !in->facts->names_blind);
}

static void put_links(struct doc *d, const struct facts *f)
{
	static const char *const where[] = {
		[PARENT_LOCAL] = "here",
		[PARENT_FOREIGN] = "on another MDT",
		[PARENT_MISSING] = "missing",
		[PARENT_UNKNOWN] = "unknown",
	};

	doc_list(d, "linkea");
	for (u32 i = 0; i < f->nlinks; i++) {
		const struct link_fact *l = &f->links[i];

		doc_item(d);
		doc_fid(d, "parent", &l->e.parent);
		doc_name(d, "name", l->e.name, l->e.namelen);
		doc_text(d, "parent_is", where[l->where]);
		if (l->dir_ino)
			doc_count(d, "parent_ino", l->dir_ino);
		doc_bool(d, "has_name_entry", l->match >= 0);
		doc_end(d);
	}
	doc_end(d);
}

static void put_oi(struct doc *d, const struct facts *f)
{
	const char *own = "could not tell";

	if (!f->env->oi_count)
		own = "no OI files";
	else if (!f->oi_own)
		own = "present";
	else if (f->oi_own == -ENOENT)
		own = "absent";
	doc_object(d, "oi");
	doc_text(d, "own_mapping", own);
	doc_list(d, "records");
	for (u32 i = 0; i < f->noi; i++) {
		doc_item(d);
		doc_count(d, "file", f->oi[i].oi);
		doc_fid(d, "fid", &f->oi[i].rec.fid);
		doc_u64(d, "ino", f->oi[i].rec.ino);
		doc_u64(d, "generation", f->oi[i].rec.generation);
		doc_end(d);
	}
	doc_end(d);
	doc_end(d);
}

static void put_directory(struct doc *d, const struct facts *f)
{
	if (!S_ISDIR(f->obj->inode.mode))
		return;
	doc_object(d, "directory");
	doc_text(d, "class", inspect_class_name(f->own_class));
	doc_bool(d, "read_whole", f->dir_read);
	doc_count(d, "subdirectories", f->subdirs);
	doc_u64(d, "dotdot_ino", f->dotdot_ino);
	if (f->dotdot_has_lufid)
		doc_fid(d, "dotdot_fid", &f->dotdot_lufid);
	doc_bool(d, "in_loop", f->in_loop);
	doc_text(d, "error", f->dir_problem);
	doc_end(d);
}

static void put_chain(struct doc *d, const struct inspection *in)
{
	doc_object(d, "parents");
	doc_list(d, "steps");
	for (u32 i = 0; i < in->nchain; i++) {
		const struct inspect_step *s = &in->chain[i];

		doc_item(d);
		doc_count(d, "ino", s->ino);
		doc_fid(d, "fid", &s->fid);
		doc_text(d, "class", inspect_class_name(s->class));
		if (s->name)
			doc_name(d, "holds", s->name, s->namelen);
		doc_end(d);
	}
	doc_end(d);
	doc_text(d, "end", in->chain_end);
	doc_end(d);
}

/* ---- the rules ------------------------------------------------------------------------------- */

static void put_evidence(struct doc *d, const char *key, const struct evidence *e)
{
	switch (e->type) {
	case EV_U64:
		doc_u64(d, key, e->num);
		return;
	case EV_HEX:
		doc_hex(d, key, e->num);
		return;
	case EV_TIME:
		doc_time(d, key, e->num);
		return;
	case EV_FID:
		doc_fid(d, key, &e->fid);
		return;
	case EV_NAME:
	case EV_TEXT:
		doc_name(d, key, e->str.bytes, e->str.len);
		return;
	}
}

/* A key that occurs again becomes KEY_2, KEY_3 ... */
static void put_evidences(struct doc *d, const struct stored_finding *s)
{
	char key[64];

	doc_object(d, "evidence");
	for (u32 i = 0; i < s->nev; i++) {
		u32 same = 1;

		for (u32 k = 0; k < i; k++)
			same += !strcmp(s->ev[k].key, s->ev[i].key);
		snprintf(key, sizeof(key), same > 1 ? "%.40s_%u" : "%.40s", s->ev[i].key, same);
		put_evidence(d, key, &s->ev[i]);
	}
	doc_end(d);
}

static void put_witnesses(struct doc *d, const struct stored_finding *s)
{
	doc_list(d, "witnesses");
	for (u32 i = 0; i < s->nwit; i++) {
		doc_item(d);
		doc_text(d, "place", s->wit[i].place);
		doc_fid(d, "value", &s->wit[i].value);
		doc_count(d, "count", s->wit[i].count);
		doc_bool(d, "agrees", s->wit[i].agrees);
		doc_end(d);
	}
	doc_end(d);
}

static void put_finding(struct doc *d, const struct stored_finding *s)
{
	doc_item(d);
	doc_text(d, "rule", s->rule->name);
	doc_text(d, "severity", severity_name(s->severity));
	doc_text(d, "what", s->what ? s->what : s->rule->title);
	put_evidences(d, s);
	if (s->nwit)
		put_witnesses(d, s);
	doc_text(d, "verdict", s->verdict);
	doc_text(d, "remedy", s->rule->remedy);
	doc_end(d);
}

static const char *outcome_name(const struct rule_verdict *v)
{
	static const char *const name[] = {
		[OUT_NA] = "not applicable",
		[OUT_HOLDS] = "holds",
		[OUT_UNKNOWN] = "could not tell",
		[OUT_VIOLATED] = "violated",
	};

	return v->off ? "not judged" : name[v->outcome];
}

static const char *why_unjudged(const struct rule_verdict *v)
{
	return v->off || v->outcome == OUT_UNKNOWN ? v->why : NULL;
}

static void put_rule_line(struct doc *d, const struct rule *rule, const struct rule_verdict *v,
			  struct strbuf *b)
{
	const char *why = why_unjudged(v);

	/* What does not concern the object would hide what does. */
	if (v->off ? !why : v->outcome == OUT_NA)
		return;
	strbuf_addf(b, "MC%03u %-22s %s", rule->code, rule->name, outcome_name(v));
	if (why)
		strbuf_addf(b, ": %s", why);
	doc_text_line(d, strbuf_str(b));
	strbuf_reset(b);
}

static void put_rule(struct doc *d, const struct rule *rule, const struct rule_verdict *v)
{
	char code[16];

	snprintf(code, sizeof(code), "MC%03u", rule->code);
	doc_item(d);
	doc_text(d, "code", code);
	doc_text(d, "rule", rule->name);
	doc_text(d, "outcome", outcome_name(v));
	doc_text(d, "why", why_unjudged(v));
	doc_end(d);
}

static void put_rules(struct doc *d, const struct inspection *in)
{
	struct strbuf b = { 0 };
	const struct rule *table = rule_table(&(u32){ 0 });

	doc_list(d, "rules");
	for (const struct rule *r = rule_next(NULL); r; r = rule_next(r))
		if (d->is_text)
			put_rule_line(d, r, &in->verdicts[r - table], &b);
		else
			put_rule(d, r, &in->verdicts[r - table]);
	doc_end(d);
	doc_list(d, "findings");
	for (u32 i = 0; i < in->findings->count; i++)
		put_finding(d, in->findings->items[i]);
	doc_end(d);
	strbuf_free(&b);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void put_head(struct doc *d, const struct report *r, const struct inspection *in)
{
	if (!d->is_text)
		doc_text(d, "schema", "mdtcheck-inspect-1");
	doc_object(d, "tool");
	doc_text(d, "name", "mdtcheck");
	doc_text(d, "version", r->version);
	doc_end(d);
	doc_object(d, "target");
	doc_name(d, "path", r->target->path, strlen(r->target->path));
	doc_text(d, "mdt_name", r->env->svname[0] ? r->env->svname : NULL);
	doc_text(d, "view", r->view);
	doc_bool(d, "live", r->target->live);
	doc_end(d);
	doc_name(d, "asked", in->asked, strlen(in->asked));
	doc_text(d, "found_by", in->how);
	doc_time(d, "read", (u64)r->finished);
	doc_count(d, "looks", in->looks);
}

static const char *why_not_on_stub(const struct inspect_ea *e, int state)
{
	if (!e->value)
		return e->why;
	return e->settable ? evidence_why(state) :
			     "only trusted, user and security attributes go onto the stub";
}

static void put_copy(struct doc *d, const struct inspection *in)
{
	const struct evidence_result *c = in->copy;

	if (!c)
		return;
	doc_object(d, "copy");
	doc_name(d, "stub", c->stub, strlen(c->stub));
	doc_name(d, "dump", c->dump, strlen(c->dump));
	doc_count(d, "on_stub", c->held);
	doc_text(d, "copied_by", in->facts->env->info->kind == VIEW_POSIX ? "libattr" :
									    "bytes");
	doc_bool(d, "writer_confined", c->confined);
	doc_text(d, "error", c->rc ? evidence_why(c->rc) : NULL);
	doc_list(d, "in_dump_only");
	for (u32 i = 0; i < in->nea; i++) {
		if (!c->state[i])
			continue;
		doc_item(d);
		doc_name(d, "name", in->ea[i].name, in->ea[i].namelen);
		doc_text(d, "why", why_not_on_stub(&in->ea[i], c->state[i]));
		doc_end(d);
	}
	doc_end(d);
	doc_end(d);
}

static void put_end(struct doc *d, const struct report *r)
{
	doc_list(d, "incomplete_reasons");
	for (u32 i = 0; i < r->coverage->nincomplete; i++)
		doc_text(d, NULL, r->coverage->incomplete[i]);
	doc_end(d);
	doc_list(d, "locks");
	for (u32 i = 0; i < r->nlocks && !d->is_text; i++) {
		doc_item(d);
		doc_text(d, "name", r->locks[i].name);
		doc_text(d, "status", r->locks[i].enforced ? "enforced" : "unavailable");
		doc_text(d, "reason", r->locks[i].reason);
		doc_end(d);
	}
	doc_end(d);
	doc_text(d, "verdict", r->verdict);
	doc_count(d, "exit_status", (u64)r->exit_status);
}

static void fill(struct doc *d, const struct report *r, const struct inspection *in)
{
	doc_object(d, NULL);
	put_head(d, r, in);
	put_inode(d, in->facts);
	put_attributes(d, in);
	inspect_decoded(d, in->facts->obj);
	put_names(d, in);
	put_links(d, in->facts);
	put_oi(d, in->facts);
	put_directory(d, in->facts);
	put_chain(d, in);
	put_rules(d, in);
	put_copy(d, in);
	put_end(d, r);
	doc_end(d);
}

int inspect_write(FILE *out, const struct report *r, const struct inspection *in, bool json)
{
	struct doc *d = json ? doc_json_new() : doc_text_new(out);

	if (!d)
		return -ENOMEM;
	fill(d, r, in);
	if (json)
		return doc_json_finish(d, out);
	doc_text_free(d);
	return ferror(out) ? -EIO : 0;
}
