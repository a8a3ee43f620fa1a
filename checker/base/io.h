/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads that go on until all is there. */
#ifndef MDTCHECK_BASE_IO_H
#define MDTCHECK_BASE_IO_H

/* 0, or -errno; -EIO where the file ends before. */
int pread_all(int fd, u64 off, void *out, size_t len);
/* The same of a pipe or socket; -EPIPE where the other side ends before. */
int read_all(int fd, void *out, size_t len);

#endif
