target triple = "x86_64-unknown-none-elf"

module asm ".text"
module asm ".globl x"

@obj.tab = internal constant [4 x i8] c"\01\02\03\04", align 4
@obj.hits = internal global [8 x i8] zeroinitializer, align 4
@frame.main.big = internal global [600 x i8] zeroinitializer, align 4
@text.0 = internal constant [2 x i8] c"n "
@text.1 = internal constant [4 x i8] c" of "
@text.2 = internal constant [1 x i8] c"!"

define weak { i32, i5 } @fn.pair(i8* noalias nocapture align 4 readonly %o0, i32 %v1, i5 %v2) nounwind "no-builtins" noinline {
entry:
	br label %b0

b0:
	%0 = getelementptr i8, i8* %o0, i64 4
	%1 = bitcast i8* %0 to i32*
	%2 = load i32, i32* %1, align 4
	%3 = icmp eq i32 %v1, 0
	%4 = select i1 %3, i32 1, i32 %v1
	%5 = udiv i32 %2, %4
	%6 = select i1 %3, i32 u0xFFFFFFFF, i32 %5
	%7 = and i32 %v1, 7
	%8 = icmp uge i32 %7, 5
	%9 = select i1 %8, i32 0, i32 %7
	%10 = trunc i32 %9 to i5
	%11 = shl i5 %v2, %10
	%12 = select i1 %8, i5 0, i5 %11
	%13 = insertvalue { i32, i5 } undef, i32 %6, 0
	%14 = insertvalue { i32, i5 } %13, i5 %12, 1
	ret { i32, i5 } %14
}

define void @sn_main() nounwind "no-builtins" {
entry:
	%0 = alloca [64 x i8], align 4
	%1 = bitcast [64 x i8]* %0 to i8*
	br label %b0

b0:
	call void @llvm.memset.p0i8.i64(i8* %1, i8 0, i64 64, i1 false)
	%2 = call i32 @sn_wait(i32 1)
	%3 = call i32 @sn_take(i32 0, i8* %1, i32 60)
	%4 = icmp ne i32 %3, 0
	%5 = call { i32, i5 } @fn.pair(i8* %1, i32 %2, i5 31)
	%6 = extractvalue { i32, i5 } %5, 0
	%7 = extractvalue { i32, i5 } %5, 1
	br i1 %4, label %b1, label %side1

b1:
	%v14 = phi i32 [ %6, %b0 ], [ %2, %side1 ]
	%8 = icmp ult i32 %v14, 3
	br i1 %8, label %next2, label %trap2

side1:
	br label %b1

trap2:
	call void @sn_trap(i32 0, i32 0)
	unreachable

next2:
	%9 = add i32 %v14, u0xFFFFFFFF
	%10 = zext i32 %9 to i64
	%11 = getelementptr i8, i8* bitcast ([4 x i8]* @obj.tab to i8*), i64 %10
	%12 = bitcast i8* %11 to i8*
	%13 = load i8, i8* %12, align 1
	%14 = zext i8 %13 to i32
	%15 = getelementptr i8, i8* bitcast ([8 x i8]* @obj.hits to i8*), i64 4
	%16 = bitcast i8* %15 to i32*
	store i32 %14, i32* %16, align 4
	call void @llvm.memmove.p0i8.p0i8.i64(i8* bitcast ([600 x i8]* @frame.main.big to i8*), i8* %1, i64 64, i1 false)
	%17 = getelementptr i8, i8* bitcast ([600 x i8]* @frame.main.big to i8*), i64 2
	%18 = bitcast i8* %17 to i16*
	%19 = load i16, i16* %18, align 2
	%20 = trunc i16 %19 to i12
	call void @sn_mark(i32 0, i32 0)
	call void @sn_log_begin(i32 0, i32 0)
	call void @sn_log_text(i8* bitcast ([2 x i8]* @text.0 to i8*), i32 2)
	%21 = zext i12 %20 to i64
	%22 = shl i64 %21, 52
	%23 = ashr i64 %22, 52
	call void @sn_log_i(i64 %23)
	call void @sn_log_text(i8* bitcast ([4 x i8]* @text.1 to i8*), i32 4)
	call void @sn_log_bytes(i8* %1)
	call void @sn_log_text(i8* bitcast ([1 x i8]* @text.2 to i8*), i32 1)
	call void @sn_log_end()
	call void @sn_send(i32 0, i8* %1)
	call void @sn_halt()
	ret void
}

declare void @llvm.memset.p0i8.i64(i8* %0, i8 %1, i64 %2, i1 %3) nounwind

declare i32 @sn_wait(i32 %0) nounwind

declare i32 @sn_take(i32 %0, i8* %1, i32 %2) nounwind

declare void @sn_trap(i32 %0, i32 %1) nounwind noreturn cold

declare void @llvm.memmove.p0i8.p0i8.i64(i8* %0, i8* %1, i64 %2, i1 %3) nounwind

declare void @sn_mark(i32 %0, i32 %1) nounwind

declare void @sn_log_begin(i32 %0, i32 %1) nounwind

declare void @sn_log_text(i8* %0, i32 %1) nounwind

declare void @sn_log_i(i64 %0) nounwind

declare void @sn_log_bytes(i8* %0) nounwind

declare void @sn_log_end() nounwind

declare void @sn_send(i32 %0, i8* %1) nounwind

declare void @sn_halt() nounwind
