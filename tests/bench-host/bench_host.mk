# tests/bench-host/bench_host.mk - sync/ as a program that is measured.
#
#   make bench-host                         (from the Makefile)
#   make -f tests/bench-host/bench_host.mk COUNTS=1 CC=clang EXTRA=flags
#
# The atomics are the kernel's assembly, everything beside them is of the world
# in which a thread is a CPU: these are the rows of the algorithms.  Ours and
# the peers' wrappers get the same flags; no nop pads a loop, so that what is
# counted is what somebody wrote.

ifneq ($(filter default undefined,$(origin CC)),)
CC := gcc
endif
OUT := build/bench-host/$(notdir $(CC))
SRC := $(patsubst %,sync/%.c,tas ttas ticket mcs clh spinlock waitq mutex \
		semaphore rwsem rwlock phase_fair brlock seqlock \
		hazard treiber treiber_tagged msqueue mpsc spsc_ring \
		mpmc_ring rcu_hash rcu_chain) \
	$(wildcard tests/bench-host/*.c) arch/cpumask.c \
	tests/worlds/threads/world.c
CFLAGS := -std=gnu11 -O2 -g -fno-strict-aliasing -fcf-protection=none \
	-fno-stack-protector -fno-pie -falign-loops=1 \
	-ftls-model=local-exec -pthread -Wall -Wextra \
	$(if $(filter 1,$(WERROR)),-Werror) \
	-I. -Itests/bench-host -Itests/worlds/threads -MMD -MP $(EXTRA)

bench-host: $(OUT)/bench-host
	@$< $(if $(COUNTS),counts)

# its resize, which nobody calls here, would need the whole of RCU
$(OUT)/sync/rcu_hash.o: CFLAGS += -ffunction-sections

$(OUT)/%.o: %.c tests/bench-host/bench_host.mk
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -c $< -o $@

$(OUT)/bench-host: $(SRC:%.c=$(OUT)/%.o)
	@$(CC) $(CFLAGS) -no-pie -Wl,-z,now -Wl,--gc-sections \
		$^ -lck -lurcu-cds -lurcu-qsbr -lurcu-common -o $@

.PHONY: bench-host
-include $(SRC:%.c=$(OUT)/%.d)
