# tests/bench-rcu/bench_rcu.mk - RCU beside liburcu, in one run.
#
#   make -f tests/bench-rcu/bench_rcu.mk
#
# The atomics are the kernel's assembly; threads are CPUs, as the world of many
# threads has it.  Ours and the wrappers get the same flags.

ifneq ($(filter default undefined,$(origin CC)),)
CC := gcc
endif
OUT := build/bench-rcu/$(notdir $(CC))
SRC := $(filter-out %_toy.c,$(wildcard sync/rcu*.c)) \
	$(patsubst %,sync/%.c,spinlock waitq completion mutex pi_chain) arch/cpumask.c \
	tests/worlds/many/world.c tests/hosted/rcu_world.c \
	tests/bench-rcu/ours.c tests/bench-rcu/main.c
PEERS := qsbr mb memb bp
CFLAGS := -std=gnu11 -O2 -g -fno-strict-aliasing -fcf-protection=none \
	-fno-stack-protector -pthread -Wall -Wextra \
	$(if $(filter 1,$(WERROR)),-Werror) \
	-I. -Itests/bench-host -Itests/worlds/many -MMD -MP
OBJ := $(SRC:%.c=$(OUT)/%.o) $(PEERS:%=$(OUT)/peer_%.o)

bench-rcu: $(OUT)/bench-rcu
	@$<

$(OUT)/%.o: %.c tests/bench-rcu/bench_rcu.mk
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -c $< -o $@

group = $(if $(filter qsbr,$(1)),qsbr,anywhere)
$(PEERS:%=$(OUT)/peer_%.o): $(OUT)/peer_%.o: tests/bench-rcu/peer.c \
		tests/bench-rcu/bench_rcu.mk
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -DURCU_API_MAP -D_LGPL_SOURCE -DNAME=$* \
		-DGROUP=$(call group,$*) \
		-DHEADER='<urcu/urcu-$*.h>' -c $< -o $@

$(OUT)/bench-rcu: $(OBJ)
	@$(CC) $(CFLAGS) $^ $(PEERS:%=-lurcu-%) -lurcu-cds -lurcu-common -o $@

.PHONY: bench-rcu
-include $(OBJ:.o=.d)
