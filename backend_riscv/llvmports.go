package riscv

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
)

// portText defines the operations of the system as inline functions that access port registers.
// LLVM does not see the memory accesses of the frame engine, and work must not move out of a
// timed region. So compiler fences surround frame transfers and timed regions. In the last word
// of a bytes value, the bytes after the end are zero. $NAME$ stands for the address of port
// register NAME.
const portText = `
define internal void @sn_fence() alwaysinline nounwind {
  call void asm sideeffect "", "~{memory}"()
  ret void
}

define internal i32 @sn_status() alwaysinline nounwind {
  %r = load volatile i32, i32* $STATUS$
  ret i32 %r
}

define internal i64 @sn_now() alwaysinline nounwind {
  %low = load volatile i32, i32* $NOW$
  %high = load volatile i32, i32* $NOW_HIGH$
  %l = zext i32 %low to i64
  %h = zext i32 %high to i64
  %up = shl i64 %h, 32
  %r = or i64 %up, %l
  ret i64 %r
}

define internal i32 @sn_get(i32 %dev) alwaysinline nounwind {
  %words = getelementptr i32, i32* $LEVEL0$, i32 %dev
  %r = load volatile i32, i32* %words
  ret i32 %r
}

define internal void @sn_put(i32 %dev, i32 %v) alwaysinline nounwind {
  %words = getelementptr i32, i32* $LEVEL0$, i32 %dev
  store volatile i32 %v, i32* %words
  ret void
}

define internal void @sn_alarm(i64 %deadline) alwaysinline nounwind {
  %low = trunc i64 %deadline to i32
  %up = lshr i64 %deadline, 32
  %high = trunc i64 %up to i32
  store volatile i32 %low, i32* $DUE$
  store volatile i32 %high, i32* $DUE_HIGH$
  ret void
}

define internal i32 @sn_wait(i32 %mask) alwaysinline nounwind {
  store volatile i32 %mask, i32* $WAIT$
  %r = load volatile i32, i32* $WAIT$
  ret i32 %r
}

define internal i32 @sn_take(i32 %dev, i8* %buf, i32 %capacity) alwaysinline nounwind {
  %at = ptrtoint i8* %buf to i32
  %first = add i32 %at, 4
  %go = shl i32 %dev, 1
  store volatile i32 %first, i32* $ADDR$
  store volatile i32 %capacity, i32* $LEN$
  call void @sn_fence()
  store volatile i32 %go, i32* $GO$
  call void @sn_fence()
  %n = load volatile i32, i32* $LEN$
  %length = bitcast i8* %buf to i32*
  store i32 %n, i32* %length, align 4
  ret i32 %n
}

define internal void @sn_send(i32 %dev, i8* %buf) alwaysinline nounwind {
  %at = ptrtoint i8* %buf to i32
  %first = add i32 %at, 4
  %twice = shl i32 %dev, 1
  %go = or i32 %twice, 1
  %length = bitcast i8* %buf to i32*
  %n = load i32, i32* %length, align 4
  store volatile i32 %first, i32* $ADDR$
  store volatile i32 %n, i32* $LEN$
  call void @sn_fence()
  store volatile i32 %go, i32* $GO$
  call void @sn_fence()
  ret void
}

define internal i32 @sn_take_bytes(i32 %dev, i8* %buf, i32 %capacity) alwaysinline nounwind {
entry:
  %length = bitcast i8* %buf to i32*
  %from = getelementptr i32, i32* $LEVEL0$, i32 %dev
  %bit = shl i32 1, %dev
  br label %next
next:
  %n = phi i32 [ 0, %entry ], [ %m, %more ]
  %w = load volatile i32, i32* %from
  %b = trunc i32 %w to i8
  %k = add i32 %n, 4
  %to = getelementptr i8, i8* %buf, i32 %k
  store i8 %b, i8* %to
  %m = add i32 %n, 1
  %full = icmp eq i32 %m, %capacity
  br i1 %full, label %done, label %more
more:
  %ready = load volatile i32, i32* $STATUS$
  %mine = and i32 %ready, %bit
  %none = icmp eq i32 %mine, 0
  br i1 %none, label %done, label %next
done:
  store i32 %m, i32* %length, align 4
  ret i32 %m
}

define internal void @sn_send_bytes(i32 %dev, i8* %buf) alwaysinline nounwind {
entry:
  %length = bitcast i8* %buf to i32*
  %to = getelementptr i32, i32* $LEVEL0$, i32 %dev
  %n = load i32, i32* %length, align 4
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %j, %body ]
  %some = icmp ult i32 %i, %n
  br i1 %some, label %body, label %done
body:
  %k = add i32 %i, 4
  %from = getelementptr i8, i8* %buf, i32 %k
  %b = load i8, i8* %from
  %w = zext i8 %b to i32
  store volatile i32 %w, i32* %to
  %j = add i32 %i, 1
  br label %head
done:
  ret void
}

define internal void @sn_mark(i32 %task, i32 %mark) alwaysinline nounwind {
  call void @sn_fence()
  store volatile i32 %mark, i32* $MARK$
  call void @sn_fence()
  ret void
}

define internal void @sn_halt() alwaysinline nounwind {
  store volatile i32 0, i32* $HALT$
  ret void
}

define internal void @sn_log_word(i32 %w) alwaysinline nounwind {
  store volatile i32 %w, i32* $LOG$
  ret void
}

define internal void @sn_log_begin(i32 %task, i32 %site) alwaysinline nounwind {
  %high = shl i32 %task, 16
  %w = or i32 %high, %site
  store volatile i32 %w, i32* $LOG$
  ret void
}

define internal void @sn_log_bytes(i8* %buf) noinline nounwind "no-builtins" {
entry:
  %words = bitcast i8* %buf to i32*
  %n = load i32, i32* %words, align 4
  store volatile i32 %n, i32* $LOG$
  br label %head
head:
  %left = phi i32 [ %n, %entry ], [ %less, %next ]
  %p = phi i32* [ %words, %entry ], [ %q, %next ]
  %some = icmp ne i32 %left, 0
  br i1 %some, label %body, label %done
body:
  %q = getelementptr i32, i32* %p, i32 1
  %w = load i32, i32* %q, align 4
  %whole = icmp uge i32 %left, 4
  br i1 %whole, label %next, label %last
next:
  store volatile i32 %w, i32* $LOG$
  %less = sub i32 %left, 4
  br label %head
last:
  %bits = shl i32 %left, 3
  %over = sub i32 32, %bits
  %up = shl i32 %w, %over
  %cut = lshr i32 %up, %over
  store volatile i32 %cut, i32* $LOG$
  br label %done
done:
  ret void
}
`

