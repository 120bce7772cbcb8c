// The exceptions and the interrupt of a PVH guest, as module-level assembly of the
// program's LLVM module.
.section .text.boot, "ax", @progbits
.code64
// One stub of two bytes for each exception. Each stub runs on into the next one, so the number
// of pushed words identifies the vector. pvh_crash does the rest.
.globl crash_stubs
crash_stubs:
.rept 32
  push %rax
  push %rax
.endr
  mov %rsp, %rdi
  mov %cr2, %rsi
  and $-16, %rsp
  call pvh_crash

// The device interrupt only ends a hlt. It runs on a separate stack.
.globl wake_stub
wake_stub:
  push %rax
  mov $0xfee000b0, %eax
  movl $0, (%rax)
  pop %rax
  iretq

// A spurious interrupt needs no end-of-interrupt command.
.globl spurious_stub
spurious_stub:
  iretq
