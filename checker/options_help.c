/* SPDX-License-Identifier: GPL-2.0-only */
/* What --help and --version print. */
#include "options.h"

static const char help_text[] =
	"Usage: mdtcheck [OPTION]... TARGET\n"
	"       mdtcheck inspect [OPTION]... TARGET OBJECT\n"
	"Checks a Lustre MDT for consistency without writing to it, or shows all about one object.\n"
	"\n"
	"TARGET is the service name of a running MDT (lustre-MDT0000), its mount point,\n"
	"a read-only mirror of it, a block device or an image file.\n"
	"OBJECT is a FID, an inode number or a path: /dir/file below ROOT, //dir/file below the\n"
	"backend root.\n"
	"\n"
	"Report:\n"
	"  -o, --output FILE        write the report to FILE, not to standard output\n"
	"      --format json|text   form of the report (json; inspect: text)\n"
	"      --summary            print the text form on standard error as well\n"
	"      --max-findings N     list at most N findings, 0 for all (10000); all are counted\n"
	"      --copy-to DIR        inspect: copy the object's attributes to a stub file in DIR\n"
	"\n"
	"Rules:\n"
	"      --rules A,B          judge by these rules only (names or codes)\n"
	"      --skip-rules A,B     leave these rules out\n"
	"      --list-rules[=json|man]  print all rules and exit\n"
	"      --explain RULE       say what a rule means and what repairs it, and exit\n"
	"\n"
	"Run:\n"
	"      --threads N          threads of the scan (one for each processor)\n"
	"      --memory SIZE        use at most SIZE bytes (suffixes K, M, G, T)\n"
	"                           what does not fit is done in several passes\n"
	"      --settle-rounds N    look again at a suspect up to N times (10)\n"
	"      --settle-delay MS    confirm what has stood still for so long (12000)\n"
	"      --no-journal-overlay read an unmounted target without what its journal has newer\n"
	"      --witness W          watch for journal activity of our own: auto, off or require;\n"
	"                           require makes anything but quiet an incomplete run (auto)\n"
	"\n"
	"Courtesy:\n"
	"      --rate N             read at most N inodes a second\n"
	"      --rate-bytes SIZE    read at most SIZE bytes a second\n"
	"      --pressure PERCENT   on a running MDT, step back while tasks wait for a disk or a\n"
	"                           processor for more of the time than this; 0 never (20)\n"
	"      --no-nice            on a running MDT, keep the priorities (nice 19, idle I/O class)\n"
	"\n"
	"Progress (SIGUSR1 prints a line at any time):\n"
	"      --progress[=bar|json|off]  a bar, or a JSON object a second, on standard error (a\n"
	"                           bar where that is a terminal)\n"
	"  -C FD                    write lines \"phase done max target\" to FD; 0: a bar\n"
	"\n"
	"Target:\n"
	"      --fstype T           file system type of the mirror (ldiskfs); ext4 takes a stand-in\n"
	"      --view V             device: read the device itself (default); posix: walk the mirror\n"
	"                           by name, for quiet targets; see mdtcheck(8)\n"
	"      --mountinfo FILE     a saved mountinfo instead of /proc/self/mountinfo\n"
	"      --allow-rw-mirror, --allow-no-twin, --allow-mounted-device, --allow-not-lustre\n"
	"                           accept a target that would be refused; see mdtcheck(8)\n"
	"      --allow-busy-walk    --view=posix on an MDT that is serving: it can stop the MDT\n"
	"\n"
	"  -h, --help               print this help and exit\n"
	"  -V, --version            print the version and exit\n"
	"\n"
	"Exit status, a sum of:\n"
	"   0  the MDT is consistent, and everything was looked at\n"
	"   4  errors or warnings were confirmed\n"
	"   8  an operational error, or not everything could be looked at\n"
	"  16  usage error\n"
	"  32  cancelled\n"
	"  64  inspect: no such object\n";

void options_help(FILE *out)
{
	fputs(help_text, out);
}

void options_version(FILE *out)
{
	fputs("mdtcheck " MDTCHECK_VERSION "\n", out);
}
