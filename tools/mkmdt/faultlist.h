/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All faults: FAULT(name, arguments, what it does, handler, mode).  Included
 * with FAULT defined as needed.  An argument in brackets may be left out.
 */
FAULT("lma-missing", "PATH", "removes the LMA", plant_ea, EA_NO_LMA)
FAULT("lma-malformed", "PATH", "cuts the LMA to 16 bytes", plant_lma, LMA_CUT)
FAULT("lma-fid-insane", "PATH", "sets the object id in the LMA to 0", plant_lma, LMA_LAST_ID)
FAULT("lma-fid-insane/version", "PATH", "sets the version in the LMA's FID to 1", plant_lma,
      LMA_VERSION)
FAULT("lma-unsupported", "PATH", "sets the unknown incompat flag 0x100 in the LMA", plant_lma,
      LMA_INCOMPAT)
FAULT("lma-changed", "PATH FID", "puts FID into the LMA", plant_lma, LMA_FID)
FAULT("fid-duplicate", "PATH OTHER", "puts OTHER's FID into PATH's LMA", plant_lma, LMA_OTHER)
FAULT("orphan-flag", "PATH", "sets the ORPHAN flag in the LMA", plant_lma, LMA_ORPHAN)

FAULT("agent-flag", "PATH", "sets the AGENT flag in the LMA", plant_lma, LMA_AGENT)
FAULT("remote-parent-flag", "PATH", "turns the flag REMOTE_PARENT in the LMA over", plant_lma,
      LMA_REMOTE)

FAULT("oi-missing", "PATH", "removes the OI mapping", plant_oi, OI_MISSING)
FAULT("oi-dangling", "FID [INO]", "adds an OI mapping from FID to a free inode",
      plant_oi_dangling, 0)
FAULT("oi-generation", "PATH", "changes the generation in the OI mapping", plant_oi,
      OI_GENERATION)
FAULT("oi-fid-mismatch", "PATH FID", "moves the OI mapping to the key FID", plant_oi, OI_REKEY)
FAULT("oi-duplicate", "PATH", "puts the OI mapping twice into its leaf", plant_oi, OI_TWICE)
FAULT("oi-duplicate/two-fids", "PATH FID", "adds an OI mapping from FID to the same inode",
      plant_oi, OI_TWO_FIDS)
FAULT("oi-misrouted", "PATH", "moves the OI mapping to the next OI file", plant_oi, OI_MOVE)
FAULT("oi-misrouted/both", "PATH", "copies the OI mapping to the next OI file", plant_oi, OI_BOTH)
FAULT("oi-malformed", "PATH-OR-N",
      "breaks the magic of the OI leaf with PATH's mapping, or of the first leaf of oi.16.N",
      plant_oi_block, OI_LEAF)
FAULT("oi-malformed/order", "PATH", "exchanges the OI mapping with its neighbour", plant_oi,
      OI_ORDER)
FAULT("oi-malformed/root", "N", "breaks the magic of oi.16.N's root", plant_oi_block, OI_ROOT)

FAULT("oi-restored", "[KEEP]",
      "makes all OI mappings stale, as a file-level restore does; each KEEPth stays right",
      plant_oi_stale, 0)

FAULT("linkea-malformed", "PATH", "breaks the magic of the linkEA", plant_link_bytes, LINK_MAGIC)
FAULT("linkea-malformed/reclen", "PATH", "makes the first linkEA entry longer than the EA",
      plant_link_bytes, LINK_RECLEN)
FAULT("linkea-malformed/count", "PATH", "counts one linkEA entry more than there are",
      plant_link_bytes, LINK_COUNT)
FAULT("linkea-missing", "PATH", "removes the linkEA", plant_ea, EA_NO_LINK)
FAULT("linkea-no-dirent", "PATH PARENT NAME", "adds the linkEA entry (PARENT, NAME)",
      plant_link_entry, LINK_ADD)
FAULT("linkea-no-dirent/renamed", "PATH NAME", "changes the name in the linkEA entry to NAME",
      plant_link_entry, LINK_RENAME)
FAULT("linkea-parent", "PATH FID", "changes the parent in the linkEA entry to FID",
      plant_link_entry, LINK_PARENT)
FAULT("dirent-no-linkea", "PATH", "removes this name's entry from a linkEA of several",
      plant_link_entry, LINK_DROP)
FAULT("linkea-duplicate", "PATH", "puts the first linkEA entry in twice", plant_link_entry,
      LINK_TWICE)
FAULT("linkea-directory-many", "DIR PARENT NAME", "adds the linkEA entry (PARENT, NAME) to DIR",
      plant_link_entry, LINK_ADD_DIR)

FAULT("linkea-overflow-time", "PATH SECONDS", "stamps the linkEA with an overflow at that time",
      plant_link_overflow, 0)

FAULT("dirent-missing", "PATH", "removes the name entry; the object stays",
      plant_dirent_missing, 0)
FAULT("dirent-dangling", "PATH", "points the name entry at a free inode", plant_dirent,
      DIRENT_FREE_INO)
