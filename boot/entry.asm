; boot/entry.asm - from the loader's 32-bit mode to C in the upper half.
;
; Two doors, one room.  GRUB enters multiboot_entry with its magic in eax and
; the tag list in ebx; QEMU -kernel (PVH) enters pvh_entry with the start-info
; in ebx.  Both have paging off, interrupts off and flat 32-bit segments.  We
; check that this CPU can run us, and that there is memory where we are; build
; the boot page tables, turn on long mode and call kernel_main(kind, info) on
; the boot stack.
;
; The boot page tables map the first 4 GB three times with 2 MB pages: at 0 (we
; are running there), at DIRECT_MAP (the loader's data, read by C) and its
; first GB at KERNEL_BASE (our image).  They stay for ever: each starting AP
; passes through them on its way up (boot/trampoline.asm).
;
; References  Multiboot2 Specification 2.0, 3.1 and 3.3; Xen's pvh.markdown;
;             Intel SDM vol. 3A, 10.8.5 (IA-32e mode activation).

%define KERNEL_BASE	0xffffffff80000000
%define MULTIBOOT2	0xe85250d6	; in our header
%define MULTIBOOT2_EAX	0x36d76289	; in eax at entry
%define KIND_MULTIBOOT2	1		; as in boot/boot.h
%define KIND_PVH	2
%define PAGE_PRESENT	1
%define PAGE_WRITE	2
%define PAGE_LARGE	0x80
%define COM1		0x3f8
%define TEXT_SCREEN	0xb8000
%define BOOT_STACK_SIZE	16384
%define MARKER_ENTRY	0x71530001	; arch/x86_64/marker.h

%include "boot/longmode.inc"

extern kernel_main, kernel_image_end

section .multiboot2 progbits alloc noexec nowrite align=8
header:
	dd MULTIBOOT2, 0, header_end - header
	dd -(MULTIBOOT2 + 0 + (header_end - header))
	; information request: modules, memory map, framebuffer, ELF sections,
	; both ACPI pointers; "optional", so that any GRUB boots us
	align 8
	dw 1, 1
	dd request_end - $ + 4
	dd 1, 2, 3, 6, 8, 9, 14, 15
request_end:
	align 8
	; modules at page boundaries
	dw 6, 0
	dd 8
	dw 0, 0
	dd 8
header_end:

section .note.pvh note alloc noexec nowrite align=4
	dd 4, 4, 18			; name size, value size, PHYS32_ENTRY
	db 'Xen', 0
	dd pvh_entry

section .boot.tables nobits alloc noexec write align=4096
global boot_pml4
boot_pml4:	resb 4096
pdpt_low:	resb 4096
pdpt_high:	resb 4096
directories:	resb 4 * 4096

section .bss nobits alloc noexec write align=4096
global boot_stack
boot_stack_guard: resb 4096		; left unmapped by paging_init()
boot_stack:	resb BOOT_STACK_SIZE
boot_stack_top:

section .boot.text progbits alloc exec nowrite align=16
bits 32

global multiboot_entry
multiboot_entry:
	nop dword [eax + MARKER_ENTRY]
	cld
	mov esp, early_stack_top
	mov esi, no_magic
	cmp eax, MULTIBOOT2_EAX
	jne die
	mov edi, KIND_MULTIBOOT2
	jmp check_cpu

pvh_entry:
	nop dword [eax + MARKER_ENTRY]
	cld
	mov esp, early_stack_top
	mov edi, KIND_PVH

check_cpu:				; edi: kind, ebx: info
	mov ebp, ebx
	mov esi, no_long_mode
	pushfd				; CPUID exists iff EFLAGS.ID can change
	pop eax
	mov ecx, eax
	xor eax, 1 << 21
	push eax
	popfd
	pushfd
	pop eax
	cmp eax, ecx
	je die
	mov eax, 0x80000000
	cpuid
	cmp eax, 0x80000001
	jb die
	mov eax, 0x80000001
	cpuid
	test edx, 1 << 29		; LM
	jz die
	mov esi, no_nx
	test edx, 1 << 20		; NX
	jz die
	mov esi, no_memory		; our last word keeps what is stored
	mov eax, kernel_image_end - KERNEL_BASE - 4
	mov edx, [eax]
	not edx
	mov [eax], edx
	cmp [eax], edx
	jne die
	not dword [eax]

build_tables:
	mov eax, PAGE_PRESENT | PAGE_WRITE
	lea ecx, [pdpt_low + eax]
	mov [boot_pml4], ecx		; 0
	mov [boot_pml4 + 256 * 8], ecx	; DIRECT_MAP
	lea ecx, [pdpt_high + eax]
	mov [boot_pml4 + 511 * 8], ecx
	lea ecx, [directories + eax]
	mov [pdpt_high + 510 * 8], ecx	; KERNEL_BASE
	xor edx, edx
.directory:				; four directories, one GB each
	mov [pdpt_low + edx * 8], ecx
	add ecx, 4096
	inc edx
	cmp edx, 4
	jb .directory
	mov eax, PAGE_PRESENT | PAGE_WRITE | PAGE_LARGE
	xor edx, edx
.large_page:				; 2048 pages of 2 MB
	mov [directories + edx * 8], eax
	add eax, 2 << 20
	inc edx
	cmp edx, 2048
	jb .large_page

	ENTER_LONG_MODE
	lgdt [gdt_pointer]
	jmp 0x08:.long_mode

bits 64
.long_mode:
	xor eax, eax
	mov ds, eax
	mov es, eax
	mov ss, eax
	mov fs, eax
	mov gs, eax
	mov ecx, 0xc0000101		; gs base 0: the boot CPU's own area
	xor edx, edx			; (arch/x86_64/world/percpu.h)
	wrmsr
	mov rsp, boot_stack_top
	push 2				; no flag of the loader's: TF, NT, AC
	popfq
	mov esi, ebp			; info, zero extended
	mov edi, edi			; kind
	xor ebp, ebp			; the frame chain ends here
	push rbp			; a return address of 0, for backtraces;
	mov rax, kernel_main		; C finds rsp + 8 on a multiple of 16
	jmp rax

bits 32
die:					; esi: the message
	mov edi, TEXT_SCREEN
.next:
	lodsb
	test al, al
	jz .halt
	mov ah, 0x4f			; white on red
	mov [edi], ax
	add edi, 2
	mov ecx, 100000			; a port that is not there says ready
	mov ah, al			; or never: wait a bounded time
.wait:
	mov dx, COM1 + 5
	in al, dx
	test al, 0x20
	loopz .wait
	mov al, ah
	mov dx, COM1
	out dx, al
	jmp .next
.halt:
	mov al, 13
	mov dx, COM1
	out dx, al
	mov al, 10
	out dx, al
.stop:
	cli
	hlt
	jmp .stop

no_magic:	db 'quiesce: not started by a multiboot2 loader', 0
no_long_mode:	db 'quiesce: this CPU has no 64-bit long mode', 0
no_nx:		db 'quiesce: this CPU has no NX page protection', 0
no_memory:	db 'quiesce: not enough memory for the kernel itself', 0

	align 8
global boot_gdt, boot_gdt_limit
boot_gdt:
	dq 0
	dq 0x00af9a000000ffff		; 64-bit code, ring 0
boot_gdt_limit equ $ - boot_gdt - 1
gdt_pointer:
	dw boot_gdt_limit
	dd boot_gdt

section .boot.tables
	resb 256
early_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
