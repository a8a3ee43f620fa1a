/* SPDX-License-Identifier: GPL-2.0-only */
/* One finding as a piece of the JSON document. */
#ifndef MDTCHECK_REPORT_JSON_FINDING_H
#define MDTCHECK_REPORT_JSON_FINDING_H

#include "report/json_piece.h"
#include "report/report.h"

struct piece finding_piece(const struct stored_finding *f);

#endif
