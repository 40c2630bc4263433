; boot/trampoline.asm - an application processor's way from reset to C.
;
; smp.c copies trampoline_start..trampoline_end to a page below 1 MB; the SIPI
; starts every AP there, in real mode, with cs = page / 16.  It turns on long
; mode in one step on the boot page tables (boot/entry.asm; below 4 GB, kept
; for ever) and jumps to ap_long, which stays where it is linked.  Nothing in
; the page is written, so any number of APs may run it at the same time.
;
; ap_long finds its slot by its APIC id, takes it by swapping the state word
; offered -> claimed, and goes on in arch/x86_64/ap.asm.  An AP that finds the
; word refused (the boot CPU gave it up) or no slot at all stops here for good.
;
; References  Intel SDM vol. 3A, 8.4.4 (MP initialization), 10.8.5.

%include "boot/longmode.inc"

; struct ap_slot (arch/x86_64/smp.h)
%define SLOT_APIC_ID	0
%define SLOT_STATE	4
%define SLOT_SIZE	32
%define STATE_OFFERED	1
%define STATE_CLAIMED	2

extern boot_pml4, boot_gdt, boot_gdt_limit
extern ap_slots, ap_slot_count, ap_enter

section .boot.text progbits alloc exec nowrite align=16
global trampoline_start, trampoline_end

bits 16
trampoline_start:
	cli
	cld
	o32 lgdt [cs:gdt_pointer - trampoline_start]
	ENTER_LONG_MODE
	jmp dword 0x08:ap_long
	align 4
gdt_pointer:
	dw boot_gdt_limit
	dd boot_gdt
trampoline_end:

bits 64
ap_long:
	xor eax, eax
	mov ds, eax
	mov es, eax
	mov ss, eax
	mov fs, eax
	mov gs, eax
	cpuid				; leaf 0: the highest leaf
	cmp eax, 0xb
	jb .initial_id
	mov eax, 0xb
	xor ecx, ecx
	cpuid
	test ebx, ebx			; 0: leaf not implemented
	jz .initial_id
	mov edi, edx			; x2APIC id, 32 bits
	jmp .find
.initial_id:
	mov eax, 1
	cpuid
	shr ebx, 24
	mov edi, ebx
.find:
	mov rsi, ap_slots
	mov rcx, ap_slot_count
	mov ecx, [rcx]
.next:
	test ecx, ecx
	jz .stop
	cmp [rsi + SLOT_APIC_ID], edi
	je .mine
	add rsi, SLOT_SIZE
	dec ecx
	jmp .next
.mine:
	mov eax, STATE_OFFERED
	mov edx, STATE_CLAIMED
	lock cmpxchg [rsi + SLOT_STATE], edx	; pairs with smp.c [A], [B]
	jne .stop
	mov rax, ap_enter		; in the upper half
	jmp rax
.stop:
	cli
	hlt
	jmp .stop

section .note.GNU-stack noalloc noexec nowrite progbits
