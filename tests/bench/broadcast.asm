; tests/bench/broadcast.asm - the least that starts every processor.
;
; What `make bench` compares our start of 255 CPUs with: INIT to all but self,
; a wait, SIPI, a short wait, SIPI again, to a trampoline that only counts.  No
; tables are read: how many there are is asked of fw_cfg.  Started by PVH, in
; 32-bit mode; marker 1 is its entry, marker 7 "all have counted" (the ids of
; arch/x86_64/marker.h: entry and online).
;
; References  Intel SDM vol. 3A, 8.4.4.1; QEMU docs/specs/fw_cfg.txt (key 5).

%define MARKER_ENTRY	1
%define MARKER_ONLINE	7
%include "tests/bench/bare.inc"

ICR_LOW		equ 0xfee00300
SPURIOUS	equ 0xfee000f0
OTHERS		equ 0xc0000
TRAMPOLINE	equ 0x8000
INIT_WAIT_US	equ 4000	; shorter than the manual's 10 ms: the stricter
SIPI_WAIT_US	equ 200

start:
	MARK MARKER_ENTRY
	mov esp, stack_top
	mov dx, 0x510		; fw_cfg: the number of processors
	mov ax, 5
	out dx, ax
	inc dx
	in al, dx
	movzx ebp, al
	dec ebp
	mov esi, trampoline
	mov edi, TRAMPOLINE
	mov ecx, trampoline_end - trampoline
	rep movsb
	or dword [SPURIOUS], 0x100
	mov dword [ICR_LOW], OTHERS | 0x4500
	mov ecx, INIT_WAIT_US
	call wait_us
	mov dword [ICR_LOW], OTHERS | 0x4600 | TRAMPOLINE / 4096
	mov ecx, SIPI_WAIT_US
	call wait_us
	mov dword [ICR_LOW], OTHERS | 0x4600 | TRAMPOLINE / 4096
.wait:
	pause
	cmp [counted], ebp
	jne .wait
	MARK MARKER_ONLINE
	mov al, 0x10
	out 0xf4, al
	hlt

; ecx microseconds on channel 2 of the PIT (1.193182 MHz), at most 50 ms
wait_us:
	in al, 0x61
	and al, 0xfc
	out 0x61, al		; gate low: stopped
	mov al, 0xb0		; channel 2, mode 0, low byte then high
	out 0x43, al
	imul eax, ecx, 1193
	xor edx, edx
	mov ecx, 1000
	div ecx
	out 0x42, al
	mov al, ah
	out 0x42, al
	in al, 0x61
	or al, 1
	out 0x61, al		; gate high: it counts down
.poll:
	pause
	in al, 0x61
	test al, 0x20
	jz .poll
	ret

bits 16
trampoline:			; runs at TRAMPOLINE:0
	cli
	xor ax, ax
	mov ds, ax
	a32 lock inc dword [dword counted]
.sleep:
	hlt
	jmp .sleep
trampoline_end:

section .bss nobits alloc noexec write align=16
counted: resd 1
	resb 1024
stack_top:
