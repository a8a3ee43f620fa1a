/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads that go on until all is there. */
#include "base/io.h"

#include <unistd.h>

int pread_all(int fd, u64 off, void *out, size_t len)
{
	u8 *p = out;

	while (len) {
		ssize_t n = pread(fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		off += (u64)n;
		len -= (size_t)n;
	}
	return 0;
}

int read_all(int fd, void *out, size_t len)
{
	u8 *p = out;

	while (len) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EPIPE;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
