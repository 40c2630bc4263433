; arch/x86_64/entry.asm - every trap and interrupt comes in here.
;
; Invariant   At the call of trap_dispatch: all registers are in a struct
;             trap_frame (arch/x86_64/trap.h) at rdi, gs is the kernel's, the
;             direction flag is clear, and rbp heads a frame record
;             { interrupted rbp, interrupted rip }, so that a backtrace walks
;             from the handler into the code that was interrupted.
;
; Two ways in.  Ordinary vectors test the saved privilege level: from user
; mode, gs is the user's, so swap.  NMI, #MC, #DB and #DF can strike between
; an entry and its swapgs, when cs says kernel and gs is still the user's; they
; run on IST stacks whose top holds this CPU's gs base (descriptors.c), save
; whatever gs base there was, load ours, and put the saved one back.
;
; References  Intel SDM vol. 3A, 6.14; Linux, Documentation/x86/entry_64.rst.

%define MSR_GS_BASE	0xc0000101
%define FRAME_CS	(15 + 3) * 8	; offsets in struct trap_frame
%define FRAME_RIP	(15 + 2) * 8
%define FRAME_RBP	8 * 8
%define FRAME_SIZE	(15 + 7) * 8

; these push an error code themselves
%define HAS_ERROR(v) ((v) = 8 || ((v) >= 10 && (v) <= 14) || (v) = 17 \
	|| (v) = 21 || (v) = 29 || (v) = 30)
%define IS_PARANOID(v) ((v) = 1 || (v) = 2 || (v) = 8 || (v) = 18)

extern trap_dispatch
global trap_stubs, trap_return

section .text progbits alloc exec nowrite align=16
bits 64

%macro PUSH_ALL 0
	push rax
	push rbx
	push rcx
	push rdx
	push rsi
	push rdi
	push rbp
	push r8
	push r9
	push r10
	push r11
	push r12
	push r13
	push r14
	push r15
%endmacro

%macro POP_ALL 0
	pop r15
	pop r14
	pop r13
	pop r12
	pop r11
	pop r10
	pop r9
	pop r8
	pop rbp
	pop rdi
	pop rsi
	pop rdx
	pop rcx
	pop rbx
	pop rax
%endmacro

; rsp: the trap frame, 16-byte aligned
%macro CALL_DISPATCH 0
	cld
	mov rdi, rsp
	push qword [rsp + FRAME_RIP]
	push rbp
	mov rbp, rsp
	call trap_dispatch
	add rsp, 16
%endmacro

align 16
trap_stubs:
%assign v 0
%rep 256
	align 16
%if !(HAS_ERROR(v))
	push 0
%endif
	push v
%if IS_PARANOID(v)
	jmp trap_paranoid
%else
	jmp trap_common
%endif
%assign v v + 1
%endrep

	align 16
trap_common:
	test byte [rsp + 3 * 8], 3	; cs, above vector, error, rip
	jz .kernel
	swapgs
.kernel:
	PUSH_ALL
	CALL_DISPATCH
trap_return:
	POP_ALL
	test byte [rsp + 3 * 8], 3
	jz .to_kernel
	swapgs
.to_kernel:
	add rsp, 16			; vector, error
	iretq

	align 16
trap_paranoid:
	PUSH_ALL
	mov ecx, MSR_GS_BASE
	rdmsr
	mov r12d, eax			; r12: the gs base we found; the callee
	shl rdx, 32			; keeps it
	or r12, rdx
	mov rax, [rsp + FRAME_SIZE]	; ours, above the frame
	mov rdx, rax
	shr rdx, 32
	wrmsr
	CALL_DISPATCH
	mov rax, r12
	mov rdx, r12
	shr rdx, 32
	mov ecx, MSR_GS_BASE
	wrmsr
	POP_ALL
	add rsp, 16
	iretq

section .note.GNU-stack noalloc noexec nowrite progbits