FAULT("dirent-dangling/freed", "PATH", "frees the inode and removes its OI mapping",
      plant_dirent_freed, 0)
FAULT("dirent-dangling/range", "PATH", "points the name entry beyond the last inode",
      plant_dirent, DIRENT_RANGE)
FAULT("dirent-fid-mismatch", "PATH [FID]", "changes the FID in the name entry", plant_dirent,
      DIRENT_FID)
FAULT("dirent-type", "PATH", "changes the file type in the name entry", plant_dirent,
      DIRENT_TYPE)
FAULT("dirent-wrong-inode", "PATH OTHER", "points the name entry at OTHER's inode", plant_dirent,
      DIRENT_INO)
FAULT("dirent-malformed", "PATH", "breaks the record length of the name entry", plant_dirent,
      DIRENT_RECLEN)
FAULT("dirent-name-invalid", "PATH", "turns the last byte of the name into a slash",
      plant_dirent, DIRENT_SLASH)
FAULT("dirent-duplicate", "PATH [OTHERNAME]",
      "adds the name entry again, or renames OTHERNAME of the same directory to it",
      plant_dirent_duplicate, 0)
FAULT("dirent-swap", "PATH OTHER", "exchanges inode and FID of two name entries",
      plant_dirent_swap, 0)

FAULT("dirent-renamed", "PATH NAME", "calls the name entry NAME, in the same directory",
      plant_dirent_renamed, 0)
FAULT("dirent-added", "PATH PARENT NAME",
      "adds the name NAME for PATH in PARENT, and nothing else", plant_dirent_added, 0)

FAULT("dotdot-fid", "DIR FID", "changes the FID in DIR's ..", plant_dotdot_fid, 0)
FAULT("dotdot", "DIR OTHERDIR", "points DIR's .. at OTHERDIR", plant_dotdot, 0)
FAULT("dir-linked-twice", "DIR PARENT NAME",
      "adds the name NAME for DIR in PARENT, with PARENT's link count", plant_dir_twice, 0)
FAULT("dir-loop", "DIR SUBDIR",
      "moves DIR beneath its own descendant SUBDIR, with .., linkEA and link counts",
      plant_dir_loop, 0)
FAULT("nlink-file", "PATH N", "sets the link count of a file", plant_nlink, 0)
FAULT("nlink-directory", "PATH N", "sets the link count of a directory", plant_nlink, 1)

FAULT("lov-malformed", "PATH", "cuts the layout so that its objects do not fit", plant_lov,
      LOV_CUT)
FAULT("lov-malformed/magic", "PATH", "breaks the magic of the layout", plant_lov, LOV_BAD_MAGIC)
FAULT("lov-unsupported", "PATH", "sets the pattern of a component to 0x800", plant_lov,
      LOV_PATTERN)
FAULT("lov-unsupported/magic", "PATH", "sets the magic of the layout to 0x0BDF0BD0", plant_lov,
      LOV_NEW_MAGIC)
FAULT("lov-stripe-size", "PATH", "makes the stripe size no multiple of 64 KiB", plant_lov,
      LOV_STRIPE_SIZE)
FAULT("lov-stripe-count", "PATH", "sets the stripe count of a component to 0", plant_lov,
      LOV_STRIPE_COUNT)
FAULT("lov-owner", "PATH", "changes the owner that the layout names", plant_lov, LOV_OWNER)
FAULT("lov-object-shared", "PATH OTHER", "gives PATH's first object the identity of OTHER's",
      plant_lov_shared, 0)
FAULT("lov-ost-unknown", "PATH", "moves the first object to an OST that never was",
      plant_lov_slot, SLOT_OST)
FAULT("lov-object-future", "PATH", "gives the first object a number not yet reached",
      plant_lov_slot, SLOT_FUTURE)
FAULT("lov-object-sequence", "PATH", "gives the first object a sequence that spells another OST",
      plant_lov_slot, SLOT_OTHER_OST)
FAULT("lov-object-sequence/mdt", "PATH", "gives the first object a sequence of an MDT",
      plant_lov_slot, SLOT_MDT)
FAULT("lov-object-sequence/nobody", "PATH", "gives the first object a sequence of no server",
      plant_lov_slot, SLOT_NOBODY)
FAULT("lov-component", "PATH", "moves the start of the last component by 64 KiB",
      plant_lov_comp, COMP_GAP)
FAULT("lov-component/id", "PATH", "gives the last component the id of the first, or none",
      plant_lov_comp, COMP_ID)
FAULT("lov-component/start", "PATH", "moves the start of the last component by one byte",
      plant_lov_comp, COMP_START)
FAULT("lov-component/mirrors", "PATH", "counts one mirror more than there are",
      plant_lov_comp, COMP_MIRRORS)
FAULT("lov-component/size", "PATH", "sets the stripe size of the first component to 192 KiB",
      plant_lov_comp, COMP_SIZE)
FAULT("lov-component/extension", "PATH", "makes the last component an extension in use",
      plant_lov_comp, COMP_EXT_INIT)
