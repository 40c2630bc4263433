; arch/x86_64/switch.asm - change stacks.
;
; Invariant   The stack of a context that nobody runs holds, from its rsp
;             upwards: r15 r14 r13 r12 rbx rbp and the address to return to.
;             rbp leads into the frame chain of context_switch's caller, so a
;             backtrace from (address, rbp) needs nothing else.
; References  System V ABI, AMD64 supplement, 3.2.1 (the callee-saved registers)

bits 64
section .text

; void context_switch(struct context *save, struct context *load)
global context_switch:function
context_switch:
	push rbp
	mov rbp, rsp		; a frame, for an NMI that lands here
	push rbx
	push r12
	push r13
	push r14
	push r15
	mov [rdi], rsp
	mov rsp, [rsi]
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbx
	pop rbp
	ret

; The first address of a new context: rbx is its entry, rbp 0 ends the chain.
global context_begin:function
context_begin:
	call rbx
	ud2			; entry returned

section .note.GNU-stack noalloc noexec nowrite progbits