// portSupport is portText with the registers of the design.
func portSupport() string {
	var pairs []string
	for _, r := range port.Registers() {
		pairs = append(pairs, "$"+strings.ToUpper(r.Name)+"$", fmt.Sprintf("inttoptr (i32 %d to i32*)", int32(r.Reg.Addr())))
	}
	return strings.NewReplacer(pairs...).Replace(portText)
}

// bulkSource contains the functions that LLVM calls for long copies and fills. All objects are
// aligned to words, so most calls move whole words.
const bulkSource = `
typedef unsigned u32;

void *memmove(void *to, const void *from, u32 n) {
  char *d = to;
  const char *s = from;
  u32 words = ((u32)d | (u32)s | n) & 3 ? 0 : n;
  if (d <= s) {
    for (u32 i = 0; i < words; i += 4) *(u32 *)(d + i) = *(const u32 *)(s + i);
    for (u32 i = words; i < n; i++) d[i] = s[i];
    return to;
  }
  for (u32 i = n; i > words; i--) d[i - 1] = s[i - 1];
  for (u32 i = words; i; i -= 4) *(u32 *)(d + i - 4) = *(const u32 *)(s + i - 4);
  return to;
}

void *memcpy(void *to, const void *from, u32 n) { return memmove(to, from, n); }

void *memset(void *to, int byte, u32 n) {
  char *d = to;
  u32 words = byte || ((u32)d | n) & 3 ? 0 : n;
  for (u32 i = 0; i < words; i += 4) *(u32 *)(d + i) = 0;
  for (u32 i = words; i < n; i++) d[i] = (char)byte;
  return to;
}
`

// coreScript lays out a core's memories: data from 0, the stack after the data, and text at
// design.TextBase.
const coreScript = `ENTRY(_start)
PHDRS { data PT_LOAD FLAGS(6); text PT_LOAD FLAGS(5); }
SECTIONS
{
  __global_pointer$ = 0x7fc;
  . = 0;
  .data : { *(.sdata .sdata.* .srodata .srodata.* .data .data.* .rodata .rodata.*) } :data
  .bss (NOLOAD) : { *(.sbss .sbss.* .bss .bss.* COMMON) . = ALIGN(4); } :data
  .stack (NOLOAD) : { . = . + __stack_size; . = ALIGN(__stack_size == 0 ? 4 : 16); } :data
  __stack_top = .;
  . = 0x00100000;
  .text : { *(.text.start) *(.text .text.*) } :text
  /DISCARD/ : { *(.comment) *(.note.GNU-stack) *(.llvm_addrsig) *(.riscv.attributes) *(.eh_frame*) }
}
`
