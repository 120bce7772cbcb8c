// Boot of a PVH guest: from the 32-bit entry that the note names to long mode with the guest's
// own descriptor table and page tables, then pvh_start(start_info). Text is executable,
// constants are read-only, and everything else is not executable. Three pages are not mapped:
// page 0, the page under the stack, and the page under the interrupt stack. pvh.c makes the
// tables read-only. This file is the module-level assembly of the program's LLVM module.
.section .note.pvh, "a", @note
.balign 4
.long 4, 8, 18
.asciz "Xen"
.quad pvh_entry

.section .text.boot, "ax", @progbits
.code32
.globl pvh_entry
pvh_entry:
  cli
  cld
  mov %ebx, %esi
  lgdt gdt_pointer
  ljmp $8, $1f
1: mov $16, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov $pml4, %edi
  movl $pdpt + 3, (%edi)
  movl $pd_low + 3, pdpt
  movl $pd_high + 3, pdpt + 24
  // as many page tables as the image needs, one after the other
  mov $pt_low + 3, %eax
  mov $pd_low, %edi
  mov $__page_tables, %ecx
7: mov %eax, (%edi)
  add $0x1000, %eax
  add $8, %edi
  loop 7b
  // the image's 4 KiB pages, from 1 MiB: text, constants, data
  mov $__text_start, %eax
  mov $__text_end, %ecx
  mov $1, %ebx
  xor %ebp, %ebp
  call map
  mov $__rodata_start, %eax
  mov $__rodata_end, %ecx
  mov $0x80000000, %ebp
  call map
  mov $__data_start, %eax
  mov $__data_end, %ecx
  mov $3, %ebx
  call map
  mov $__guard, %eax
  shr $9, %eax
  movl $0, pt_low(%eax)
  mov $__interrupt_guard, %eax
  shr $9, %eax
  movl $0, pt_low(%eax)
  // the data from the loader, read-only
  mov %esi, %eax
  lea 0x1000(%eax), %ecx
  mov $1, %ebx
  call map
  mov 24(%esi), %eax
  lea 0x1000(%eax), %ecx
  call map
  movl $0xc0000093, pd_high
  movl $0x80000000, pd_high + 4
  // devices, uncached and not executable: 0xfe000000 .. 0xffffffff (QEMU, interrupt
  // controllers) and 0xc0000000 (Firecracker) in 2 MiB pages
  mov $0xfe000093, %eax
  mov $pd_high + 0xf80, %edi
2: mov %eax, (%edi)
  movl $0x80000000, 4(%edi)
  add $8, %edi
  add $0x200000, %eax
  jnc 2b
  // long mode, no-execute
  mov $pml4, %eax
  mov %eax, %cr3
  mov $0x20, %eax
  mov %eax, %cr4
  mov $0xc0000080, %ecx
  mov $0x900, %eax
  xor %edx, %edx
  wrmsr
  mov $0x80000001, %eax // without write protection, which pvh.c turns on when the tables are finished
  mov %eax, %cr0
  ljmp $24, $3f

// map: pages from eax to ecx with flags ebx (low word) and ebp (high word).
map:
  and $0xfffff000, %eax
6: cmp %ecx, %eax
  jae 4f
  cmp $__mapped_end, %eax
  jae 8f
  mov %eax, %edi
  shr $9, %edi
  add $pt_low, %edi
  mov %eax, %edx
  or %ebx, %edx
  mov %edx, (%edi)
  mov %ebp, 4(%edi)
9: add $0x1000, %eax
  jmp 6b
8: // above the 4 KiB pages, and below 1 GiB: in 2 MiB pages
  cmp $0x40000000, %eax
  jae 4f
  mov %eax, %edi
  shr $18, %edi
  and $0xff8, %edi
  mov %eax, %edx
  and $0xffe00000, %edx
  or $0x81, %edx
  mov %edx, pd_low(%edi)
  mov %ebp, pd_low + 4(%edi)
  jmp 9b
4: ret

.code64
3: mov $__stack_top, %rsp
  // the set-up of SSE stands here
  mov %esi, %edi
  call pvh_start
5: hlt
  jmp 5b

.section .rodata.boot, "a", @progbits
.balign 8
.globl gdt
gdt: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff
// the task state segment: the linker script splits its address
.quad __tss_low, 0
gdt_pointer: .word 47
.long gdt

.section .bss.tables, "aw", @nobits
.balign 4096
.globl pml4
pml4: .skip 4096
pdpt: .skip 4096
pd_low: .skip 4096
pd_high: .skip 4096
.text
