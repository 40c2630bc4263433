; arch/x86_64/ap.asm - an AP leaves the boot page tables behind.
;
; From boot/trampoline.asm with rsi = its struct ap_slot, now claimed.  Its
; stack and its per-CPU area are mapped in the kernel's tables only, so these
; come first; the code here and the slot are mapped in both.

; struct ap_slot (arch/x86_64/smp_slot.h)
%define SLOT_STACK	8
%define SLOT_GS_BASE	16
%define MSR_GS_BASE	0xc0000101

extern ap_root, smp_ap_entry
global ap_enter

section .text progbits alloc exec nowrite align=16
bits 64
ap_enter:
	mov rax, [ap_root]
	mov cr3, rax
	mov rsp, [rsi + SLOT_STACK]
	mov eax, [rsi + SLOT_GS_BASE]
	mov edx, [rsi + SLOT_GS_BASE + 4]
	mov ecx, MSR_GS_BASE
	wrmsr
	mov rdi, rsi
	xor ebp, ebp			; the frame chain ends here
	push rbp			; a return address of 0: rsp + 8 is a
	jmp smp_ap_entry		; multiple of 16, as after a call

section .note.GNU-stack noalloc noexec nowrite progbits
