# tests/worlds/mesi/mesi.mk - sync/ among simulated CPUs and their caches.
#
#   make -f tests/worlds/mesi/mesi.mk [CC=clang]     builds build/mesi/$(CC)/mesi
#
# The sync/*.c as they are; tools/mesi.py runs the program and draws.

ifneq ($(filter default undefined,$(origin CC)),)
CC := gcc
endif
OUT := build/mesi/$(notdir $(CC))
# the table of locks has those that sleep, too: linked, not run
SRC := $(patsubst %,sync/%.c,tas ttas ticket mcs clh spinlock lock_ops rwlock \
		phase_fair brlock seqlock waitq mutex pi_chain pi_mutex \
		futex_bucket futex futex_mutex) \
	$(wildcard tests/worlds/mesi/*.c) arch/cpumask.c \
	tests/worlds/threads/park.c
CFLAGS := -std=gnu11 -O1 -g -fno-strict-aliasing -fno-pie -Wall -Wextra \
	$(if $(filter 1,$(WERROR)),-Werror) \
	-I. -Itests/worlds/mesi -MMD -MP $(EXTRA)

$(OUT)/mesi: $(SRC:%.c=$(OUT)/%.o)
	@$(CC) -no-pie $^ -o $@.$$$$ && mv -f $@.$$$$ $@

$(OUT)/%.o: %.c tests/worlds/mesi/mesi.mk
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -MF $(@:.o=.d) -MT $@ -c $< -o $@.$$$$ && \
		mv -f $@.$$$$ $@

-include $(SRC:%.c=$(OUT)/%.d)
