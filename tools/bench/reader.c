/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the given ranges of a file and does nothing with them, in the order of the lines
 * "OFFSET LENGTH" on standard input:
 *
 *	reader FILE < RANGES
 *
 * Prints the number of bytes read.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE (1 << 20)

static int read_range(int fd, char *buf, u64 off, u64 len)
{
	while (len) {
		ssize_t n = pread(fd, buf, len < PIECE ? (size_t)len : PIECE, (off_t)off);

		if (n <= 0)
			return n ? -errno : -EIO;
		off += (u64)n;
		len -= (u64)n;
	}
	return 0;
}

int main(int argc, char **argv)
{
	/* Copies to the middle of a page can take several times as long. */
	char *buf = aligned_alloc(4096, PIECE);
	u64 off, len, all = 0;
	int fd, n, rc = 0;

	fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	if (fd < 0 || !buf) {
		fprintf(stderr, "reader: %s\n", argc == 2 ? strerror(errno) : "reader FILE");
		free(buf);
		return 1;
	}
	while ((n = scanf("%" SCNu64 " %" SCNu64, &off, &len)) == 2 && !rc) {
		rc = read_range(fd, buf, off, len);
		all += len;
	}
	if (!rc && n != EOF)
		rc = -EINVAL;
	if (rc)
		fprintf(stderr, "reader: %s\n", strerror(-rc));
	else
		printf("%" PRIu64 "\n", all);
	close(fd);
	free(buf);
	return rc ? 1 : 0;
}
