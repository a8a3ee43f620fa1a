/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that share a piece of work: started together, waited for together.
 */
#ifndef MDTCHECK_BASE_CREW_H
#define MDTCHECK_BASE_CREW_H

/*
 * On the struct of a member: no two of them share a cache line, which each write of one thread
 * would take away from the other (lines come in pairs on some processors).
 */
#define CREW_MEMBER __attribute__((aligned(128)))

/* N members of size bytes, all zero; NULL without memory.  The caller frees them with free(). */
void *crew_members(size_t size, u32 n);

/*
 * Calls work(member) for each of the n members, elements of size bytes at members, each in a
 * thread of its own; the caller's is one of them.  A thread that cannot be started is not missed:
 * the caller does that member's work after its own.
 */
void crew_run(void (*work)(void *member), void *members, size_t size, u32 n);

#endif
