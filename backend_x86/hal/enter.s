// The entry of a kernel that efi.c has loaded, in 64-bit mode with the firmware's page tables.
// rdi is its struct handover. The entry saves the handover, leaves 64-bit mode and continues
// like a PVH guest, which makes its own page tables.
.section .text.boot, "ax", @progbits
.code64
.globl uefi_entry
uefi_entry:
  cli
  cld
  mov %rdi, %rsi
  mov $handover, %edi
  mov $64, %ecx
  rep movsb
  mov $handover, %ebx
  mov %rbx, 24(%rbx)
  mov %cr0, %rax
  mov %rax, 64(%rbx)
  mov %cr3, %rax
  mov %rax, 72(%rbx)
  mov %cr4, %rax
  mov %rax, 80(%rbx)
  lgdt far_gdt_pointer
  pushq $8
  pushq $1f
  lretq
.code32
1: mov $16, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov $__interrupt_stack_top, %esp
  // disable paging, then 64-bit mode
  mov %cr0, %eax
  and $0x7fffffff, %eax
  mov %eax, %cr0
  mov $0xc0000080, %ecx
  rdmsr
  and $0xfffffeff, %eax
  wrmsr
  jmp pvh_entry

// A card's interrupt line stays active until the driver has read the card's registers. So
// interrupts stay off after the first one. The controller needs no end-of-interrupt command.
.code64
.globl line_stub
line_stub:
  andl $0xfffffdff, 16(%rsp)
  iretq

.section .rodata.boot, "a", @progbits
.balign 8
far_gdt_pointer: .word 31
.quad gdt

// Two pages, because the boot maps the loader's data read-only.
.section .bss.handover, "aw", @nobits
.balign 4096
.globl handover
handover: .skip 8192
