; tests/bench/plugin.asm - a bare machine whose counts are known by hand.
;
; Started by `qemu -kernel` through its PVH note, in 32-bit mode.  Between two
; markers lies code whose instructions, locked instructions, loads and stores
; can be counted in this file; tests/host/test_plugin.py expects exactly them.

%include "tests/bench/bare.inc"

ICR_LOW		equ 0xfee00300
ICR_HIGH	equ 0xfee00310
TRAMPOLINE	equ 0x8000

start:
	MARK 1			; 1 -> 2: nothing
	MARK 2			; 2 -> 3: a loop, 2 + 3 * 100
	mov ecx, 100
.loop:
	nop
	dec ecx
	jnz .loop
	nop
	MARK 3			; 3 -> 4: 2 locked of 4, one by xchg
	mov esp, stack_top
	lock inc dword [word_a]
	xchg eax, [word_a]
	xchg eax, ebx
	MARK 4			; 4 -> 5: rep counts each iteration, and its end
	mov eax, [word_a]
	mov eax, [word_a]
	mov edi, buffer
	mov ecx, 50
	xor eax, eax
	rep stosb
	MARK 5			; 5 -> 6: a fault in the middle of a block
	mov eax, on_ud
	mov [idt + 6 * 8], ax
	mov word [idt + 6 * 8 + 2], cs
	mov word [idt + 6 * 8 + 4], 0x8e00
	shr eax, 16
	mov [idt + 6 * 8 + 6], ax
	lidt [idtr]
	nop
	ud2
	nop
	nop
	nop
after_ud:
	MARK 6
	; 6 -> 7: the other processor counts for itself
	mov esi, ap_start
	mov edi, TRAMPOLINE
	mov ecx, ap_end - ap_start
	rep movsb
	mov dword [ICR_HIGH], 1 << 24
	mov dword [ICR_LOW], 0x4500		; INIT
	mov dword [ICR_LOW], 0x4600 + TRAMPOLINE / 4096	; SIPI
.wait:
	pause
	cmp dword [ap_done], 0
	je .wait
	MARK 7
	mov al, 0x10
	out 0xf4, al
	hlt

on_ud:
	mov dword [esp], after_ud
	iret

bits 16
ap_start:			; runs at TRAMPOLINE:0
	nop dword [bx + si]	; a no-op that is no marker
	a32 nop dword [eax + MARKER_BASE + 16]
	mov cx, 1000
.loop:
	dec cx
	jnz .loop
	a32 nop dword [eax + MARKER_BASE + 17]
	xor ax, ax
	mov ds, ax
	a32 inc dword [dword ap_done]
	hlt
ap_end:
bits 32

section .data align=8
word_a:	dd 0
ap_done: dd 0
idtr:	dw 255
	dd idt

section .bss nobits alloc noexec write align=16
idt:	resb 256
buffer:	resb 64
	resb 1024
stack_top:
