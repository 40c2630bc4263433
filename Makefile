# Makefile - everything that can be done with this tree.  `make help` lists it.
#
# Guarantees  The same source and compiler give the same quiesce.elf, bit for
#             bit, in any folder.  A changed flag, compiler, header or list of
#             files rebuilds what it reaches, and nothing else.
#             Missing Debian packages are installed first, or named.
# See         tools/deps, tools/mkiso, tools/run, README.md

# a make that another make started has no built-in CC: it inherits -R
ifneq ($(filter default undefined,$(origin CC)),)
CC := gcc
endif
O := build
comma := ,
SANS := $(subst $(comma), ,$(SAN))
B := $(O)/$(notdir $(CC))$(subst $(comma),-,$(SAN:%=-%))
GEN := $(O)/gen
ARCH := arch/x86_64
PYTHON := $(or $(wildcard /usr/bin/python3),python3)

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += -rR --no-print-directory
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

# What is said while it builds: one line, rewritten, on a terminal; one line a
# step elsewhere; the commands themselves with V=1.
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-4s %s$(if $(MAKE_TERMOUT),\033[K\r,\n)' $(1) '$(2)'
endif

# ---------------------------------------------------------------- what is said

KNOWN := CC O SAN V WERROR CPUS MEM CMDLINE UEFI GUI K PYTHON
GIVEN := $(filter-out -% MAKE%,$(foreach v,$(.VARIABLES),\
	$(if $(filter line,$(origin $v)),$v)))
UNKNOWN := $(filter-out $(KNOWN),$(GIVEN))
ifneq ($(UNKNOWN),)
$(error $(firstword $(UNKNOWN))= means nothing here; the settings are \
	$(KNOWN:=) and `make help` explains them)
endif

# $(call one_of,NAME,values,how to say it): an empty setting is the default.
one_of = $(if $(filter-out $(2),$($(1)))$(word 2,$($(1))),$(error \
	$(1)=$($(1)): $(3)))

$(call one_of,V,0 1,V=1 shows the commands; leave it out otherwise)
$(call one_of,WERROR,0 1,WERROR=1 makes warnings errors; leave it out otherwise)
ifneq ($(filter-out undefined address race,$(SANS)),)
$(error SAN=$(SAN): undefined, address, both with a comma between, or race)
endif
$(call one_of,UEFI,0 1,UEFI=1 boots by UEFI; leave it out for BIOS)
$(call one_of,GUI,0 1,GUI=1 opens a window; leave it out for the terminal alone)
ifeq ($(filter gcc gcc-% clang clang-% %-gcc,$(notdir $(CC))),)
$(error CC=$(CC): gcc (12 or newer) or clang (14 or newer))
endif
ifneq ($(CPUS),)
$(call one_of,CPUS,$(shell seq 255),a number of processors from 1 to 255)
endif
ifneq ($(MEM),)
ifneq ($(shell printf %s '$(MEM)' | grep -Exc '[1-9][0-9]{0,5}[MG]?'),1)
$(error MEM=$(MEM): megabytes (MEM=64), or with a unit (MEM=512M, MEM=2G))
endif
endif

# ------------------------------------------------------------- what is needed

GOALS := $(or $(MAKECMDGOALS),all)
needs = $(if $(filter $(1),$(GOALS)),$(2))
PURPOSES := \
	$(call needs,all iso run test tidy bench boots debug,build \
		$(if $(findstring clang,$(CC)),clang,gcc)) \
	$(call needs,iso run test bench boots debug,iso) \
	$(call needs,run test bench boots debug,run) \
	$(call needs,run debug,$(if $(filter 1,$(UEFI)),uefi) \
		$(if $(filter 1,$(GUI)),gui)) \
	$(call needs,debug,debug) \
	$(call needs,tidy,tidy host) \
	$(call needs,bench,gcc host plots) \
	$(call needs,check mutants,gcc host) \
	$(call needs,mutants,build run test iso) \
	$(call needs,fuzz,clang fuzz host) \
	$(call needs,bench-host,gcc host peers) \
	$(call needs,test boots,gcc clang host uefi test debug tidy peers)

.PHONY: .deps
.deps:
	@tools/deps $(sort $(PURPOSES))

# ------------------------------------------------------------------ the kernel

DIRS := boot arch $(ARCH) sync mm sched kernel kernel/shell \
	$(addprefix tests/,kernel arch sync mm sched boot bench)
# A sanitizer's kernel: its runtime is not instrumented, what it plants is.
DIRS += $(SANS:%=tests/san/%)
SAN_undefined := -fsanitize=undefined
SAN_address := -fsanitize=kernel-address $(if $(findstring clang,$(CC)),\
	-mllvm -asan-instrumentation-with-call-threshold=0 \
	-mllvm -asan-stack=0 -mllvm -asan-globals=0,\
	--param asan-stack=0 --param asan-globals=0)
SAN_race := -fsanitize=thread $(if $(findstring clang,$(CC)),\
	-mllvm -tsan-instrument-func-entry-exit=0 \
	-mllvm -tsan-distinguish-volatile=1,\
	--param tsan-instrument-func-entry-exit=0 \
	--param tsan-distinguish-volatile=1)
SAN_RUNTIME := $(filter-out %/cmd_plant.c,$(wildcard tests/san/*/*.c)) \
	$(if $(filter address,$(SANS)),$(wildcard mm/*.c tests/mm/*.c))
SAN_FLAGS := $(foreach s,$(SANS),$(SAN_$s))
CSRC := $(sort $(wildcard $(addsuffix /*.c,$(DIRS))))
ASRC := $(sort $(wildcard $(addsuffix /*.asm,boot $(ARCH))))
GENERATED := $(GEN)/font.c
OBJ := $(CSRC:%.c=$(B)/%.o) $(ASRC:%.asm=$(B)/%.asm.o) \
	$(GENERATED:$(GEN)/%.c=$(B)/gen/%.o)

CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-pie -fno-pic \
	-mcmodel=kernel -mgeneral-regs-only -mno-red-zone \
	-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer \
	-fno-optimize-sibling-calls -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fcf-protection=none \
	-fno-strict-aliasing -fno-common \
	-Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes \
	-I. $(if $(filter build/gate,$(O)),-Itests/gate/unwatched) -I$(ARCH) -ffile-prefix-map=$(CURDIR)=. \
	-ffile-prefix-map=$(GEN)=gen \
	$(if $(filter 1,$(WERROR)),-Werror)
SANITIZE = $(if $(filter $(SAN_RUNTIME),$<),,$(SAN_FLAGS))
AFLAGS := -f elf64 -g -F dwarf -I. $(if $(filter 1,$(WERROR)),-Werror)
LDFLAGS := -n -static -nostdlib -z max-page-size=0x1000 -z noexecstack \
	--build-id=none \
	$(if $(filter address,$(SANS)),--wrap=memcpy --wrap=memmove --wrap=memset)

all: $(B)/quiesce.elf ## build the kernel, build/$(CC)/quiesce.elf

$(B)/%.o: %.c $(B)/flags Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -MMD -MP -c $< -o $@

$(B)/gen/%.o: $(GEN)/%.c $(B)/flags Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# Whole sources that a program writes; both compilers share them.
$(GEN)/font.c: tools/mkfont.py | .deps
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/mkfont.py $@

# NASM's debug information would hold this folder's name.  What it cannot
# resolve it takes as it stands, and a deleted file under /dev/stdin is such a
# name; %line keeps the true one in the line table and in error messages.
$(B)/%.asm.o: %.asm $(B)/flags Makefile
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	@{ echo '%line 1+1 $<'; cat $<; } >$@.in
	$(Q){ rm $@.in; nasm $(AFLAGS) -MD $(@:.o=.d) -MP -o $@ /dev/stdin; } <$@.in
	@sed -i '\#/dev/stdin#s#/dev/stdin#$<#' $(@:.o=.d)

# The ISO carries quiesce.kernel: GRUB would load DWARF, so it has none.
$(B)/quiesce.elf: $(OBJ) linker.ld $(B)/objects Makefile
	$(call say,LD,$@)
	$(Q)ld $(LDFLAGS) -T linker.ld -o $@ $(OBJ)

$(B)/quiesce.kernel: $(B)/quiesce.elf
	$(Q)objcopy --strip-debug --keep-file-symbols $< $@

# Files that change only when what they say does.  -Werror is left out: it makes
# no other object, and two who build here may not agree on it.
.PHONY: FORCE
FORCE:
$(B)/flags: FORCE | .deps
	@mkdir -p $(@D)
	@{ echo '$(filter-out -Werror,$(CFLAGS) $(AFLAGS)) $(SAN_FLAGS)'; $(CC) --version; nasm --version; } >$@.$$PPID
	@cmp -s $@.$$PPID $@ && rm $@.$$PPID || mv $@.$$PPID $@

$(B)/objects: FORCE | .deps
	@mkdir -p $(@D)
	@{ echo '$(LDFLAGS) $(OBJ)'; ld --version; } >$@.$$PPID
	@cmp -s $@.$$PPID $@ && rm $@.$$PPID || mv $@.$$PPID $@

-include $(wildcard $(OBJ:.o=.d))

# --------------------------------------------------------------------- the ISO

$(B)/quiesce.iso: $(B)/quiesce.kernel boot/grub.cfg tools/mkiso | .deps
	$(call say,ISO,$@)
	$(Q)tools/mkiso $@ $(B)/quiesce.kernel boot/grub.cfg

.PHONY: all iso run test check mutants fuzz tidy bench bench-host tables boots debug doctor help clean
iso: $(B)/quiesce.iso ## build the boot image, build/quiesce.iso
	@ln -f $(B)/quiesce.iso $(O)/quiesce.iso

# ------------------------------------------------------------------ what to do

export CPUS MEM CMDLINE UEFI GUI WERROR
export QUIESCE_BUILD := $(B)

run: iso ## boot it in QEMU, here at the terminal
	@$(PYTHON) tools/run --iso $(O)/quiesce.iso --elf $(B)/quiesce.elf

debug: iso ## boot it halted, with gdb attached (docs/04-debugging.md)
	@$(PYTHON) tools/run --debug --iso $(O)/quiesce.iso --elf $(B)/quiesce.elf

test: iso ## run every test (K=word: only those with it in the name)
	@$(PYTHON) tests/host/run $(if $(K),-k '$(K)')

boots: iso ## boot every combination of firmware, CPUs and memory
	@$(PYTHON) tests/host/run --every-boot $(if $(K),-k '$(K)')

tidy: $(B)/quiesce.elf ## check the rules of docs/style.md that a tool can check
	@$(PYTHON) tools/tidy.py

bench: iso ## count instructions and cache lines; tables, and plots
	@status=0; $(PYTHON) tools/bench.py || status=$$?; \
	$(PYTHON) tools/mesi.py && exit $$status

bench-host: .deps ## measure sync/ as a program, beside its peers of the host
	@$(MAKE) -f tests/bench-host/bench_host.mk CC=$(CC)
	@$(MAKE) -f tests/bench-rcu/bench_rcu.mk CC=$(CC)
	@echo; $(PYTHON) tools/mesi.py --table

tables: iso ## measure, and write the tables of docs/
	@$(PYTHON) tools/tables.py

check: .deps ## run sync/ through every schedule, and its planted faults
	@$(PYTHON) tools/check.py

mutants: .deps ## plant one fault at a time, and see who notices
	@$(PYTHON) tools/mutants.py

fuzz: .deps ## ten million inputs for each of the parsers
	@$(MAKE) -f tests/worlds/hosted.mk fuzz RUNS=10000000

doctor: ## say what this machine can do
	@if command -v $(PYTHON) >/dev/null; then $(PYTHON) tools/doctor.py; \
	else echo 'python3 is missing: apt-get install python3'; exit 1; fi

clean: ## remove build/
	rm -rf $(O)

help: ## print this
	@echo 'make <what>:'
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'make run, with any of:'
	@echo '  CPUS=8             processors, 1 to 255 (default 4)'
	@echo '  MEM=512            memory in megabytes, or 2G (default 256)'
	@echo '  CMDLINE="word..."  the kernel'\''s command line: test=mm/*'
	@echo '  UEFI=1             boot by UEFI, not by BIOS'
	@echo '  GUI=1              open the screen in a window too'
	@echo 'any of them, with:'
	@echo '  CC=clang           the other compiler'
	@echo '  SAN=undefined      a kernel that tells of undefined behaviour; or address, race'
	@echo '  WERROR=1           warnings are errors'
	@echo '  V=1                show the commands'
	@echo '  O=folder           build there, not in build/'

.DEFAULT:
	@echo "make: nothing here is called '$@'; make help lists what is" >&2
	@exit 2
