# SPDX-License-Identifier: GPL-2.0-only
#
# mdtcheck: `make` builds, `make check` tests, `make help` lists the rest.
# Options: CC=clang  SAN=asan|tsan  WERROR=1  V=1

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
SAN     ?=
B       := build$(if $(SAN),-$(SAN))

CC      ?= cc
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	   -Wno-unused-parameter $(if $(WERROR),-Werror)
CPPFLAGS += -Iinclude -Ichecker -I. -include base/prelude.h -DMDTCHECK_VERSION='"$(VERSION)"'
ALL_CFLAGS := -std=gnu11 $(WARN) $(CFLAGS) -fno-strict-aliasing -pthread
ifeq ($(SAN),asan)
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
else ifeq ($(SAN),tsan)
ALL_CFLAGS += -fsanitize=thread
LDFLAGS += -fsanitize=thread
endif

Q := $(if $(V),,@)

# ---- what is built, file by file -------------------------------------------------------------

BASE := membudget strbuf
ONDISK := fid lma linkea lov dirent iam inode server
TARGET := target resolve mountinfo sysblock geometry ro_open
VIEW := view device blockmap scan dir iamfile oi object
LEDGER := ledger objset dirtable landmarks post gather
GUARD := sandbox
REPORT := finding finding_list coverage json json_piece summary wrap rules_text paths output
RULES := registry common lma oi linkea namespace tree nlink lov lov_comp cause
MAIN := options phases phase_scan phase_exact

CHECKER_SRC := $(BASE:%=checker/base/%.c) $(ONDISK:%=checker/ondisk/%.c) \
	$(TARGET:%=checker/target/%.c) $(VIEW:%=checker/view/%.c) $(LEDGER:%=checker/ledger/%.c) \
	$(GUARD:%=checker/guard/%.c) $(REPORT:%=checker/report/%.c) $(RULES:%=rules/%.c) \
	$(MAIN:%=checker/%.c)

MKMDT := main encode recipe value option model namespace state dne bulk build skel blocks map \
	dirwrite oi itable attrs xattr \
	edit editmap editea editdir editoi faults faultobject faultlink faultlov faultoi faultname
MKMDT_SRC := $(MKMDT:%=tools/mkmdt/%.c)

UNIT := main test_cursor test_fid test_lma test_linkea test_lov test_dirent test_iam test_inode \
	test_rules test_rules_tree test_cause test_server test_target test_sandbox test_base \
	test_options test_report test_view test_viewfile
UNIT_SRC := $(UNIT:%=tests/unit/%.c)

CHECKER_OBJ := $(CHECKER_SRC:%.c=$(B)/%.o)
MKMDT_OBJ := $(MKMDT_SRC:%.c=$(B)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(B)/%.o)

CHECKER_LIBS := -lmount -lext2fs -lcom_err -ljansson -lroaring -lseccomp
MKMDT_LIBS := -lext2fs -lcom_err

all: $(B)/mdtcheck $(B)/mkmdt

$(B)/mdtcheck: $(B)/checker/main.o $(CHECKER_OBJ)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(CHECKER_LIBS)

$(B)/mkmdt: $(MKMDT_OBJ)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(MKMDT_LIBS)

$(B)/unit-tests: $(UNIT_OBJ) $(CHECKER_OBJ)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(CHECKER_LIBS) -lcheck -lsubunit -lrt -lm

# Rebuild everything when the compiler or its flags change.
FLAGS_STAMP := $(B)/.flags
$(FLAGS_STAMP): FORCE
	@mkdir -p $(B)
	@echo '$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS)' > $@

$(B)/%.o: %.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(CHECKER_OBJ) $(MKMDT_OBJ) $(UNIT_OBJ) $(B)/checker/main.o)

.PHONY: all FORCE
FORCE:
