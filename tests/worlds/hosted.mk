# tests/worlds/hosted.mk - the kernel's test cases as programs of the host.
#
#   make -f tests/worlds/hosted.mk                       build and run them all
#   make -f tests/worlds/hosted.mk CC=clang SAN=address,undefined
#   make -f tests/worlds/hosted.mk SAN=thread hosted-locks
#   make -f tests/worlds/hosted.mk fuzz [RUNS=n]         the harnesses of libFuzzer
#
# To add a program: put its name into HOSTED, and into <name>_SRC its test
# cases and what they test.  Every program gets tests/worlds/test_main.c, the
# runner and the world in which a thread is a CPU.  The linker gathers the
# cases in the section test_cases and names its ends by itself, since on the
# host no linker script lays the section out.
#
# kernel/string.c defines memcpy and its kin, which here would replace those of
# libc, and blind the sanitizers to every overrun in a copy.  So that object
# and its tests are built with these names changed.
#
# A program named in MANY lives in the world of more threads than CPUs, and its
# objects in a folder of their own; SAN=thread is for these.  One named in STAGED
# has one thread, in the world where that plays all CPUs.
#
# Results are moved into place whole: two runs may build here at once.

ifeq ($(origin CC),default)
CC := gcc
endif
comma := ,
HOSTED_OUT := build/hosted/$(CC)$(SAN:%=-$(subst $(comma),-,$(SAN)))

HOSTED := parsers mutations shell log memory memory_boot scheduler \
	readers locks sleeping lockfree stage_rcu stage_lists rcu_tree rcu \
	lockdep lists

