/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that share a piece of work: started together, waited for together.
 */
#ifndef MDTCHECK_BASE_CREW_H
#define MDTCHECK_BASE_CREW_H

/*
 * Calls work(member) for each of the n members, elements of size bytes at members, each in a
 * thread of its own; the caller's is one of them.  A thread that cannot be started is not missed:
 * the caller does that member's work after its own.
 */
void crew_run(void (*work)(void *member), void *members, size_t size, u32 n);

#endif
