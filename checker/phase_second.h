/* SPDX-License-Identifier: GPL-2.0-only */
/* Second opinions on what was found: see second.h for who is asked. */
#ifndef MDTCHECK_PHASE_SECOND_H
#define MDTCHECK_PHASE_SECOND_H

#include "second.h"

/*
 * In which of the parts compared (bits of enum opinion_part) does the answer differ from
 * the object as the device has it?
 */
u32 second_differs(const struct object *o, const struct second_answer *a, u32 compared);

#endif