FAULT("lov-mirror", "PATH", "marks all components as stale", plant_lov_comp, COMP_STALE)
FAULT("lov-mirror/state", "PATH", "gives a mirrored file the state of others, or the reverse",
      plant_lov_comp, COMP_STATE)
FAULT("lov-mirror/parity", "PATH", "makes the last component parity of 265 stripes",
      plant_lov_comp, COMP_PARITY)
FAULT("lov-unsupported/foreign", "PATH", "changes the type of the last, foreign component",
      plant_lov_comp, COMP_FOREIGN)
FAULT("lov-pool", "PATH", "takes the end off the name of the pool", plant_lov, LOV_NO_POOL_END)
FAULT("lov-pool/component", "PATH", "puts bytes no name has into the first component's pool",
      plant_lov_comp, COMP_POOL)
FAULT("lov-hsm-released", "PATH", "marks the layout as released", plant_lov, LOV_RELEASE)
FAULT("lov-hsm-released/some", "PATH", "marks the first component as released",
      plant_lov_comp, COMP_RELEASED)
FAULT("lov-dom", "PATH", "maps a block of data into the inode", plant_inode, INODE_DATA)
FAULT("lov-missing", "PATH", "removes the layout", plant_ea, EA_NO_LOV)

FAULT("lmv-malformed", "DIR", "cuts the LMV to 32 bytes", plant_lmv, LMV_CUT)
FAULT("lmv-malformed/magic", "DIR", "breaks the magic of the LMV", plant_lmv, LMV_BAD_MAGIC)
FAULT("lmv-malformed/count", "DIR", "sets the stripe count in the LMV to 0", plant_lmv,
      LMV_COUNT_ZERO)
FAULT("lmv-malformed/hash", "DIR", "sets the hash type in the LMV to 0", plant_lmv, LMV_NO_HASH)
FAULT("lmv-unsupported", "DIR", "sets the hash type in the LMV to 9", plant_lmv, LMV_NEW_HASH)
FAULT("lmv-unsupported/magic", "DIR", "sets the magic of the LMV to 0x0CDF0CD0", plant_lmv,
      LMV_NEW_MAGIC)
FAULT("lmv-unsupported/pad", "DIR", "sets an unused word of the LMV", plant_lmv, LMV_PAD)
FAULT("lmv-index", "SHARD", "sets the index in the LMV to the stripe count", plant_lmv,
      LMV_INDEX_HIGH)
FAULT("lmv-index/next", "DIR", "sets the index in the LMV to the next one", plant_lmv,
      LMV_INDEX_NEXT)
FAULT("lmv-count", "DIR", "adds 1 to the stripe count in the LMV", plant_lmv, LMV_COUNT_MORE)
FAULT("lmv-hash", "DIR", "sets another hash type in the LMV", plant_lmv, LMV_OTHER_HASH)
FAULT("lmv-changing", "DIR", "sets the flag of a migration in the LMV", plant_lmv, LMV_CHANGING)
FAULT("lmv-given-up", "DIR", "sets the hash type in the LMV to that of a directory given up",
      plant_lmv, LMV_GIVEN_UP)
FAULT("lmv-missing", "DIR", "removes the LMV", plant_lmv, LMV_REMOVE)
FAULT("lmv-flag-missing", "DIR", "removes the flag STRIPED from the LMA", plant_lmv_flag, 0)
FAULT("lmv-shard-index", "PATH N", "gives the name of a shard the index N, with its linkEA",
      plant_shard_index, 0)
FAULT("lmv-shard-lost", "PATH", "removes the name and the agent of a shard of another MDT",
      plant_shard_lost, 0)
FAULT("dmv-malformed", "DIR", "sets a default LMV of 40 bytes", plant_dmv, DMV_CUT)
FAULT("dmv-malformed/count", "DIR", "sets a default LMV of 2001 stripes", plant_dmv, DMV_COUNT)
FAULT("name-moved", "PATH DIR [NAME]",
      "moves the name of a file into DIR, as NAME, with its linkEA", plant_name_move, 0)

FAULT("inode-bitmap", "PATH", "marks the live inode as free in the inode bitmap", plant_inode,
      INODE_BITMAP)
FAULT("inode-garbage", "PATH", "fills the place of the inode with bytes that are none",
      plant_inode, INODE_GARBAGE)
FAULT("inode-copied", "PATH OTHER", "puts a copy of OTHER's inode in the place of PATH's",
      plant_inode, INODE_COPIED)
FAULT("ea-block-bad", "PATH", "breaks the magic of the EA block", plant_inode, INODE_EA_BLOCK)
FAULT("ea-set", "PATH NAME HEX", "sets an extended attribute", plant_ea, EA_SET)
FAULT("ea-remove", "PATH NAME", "removes an extended attribute", plant_ea, EA_REMOVE)
FAULT("inode-mode", "PATH OCTAL", "sets the mode; without type bits the type stays", plant_inode,
      INODE_MODE)
FAULT("file-bytes", "PATH OFFSET HEX", "overwrites bytes of a file", plant_file_bytes, 0)
