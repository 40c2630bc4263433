# Quiesce: build with `make`, see README.md
CC := gcc
B := build/$(CC)
ARCH := arch/x86_64
CSRC := $(wildcard boot/*.c arch/*.c $(ARCH)/*.c sync/*.c mm/*.c sched/*.c kernel/*.c kernel/shell/*.c tests/kernel/*.c tests/arch/*.c tests/sync/*.c tests/mm/*.c tests/sched/*.c tests/boot/*.c)
ASRC := $(wildcard boot/*.asm $(ARCH)/*.asm)
OBJ := $(CSRC:%.c=$(B)/%.o) $(ASRC:%.asm=$(B)/%.asm.o)
CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-pie -fno-pic -mcmodel=kernel -mgeneral-regs-only -mno-red-zone \
  -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls -fno-stack-protector -fno-asynchronous-unwind-tables \
  -fcf-protection=none -fno-strict-aliasing -fno-common -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -I. -I$(ARCH) -MMD -MP \
  -ffile-prefix-map=$(CURDIR)=. $(if $(WERROR),-Werror)
all: $(B)/quiesce.elf
$(B)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -c $< -o $@
$(B)/%.asm.o: %.asm
	@mkdir -p $(@D)
	@nasm -f elf64 -g -F dwarf -I. -o $@ $<
$(B)/quiesce.elf: $(OBJ) linker.ld
	@ld -n -static -nostdlib -z max-page-size=0x1000 -z noexecstack --build-id=none -T linker.ld -o $@ $(OBJ)
-include $(OBJ:.o=.d)
