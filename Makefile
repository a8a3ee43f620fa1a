# SPDX-License-Identifier: GPL-2.0-only
#
# mdtcheck: `make` builds, `make check` tests, `make help` lists the rest.
# Options: CC=clang  SAN=asan|tsan  WERROR=1  V=1  FAST= (quicker builds, slower mdtcheck)

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
# Small structures are cleared for every object; gcc's `rep stos` takes longer to start than that.
FAST_CLEAR := -mmemset-strategy=unrolled_loop:512:noalign,libcall:-1:noalign
FAST_CLEAR := $(shell $(CC) $(FAST_CLEAR) -c -x c -o /dev/null /dev/null 2>/dev/null && \
	echo $(FAST_CLEAR))
ALL_CFLAGS := -std=gnu11 $(WARN) $(CFLAGS) -fno-strict-aliasing -pthread $(FAST_CLEAR)
# mdtcheck itself is optimised harder, and as a whole where the compiler can.  Its objects are
# ordinary ones as well: the unit tests wrap functions of theirs, and the link lock reads what they
# import.
LTO := -flto=auto -ffat-lto-objects
ifeq ($(SAN),)
FAST ?= -O3 $(shell $(CC) -Werror $(LTO) -c -x c -o /dev/null /dev/null 2>/dev/null && echo $(LTO))
FAST := $(FAST) $(if $(filter build-pgo,$(B)),-fprofile-use -Wno-missing-profile -Wno-coverage-mismatch)
endif
ifeq ($(SAN),asan)
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
else ifeq ($(SAN),tsan)
ALL_CFLAGS += -fsanitize=thread
LDFLAGS += -fsanitize=thread
endif

Q := $(if $(V),,@)

# ---- what is built, file by file -------------------------------------------------------------

BASE := array child crew io membudget pace strbuf
ONDISK := fid lma linkea lov eas lmv lmv_hash dirent iam inode server jbd2
TARGET := target caution resolve watch mountinfo sysblock geometry ro_open
VIEW := view device window overlay journal blockmap scan dir iamfile oi object risk ahead \
	posix posix_tree posix_dir posix_walk posix_open
LEDGER := ledger env objset dirtable landmarks server_state post gather fidslots pass nameset shards print
GUARD := sandbox courtesy witness trace_text tracefs
REPORT := finding joins finding_list coverage json json_finding json_piece summary wrap rules_text rules_json rules_man output \
	doc inspect_doc inspect_ea inspect_text inspect_json evidence attrcopy progress
RULES := registry common witness inode lma oi linkea namespace tree nlink lov lov_comp lmv lmv_shard agent sequence orphan server cause cause_rows cause_fields lov_mirror lov_dom lov_ost lov_pool hsm
MAIN := options options_help session phases plan polite recordrules phase_scan phase_oi phase_again phase_exact phase_settle phase_target phase_group judge jury facts still testimony twins shares paths inspect locate unseen access locks second phase_second

CHECKER_SRC := $(BASE:%=checker/base/%.c) $(ONDISK:%=checker/ondisk/%.c) \
	$(TARGET:%=checker/target/%.c) $(VIEW:%=checker/view/%.c) $(LEDGER:%=checker/ledger/%.c) \
	$(GUARD:%=checker/guard/%.c) $(REPORT:%=checker/report/%.c) $(RULES:%=rules/%.c) \
	$(MAIN:%=checker/%.c)

BENCH := measure reader walker load

MIRROR_SRC := tools/mirror/main.c tools/mirror/mirror.c checker/target/mountinfo.c

MKMDT := main encode recipe value option model namespace state dne stripe bulk build skel blocks map \
	dirwrite oi itable attrs layout xattr \
	edit editmap editea editdir editoi faults faultobject faultlink faultlov faultlmv faultoi \
	faultname
MKMDT_SRC := $(MKMDT:%=tools/mkmdt/%.c)

UNIT := main test_cursor test_fid test_lma test_linkea test_lov test_eas test_lmv test_dirent test_iam test_inode \
	test_rules test_rules_tree test_rules_lov test_rules_lmv test_rules_server test_cause test_ledger test_dirtable test_random random_world \
	random_faults random_judge test_server test_target test_sysblock test_sandbox test_handles test_second test_witness test_base test_pace \
	test_options test_finding test_report test_evidence test_view test_viewfile test_journal
UNIT_SRC := $(UNIT:%=tests/unit/%.c)

CHECKER_OBJ := $(CHECKER_SRC:%.c=$(B)/%.o)
MKMDT_OBJ := $(MKMDT_SRC:%.c=$(B)/%.o)
MIRROR_OBJ := $(MIRROR_SRC:%.c=$(B)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(B)/%.o)

CHECKER_LIBS := -lmount -lext2fs -lcom_err -ljansson -lroaring -lseccomp -lattr
MKMDT_LIBS := -lext2fs -lcom_err

