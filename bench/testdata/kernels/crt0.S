# Start-up code. .bss is not cleared: memory starts as zero.
    .section .init, "ax"
    .globl _start
_start:
    lui   sp, 0x10
    call  main
    lui   t0, 0x10
    sw    a0, 8(t0)
1:  j     1b