parsers_SRC := \
	$(wildcard boot/*.c arch/x86_64/acpi*.c) \
	kernel/suggest.c kernel/cmdline.c \
	$(patsubst %,tests/kernel/test_%.c,list string suggest cmdline test) \
	$(wildcard tests/boot/*.c tests/arch/*acpi*.c)

shell_SRC := \
	$(patsubst %,arch/x86_64/%.c,vt framebuffer scancode) \
	$(patsubst %,kernel/shell/%.c,line keys history words complete) \
	$(patsubst %,tests/kernel/test_%.c,vt framebuffer scancode line \
		history words complete ring) \
	build/gen/font.c

log_SRC := \
	$(patsubst %,kernel/%.c,log_ring printk drain console event symbols \
		debug_threads) \
	$(patsubst %,tests/kernel/test_%.c,format symbols log_ring printk \
		event) \
	tests/hosted/log_world.c \
	$(patsubst %,tests/hosted/test_%.c,format_random log_threads \
		console_threads event_threads take_over)

# the same parsers, without their warnings
mutations_SRC := \
	$(wildcard boot/*.c arch/x86_64/acpi*.c) \
	tests/boot/image.c tests/boot/multiboot2_image.c \
	tests/boot/pvh_image.c tests/arch/acpi_image.c \
	tests/hosted/guard.c tests/hosted/mutate.c \
	tests/hosted/test_string_guard.c \
	tests/hosted/test_parser_mutations.c

scheduler_SRC := \
	$(foreach n,timer_heap runqueue inbox random,sched/$(n).c \
		tests/sched/test_$(n).c) \
	tests/arch/test_cpumask.c tests/hosted/test_inbox_threads.c \
	tests/worlds/threads/crew.c

# what lets one in at a time
LOCKS := tas ttas ticket mcs clh spinlock lock_ops

locks_SRC := $(foreach n,$(LOCKS),sync/$(n).c tests/sync/test_$(n).c) \
	$(patsubst %,sync/%.c,waitq mutex pi_chain pi_mutex futex_bucket futex \
		futex_mutex) \
	sched/random.c tests/worlds/threads/crew.c tests/worlds/threads/park.c \
	$(patsubst %,tests/sync/%.c,lock_trial twins_spin test_lock_twins) \
	tests/arch/test_atomic.c tests/hosted/test_lock_crowds.c

MM_SRC := $(filter-out mm/mem.c,$(wildcard mm/*.c)) sync/spinlock.c \
	tests/hosted/mm_world.c tests/worlds/threads/crew.c

memory_SRC := $(MM_SRC) \
	$(patsubst %,tests/mm/test_%.c,frame slab vmap stack space) \
	$(patsubst %,tests/hosted/test_%.c,mm_faults mm_edges tlb_threads)

memory_boot_SRC := $(MM_SRC) tests/hosted/test_frame_boot.c

# what many read and few write, what all add to, and where all meet
READERS := percpu_counter rwlock phase_fair brlock seqlock seq_latch \
	barrier_central barrier_tree barrier_dissemination

readers_SRC := sync/spinlock.c tests/worlds/threads/crew.c \
	$(patsubst %,tests/sync/%.c,rw_torture test_rw_locks barrier_torture) \
	$(foreach n,$(READERS),sync/$(n).c tests/sync/test_$(n).c)

# what needs no lock, and what its tests stand on
LOCKFREE := refcount hazard treiber treiber_tagged msqueue mpsc \
	spsc_ring mpmc_ring container_ops

lockfree_SRC := $(foreach n,$(LOCKFREE),sync/$(n).c tests/sync/test_$(n).c) \
	sync/ring_ops.c \
	$(patsubst %,tests/sync/%.c,linear test_linear history quarantine \
		container_trial) \
	kernel/event.c kernel/debug_threads.c \
	tests/worlds/threads/crew.c

rcu_tree_SRC := sync/rcu_tree.c tests/sync/test_rcu_tree.c \
	tests/worlds/threads/crew.c

MANY := sleeping rcu lists

RCU := $(filter-out %_toy.c,$(wildcard sync/rcu*.c)) sync/srcu.c \
	sync/srcu_calls.c

rcu_SRC := $(RCU) $(foreach n,spinlock waitq completion mutex,sync/$(n).c) \
	$(patsubst %,tests/sync/%.c,rcu_torture rcu_twins test_rcu \
		test_rcu_ops test_rcu_state test_rcu_callbacks test_srcu \
		test_srcu_calls) \
	tests/sync/gang.c tests/hosted/rcu_world.c

# lists that free later: by hazard pointers, by RCU, by a count
LISTS := harris ref_list rcu_list rcu_chain rcu_hash counted valois list_ops

lists_SRC := $(RCU) $(patsubst %,sync/%.c,hazard refcount hash_ops \
		valois_ops) \
	$(foreach n,$(filter-out rcu_%,$(LISTS)),sync/$(n).c) \
	$(foreach n,$(LISTS),tests/sync/test_$(n).c) \
	$(foreach n,spinlock waitq completion mutex,sync/$(n).c) \
	$(patsubst %,tests/sync/%.c,linear history quarantine list_trial gang) \
	kernel/event.c kernel/debug_threads.c tests/hosted/rcu_world.c

WATCHED := lockdep

sleeping_SRC := sync/spinlock.c tests/sync/gang.c \
	$(foreach n,waitq semaphore completion mutex condvar rwsem,sync/$(n).c \
		tests/sync/test_$(n).c tests/sync/twin_$(n).c) \
	sync/pi_mutex.c tests/sync/twin_pi_mutex.c \
	$(patsubst %,tests/sync/test_%.c,pi_mutex pi_chain rwsem_spin mutex_spin park) \
	$(foreach n,futex_bucket futex futex_mutex futex_sem futex_cond, \
		sync/$(n).c tests/sync/test_$(n).c) \
	$(patsubst %,tests/sync/twin_%.c,futex futex_locks)

# the judge of locking, and every lock that tells it
WATCH := lockdep lockdep_held lockdep_class lockdep_graph lockdep_life \
	lockdep_report lockstat lockup selves wait_graph

lockdep_SRC := $(patsubst %,sync/%.c,$(WATCH) tas ttas ticket mcs clh spinlock \
		rwlock phase_fair brlock seqlock waitq mutex rwsem pi_mutex \
		pi_chain semaphore) \
	tests/worlds/watched/watch.c \
	$(patsubst %,tests/sync/%.c,lockdep_trial test_lockdep \
		test_lockdep_tables test_selves test_wait_graph test_lockstat \
		test_watch gang) \
	tests/hosted/test_watch_reports.c

# one thread plays every CPU, and the clock: each run is the same
STAGED := stage_rcu stage_lists

stage_rcu_SRC := $(RCU) sync/rcu_toy.c tests/hosted/test_rcu_staged.c \
	$(foreach n,waitq completion mutex,sync/$(n).c)

stage_lists_SRC := $(patsubst %,sync/%.c,harris rcu_list rcu_chain rcu_hash \
		ref_list counted valois list_ops hash_ops valois_ops hazard \
		refcount mutex waitq) \
	tests/sync/quarantine.c tests/hosted/test_lists_staged.c

HOSTED_COMMON := tests/worlds/test_main.c arch/cpumask.c \
	kernel/test.c kernel/format.c kernel/string.c

HOSTED_CFLAGS := -std=gnu11 -O1 -g -fno-omit-frame-pointer -pthread \
	-fno-strict-aliasing -mcx16 -Wall -Wextra $(if $(WERROR),-Werror) \
	-I. -MMD -MP \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all) \
	$(if $(filter gcc-thread,$(notdir $(CC))-$(SAN)),-Wno-tsan)

OWN_NAMES := memcpy memmove memset memcmp strlen strnlen strcmp strncmp strchr
RENAMED := kernel/string many/kernel/string watched/kernel/string \
	staged/kernel/string tests/kernel/test_string \
	tests/hosted/test_string_guard

hosted: $(HOSTED:%=hosted-%)
hosted-%: $(HOSTED_OUT)/%
	@echo "hosted $* $(SAN)"
	@timeout 300 $< '$(or $(GLOB),*)' $(or $(SEED),1) >$<.log || \
		{ grep -E '^(# test|not ok)' $<.log; exit 1; }
	@tail -1 $<.log

$(RENAMED:%=$(HOSTED_OUT)/%.o): HOSTED_CFLAGS += \
	$(foreach n,$(OWN_NAMES),-D$(n)=kernel_$(n))

build/gen/font.c: tools/mkfont.py
	@mkdir -p $(@D)
	@python3 tools/mkfont.py $@

WORLD := threads
COMPILE = $(CC) $(HOSTED_CFLAGS) -Itests/worlds/$(WORLD) -MF $(@:.o=.d) -MT $@ -c $< -o $@.$$$$ && \
	mv -f $@.$$$$ $@

$(HOSTED_OUT)/many/%.o: WORLD := many
$(HOSTED_OUT)/many/%.o: %.c
	@mkdir -p $(@D)
	@$(COMPILE)

$(HOSTED_OUT)/watched/%.o: WORLD := watched
$(HOSTED_OUT)/watched/%.o: %.c
	@mkdir -p $(@D)
	@$(COMPILE)

$(HOSTED_OUT)/%.o: %.c
	@mkdir -p $(@D)
	@$(COMPILE)

$(HOSTED_OUT)/staged/%.o: WORLD := staged
$(HOSTED_OUT)/staged/%.o: %.c
	@mkdir -p $(@D)
	@$(COMPILE)

LINK = $(CC) $(HOSTED_CFLAGS) -no-pie $^ -o $@.$$$$ && mv -f $@.$$$$ $@

.SECONDEXPANSION:
$(filter-out $(patsubst %,$(HOSTED_OUT)/%,$(MANY) $(WATCHED) $(STAGED)),$(HOSTED:%=$(HOSTED_OUT)/%)): \
	$$(patsubst %.c,$(HOSTED_OUT)/%.o,$$($$(@F)_SRC) $(HOSTED_COMMON) \
		tests/worlds/threads/world.c)
	@$(LINK)

$(MANY:%=$(HOSTED_OUT)/%): \
	$$(patsubst %.c,$(HOSTED_OUT)/many/%.o,$$($$(@F)_SRC) \
		$(HOSTED_COMMON) sync/pi_chain.c sync/spinlock.c \
		tests/worlds/many/world.c)
	@$(LINK)

$(WATCHED:%=$(HOSTED_OUT)/%): \
	$$(patsubst %.c,$(HOSTED_OUT)/watched/%.o,$$($$(@F)_SRC) \
		$(HOSTED_COMMON) tests/worlds/many/world.c)
	@$(LINK)

$(STAGED:%=$(HOSTED_OUT)/%): \
	$$(patsubst %.c,$(HOSTED_OUT)/staged/%.o,$$($$(@F)_SRC) \
		$(HOSTED_COMMON) sync/spinlock.c tests/worlds/threads/world.c \
		tests/worlds/staged/stage.c)
	@$(LINK)

# no test cases of its own: tests/host/test_acpi.py asks it
acpi_blob_SRC := tests/hosted/acpi_blob.c boot/collect.c \
	$(wildcard arch/x86_64/acpi*.c) kernel/format.c kernel/string.c
$(HOSTED_OUT)/acpi_blob: $(acpi_blob_SRC:%.c=$(HOSTED_OUT)/%.o)
	@$(LINK)

# its cases fail on purpose: tests/host/test_runner.py looks at how
planted_SRC := tests/hosted/planted_cases.c $(HOSTED_COMMON) \
	tests/worlds/threads/world.c
$(HOSTED_OUT)/planted: $(planted_SRC:%.c=$(HOSTED_OUT)/%.o)
	@$(LINK)

# clang's only, whatever CC is.  What a run finds worth keeping goes to build/.
RUNS ?= 200000
FUZZ := multiboot2 acpi pvh symbols text
fuzz_multiboot2_SRC := boot/collect.c boot/multiboot2.c tests/fuzz/stubs.c
fuzz_pvh_SRC := boot/collect.c boot/pvh.c tests/fuzz/stubs.c
fuzz_symbols_SRC := kernel/symbols.c
fuzz_text_SRC := kernel/cmdline.c kernel/suggest.c kernel/shell/words.c \
	tests/fuzz/stubs.c
fuzz_acpi_SRC := boot/collect.c $(wildcard arch/x86_64/acpi*.c) \
	tests/fuzz/stubs.c

fuzz_text_MAX := 200
fuzz_symbols_MAX := 1024
fuzz_pvh_MAX := 4096

fuzz: $(FUZZ:%=fuzz-%)
fuzz-%: build/fuzz/%
	@echo "fuzz $*, $(RUNS) runs"
	@mkdir -p build/fuzz/$*.found
	@timeout $(or $(SECONDS),7200) $< -runs=$(RUNS) -seed=$(or $(SEED),1) \
		-max_len=$(or $(fuzz_$*_MAX),16384) \
		-timeout=10 -artifact_prefix=build/fuzz/$*- \
		build/fuzz/$*.found tests/fuzz/corpus/$* >$<.log 2>&1 || \
		{ grep -aE 'ERROR: |runtime error' $<.log; tail -30 $<.log; exit 1; }
	@grep -a DONE $<.log

$(FUZZ:%=build/fuzz/%): build/fuzz/%: tests/fuzz/fuzz_%.c \
	$$(fuzz_$$*_SRC) kernel/format.c \
	build/fuzz/string.o
	@mkdir -p $(@D)
	@clang -std=gnu11 -O1 -g -Wall -Wextra -I. -Itests/worlds/threads \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$^ -o $@

build/fuzz/string.o: kernel/string.c
	@mkdir -p $(@D)
	@clang -std=gnu11 -O1 -g -I. -Itests/worlds/threads \
		$(foreach n,$(OWN_NAMES),-D$(n)=kernel_$(n)) -c $< -o $@

.PHONY: hosted fuzz
.PRECIOUS: $(HOSTED_OUT)/%.o $(HOSTED_OUT)/%
-include $(shell find $(HOSTED_OUT) -name '*.d' 2>/dev/null)