all: $(B)/mdtcheck $(B)/mkmdt $(B)/live-mirror $(B)/mdtcheck-rules.7 $(BENCH:%=$(B)/bench-%)

# The link lock: an object that imports what would open or change anything is not linked.
$(B)/mdtcheck: $(B)/checker/main.o $(CHECKER_OBJ)
	@echo "  LD    $@"
	$(Q)BUILD=$(B) tools/lint/imports --link $^
	$(Q)$(CC) $(ALL_CFLAGS) $(FAST) $(LDFLAGS) -o $@ $^ $(CHECKER_LIBS)

$(B)/mkmdt: $(MKMDT_OBJ)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(MKMDT_LIBS)

# The page about the rules comes from their table.  For a cross build RULES_TOOL is an mdtcheck of
# the same sources that runs on the build machine.
RULES_TOOL ?= $(B)/mdtcheck

$(B)/mdtcheck-rules.7: $(B)/mdtcheck
	@echo "  GEN   $@"
	$(Q)$(RULES_TOOL) --list-rules=man > $@.new && mv $@.new $@

$(B)/live-mirror: $(MIRROR_OBJ)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lmount

# What tools/bench needs: each a program of one file.
$(BENCH:%=$(B)/bench-%): $(B)/bench-%: $(B)/tools/bench/%.o
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^

# The rules under test report to the sink of tests/unit/test_rules.c: nothing may be inlined by then.
UNIT_LDFLAGS := -fno-lto -Wl,--wrap=sink_finding,--wrap=sink_unknown,--wrap=sink_elsewhere

$(B)/unit-tests: $(UNIT_OBJ) $(CHECKER_OBJ)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(UNIT_LDFLAGS) -o $@ $^ $(CHECKER_LIBS) -lcheck -lsubunit -lrt -lm

$(B)/fuzz-damage: $(B)/tools/fuzz/damage.o $(filter-out %/main.o,$(MKMDT_OBJ))
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(MKMDT_LIBS)

# What is watched as mdtcheck is, and writes.
$(B)/witness-control: $(B)/tests/live/witness_control.o $(GUARD:%=$(B)/checker/guard/%.o) $(B)/checker/base/io.o $(B)/checker/base/child.o
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lseccomp

# Rebuild everything when the compiler or its flags change.
FLAGS_STAMP := $(B)/.flags
$(FLAGS_STAMP): FORCE
	@mkdir -p $(B)
	@echo '$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(FAST) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(FAST) $(LDFLAGS)' > $@

$(B)/%.o: %.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The compile lock: only these may open or create anything.  evidence.o and tracefs.o run in
# processes of their own; the latter writes to tracefs alone.  child.o writes to what is open, the
# pipes to such processes.  posix_open.o opens below a mount, for reading;
# second.o, in a process of its own, opens inodes there as places only.
MAY_OPEN := $(B)/checker/target/ro_open.o $(B)/checker/report/output.o \
	$(B)/checker/base/child.o $(B)/checker/report/evidence.o $(B)/checker/guard/tracefs.o \
	$(B)/checker/view/posix_open.o $(B)/checker/second.o
$(filter-out $(MAY_OPEN),$(CHECKER_OBJ) $(B)/checker/main.o): private CPPFLAGS += -DMDTCHECK_BANNED
$(CHECKER_OBJ) $(B)/checker/main.o: private ALL_CFLAGS += $(FAST)

-include $(patsubst %.o,%.d,$(CHECKER_OBJ) $(MKMDT_OBJ) $(MIRROR_OBJ) $(UNIT_OBJ) $(B)/checker/main.o \
	$(B)/tests/live/witness_control.o $(B)/tools/fuzz/damage.o $(BENCH:%=$(B)/tools/bench/%.o))

# ---- testing ---------------------------------------------------------------------------------

TESTED := $(B)/unit-tests $(B)/witness-control $(B)/fuzz-damage

# Everything a fresh machine needs, then every suite.
check: deps
	$(Q)$(MAKE) --no-print-directory WERROR=1 all $(TESTED)
	$(Q)BUILD=$(CURDIR)/$(B) tests/run.sh

# The same, over all fixtures where check takes a sample of them.
check-full: deps
	$(Q)$(MAKE) --no-print-directory WERROR=1 all $(TESTED)
	$(Q)BUILD=$(CURDIR)/$(B) TESTS_FULL=1 TEST_TIMEOUT=3600 tests/run.sh

# The first compilation of each script takes minutes.
check-vm: deps
	$(Q)$(MAKE) --no-print-directory WERROR=1 all
	$(Q)BUILD=$(CURDIR)/$(B) TEST_TIMEOUT=3600 tests/run.sh tests/vm/stap.sh

lint: all
	$(Q)BUILD=$(CURDIR)/$(B) tests/run.sh tools/lint/sizes tools/lint/includes \
		tools/lint/imports tools/lint/spdx tools/lint/shell tools/lint/banned \
		tools/lint/rules

demo: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)BUILD=$(CURDIR)/$(B) tools/demo

# build-pgo/mdtcheck: built, trained, and built again for where it went.
PGO = $(MAKE) --no-print-directory B=build-pgo
pgo:
	$(Q)find build-pgo -name '*.gcda' -delete 2> /dev/null || :
	$(Q)$(PGO) FAST="$(FAST) -fprofile-generate -fprofile-update=atomic -DMDTCHECK_TRAINING" \
		build-pgo/mdtcheck build-pgo/mkmdt
	$(Q)BUILD=$(CURDIR)/build-pgo tools/train
	$(Q)$(PGO) all

bench: pgo
	$(Q)BUILD=$(CURDIR)/build-pgo tools/bench/run $(BENCH_ARGS)

# Images damaged at random, under the sanitizers of memory and arithmetic.
fuzz: deps
	$(Q)$(MAKE) --no-print-directory SAN=asan all build-asan/fuzz-damage
	$(Q)BUILD=$(CURDIR)/build-asan tools/fuzz/run $(FUZZ_ARGS)

# The sanitizer of races over the joined program, a live mirror included (root).
tsan:
	$(Q)$(MAKE) --no-print-directory SAN=tsan all
	$(Q)BUILD=$(CURDIR)/build-tsan tests/run.sh tests/tsan.sh

# As root: 10^8 objects examined under load, on an image of 8 M (11 GB in TMPDIR, half an hour on two
# processors), then the posix view for two minutes.  What could not be done is a failure here.
CHURN = bash tests/live/churn.sh | tee $(B)/soak.log && \
	! grep -E '^not ok|\# SKIP' $(B)/soak.log > /dev/null
soak: all
	$(Q)CHURN_SECONDS=$(or $(SOAK_SECONDS),600) CHURN_OBJECTS=$(or $(SOAK_OBJECTS),8000000) \
		CHURN_CHECKS=$(or $(SOAK_CHECKS),100000000) CHURN_DELAY=$(or $(SOAK_DELAY),12000) \
		BUILD=$(CURDIR)/$(B) $(CHURN)
	$(Q)CHURN_VIEW=posix CHURN_SECONDS=120 BUILD=$(CURDIR)/$(B) $(CHURN)

deps:
	$(Q)packaging/install-deps

# ---- installing ------------------------------------------------------------------------------

install: all
	install -D -m 0755 $(B)/mdtcheck $(DESTDIR)$(PREFIX)/sbin/mdtcheck
	install -D -m 0755 $(B)/live-mirror $(DESTDIR)$(PREFIX)/sbin/mdtcheck-live-mirror
	install -D -m 0644 man/mdtcheck.8 $(DESTDIR)$(PREFIX)/share/man/man8/mdtcheck.8
	install -D -m 0644 $(B)/mdtcheck-rules.7 $(DESTDIR)$(PREFIX)/share/man/man7/mdtcheck-rules.7
	install -D -m 0644 docs/schema/mdtcheck-1.json \
		$(DESTDIR)$(PREFIX)/share/mdtcheck/mdtcheck-1.json
	install -D -m 0644 docs/schema/mdtcheck-inspect-1.json \
		$(DESTDIR)$(PREFIX)/share/mdtcheck/mdtcheck-inspect-1.json

clean:
	rm -rf build build-asan build-tsan build-pgo

help:
	@echo "make                build/mdtcheck, build/mkmdt, build/live-mirror"
	@echo "make check          install what is missing, build, run every suite"
	@echo "make check-full     check, over all fixtures where check takes a sample"
	@echo "make check-vm       run mdtcheck under SystemTap in a QEMU guest"
	@echo "make demo           build, plant faults in a sample MDT, check it, show the report"
	@echo "make lint           the house rules alone"
	@echo "make bench          what a check of 1 M objects costs, beside others (BENCH_ARGS)"
	@echo "make pgo            build-pgo/mdtcheck: faster, as gcc optimises it for what it does"
	@echo "make tsan           the program under ThreadSanitizer"
	@echo "make fuzz           images damaged at random, under sanitizers (FUZZ_ARGS)"
	@echo "make soak           a live stand-in under load (root; SOAK_SECONDS SOAK_OBJECTS SOAK_CHECKS SOAK_DELAY)"
	@echo "make install        DESTDIR= PREFIX=/usr/local"
	@echo "options             CC=clang SAN=asan|tsan WERROR=1 V=1 FAST="

.PHONY: all check check-full check-vm lint demo bench pgo soak fuzz tsan deps install clean help FORCE
FORCE:
