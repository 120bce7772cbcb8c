@obj.tab = internal constant [4 x i8] c"\01\02\03\04", align 4
@obj.hits = internal global [8 x i8] zeroinitializer, align 4
@frame.main.big = internal global [600 x i8] zeroinitializer, align 4

!llvm.dbg.cu = !{!1}
!llvm.module.flags = !{!2, !3}

!0 = !DIFile(filename: "-", directory: ".")
!1 = distinct !DICompileUnit(language: DW_LANG_C99, file: !0, producer: "sinter", emissionKind: FullDebug)
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 7, !"Dwarf Version", i32 4}
!4 = !{null}
!5 = !DISubroutineType(types: !4)
!6 = distinct !DISubprogram(name: "pair", linkageName: "fn.pair", scope: !0, file: !0, type: !5, spFlags: DISPFlagDefinition, unit: !1)
!7 = !DILocation(line: 1, scope: !6)
!8 = !DILocation(line: 2, scope: !6)
!9 = !DILocation(line: 3, scope: !6)
!10 = !DILocation(line: 4, scope: !6)
!11 = !{null}
!12 = !DISubroutineType(types: !11)
!13 = distinct !DISubprogram(name: "main", linkageName: "sn_main", scope: !0, file: !0, type: !12, spFlags: DISPFlagDefinition, unit: !1)
!14 = !DILocation(line: 5, scope: !13)
!15 = !DILocation(line: 6, scope: !13)
!16 = !DILocation(line: 7, scope: !13)
!17 = !DILocation(line: 8, scope: !13)
!18 = !DILocation(line: 9, scope: !13)
!19 = !DILocation(line: 10, scope: !13)
!20 = !DILocation(line: 11, scope: !13)
!21 = !DILocation(line: 12, scope: !13)
!22 = !DILocation(line: 13, scope: !13)
!23 = !DILocation(line: 14, scope: !13)
!24 = !DILocation(line: 15, scope: !13)

define weak { i32, i5 } @fn.pair(i8* noalias nocapture align 4 readonly %o0, i32 %v1, i5 %v2) nounwind "no-builtins" noinline !dbg !6 {
entry:
	br label %b0

b0:
	%0 = getelementptr i8, i8* %o0, i32 4, !dbg !7
	%1 = bitcast i8* %0 to i32*, !dbg !7
	%2 = load i32, i32* %1, align 4, !dbg !7
	%3 = icmp eq i32 %v1, 0, !dbg !8
	%4 = select i1 %3, i32 1, i32 %v1, !dbg !8
	%5 = udiv i32 %2, %4, !dbg !8
	%6 = select i1 %3, i32 u0xFFFFFFFF, i32 %5, !dbg !8
	%7 = and i32 %v1, 7, !dbg !9
	%8 = icmp uge i32 %7, 5, !dbg !9
	%9 = select i1 %8, i32 0, i32 %7, !dbg !9
	%10 = trunc i32 %9 to i5, !dbg !9
	%11 = shl i5 %v2, %10, !dbg !9
	%12 = select i1 %8, i5 0, i5 %11, !dbg !9
	%13 = insertvalue { i32, i5 } undef, i32 %6, 0
	%14 = insertvalue { i32, i5 } %13, i5 %12, 1
	ret { i32, i5 } %14, !dbg !10
}

define void @sn_main() nounwind "no-builtins" !dbg !13 {
entry:
	%0 = alloca [64 x i8], align 4
	%1 = bitcast [64 x i8]* %0 to i8*
	br label %b0

b0:
	call void @llvm.memset.p0i8.i32(i8* %1, i8 0, i32 64, i1 false), !dbg !14
	%2 = call i32 @sn_wait(i32 1), !dbg !16
	%3 = call i32 @sn_take(i32 0, i8* %1, i32 60), !dbg !17
	%4 = icmp ne i32 %3, 0, !dbg !17
	%5 = call { i32, i5 } @fn.pair(i8* %1, i32 %2, i5 31), !dbg !19
	%6 = extractvalue { i32, i5 } %5, 0, !dbg !19
	%7 = extractvalue { i32, i5 } %5, 1, !dbg !19
	br i1 %4, label %b1, label %side1, !dbg !14

b1:
	%v14 = phi i32 [ %6, %b0 ], [ %2, %side1 ]
	%8 = icmp ult i32 %v14, 3, !dbg !21
	br i1 %8, label %next2, label %trap2, !dbg !22

side1:
	br label %b1

trap2:
	call void asm sideeffect "j trap", ""(), !dbg !22
	unreachable

next2:
	%9 = add i32 %v14, u0xFFFFFFFF, !dbg !23
	%10 = getelementptr i8, i8* bitcast ([4 x i8]* @obj.tab to i8*), i32 %9, !dbg !23
	%11 = bitcast i8* %10 to i8*, !dbg !23
	%12 = load i8, i8* %11, align 1, !dbg !23
	%13 = zext i8 %12 to i32, !dbg !23
	%14 = getelementptr i8, i8* bitcast ([8 x i8]* @obj.hits to i8*), i32 4, !dbg !14
	%15 = bitcast i8* %14 to i32*, !dbg !14
	store i32 %13, i32* %15, align 4, !dbg !14
	call void @llvm.memmove.p0i8.p0i8.i32(i8* bitcast ([600 x i8]* @frame.main.big to i8*), i8* %1, i32 64, i1 false), !dbg !14
	%16 = getelementptr i8, i8* bitcast ([600 x i8]* @frame.main.big to i8*), i32 2, !dbg !24
	%17 = bitcast i8* %16 to i16*, !dbg !24
	%18 = load i16, i16* %17, align 2, !dbg !24
	%19 = trunc i16 %18 to i12, !dbg !24
	call void @sn_mark(i32 0, i32 0), !dbg !14
	call void @sn_log_begin(i32 0, i32 0), !dbg !14
	%20 = zext i12 %19 to i64, !dbg !14
	%21 = trunc i64 %20 to i32, !dbg !14
	call void @sn_log_word(i32 %21), !dbg !14
	call void @sn_log_bytes(i8* %1), !dbg !14
	call void @sn_send(i32 0, i8* %1), !dbg !14
	call void @sn_halt(), !dbg !14
	ret void, !dbg !14
}

declare void @llvm.memset.p0i8.i32(i8* %0, i8 %1, i32 %2, i1 %3) nounwind

declare i32 @sn_wait(i32 %0) nounwind

declare i32 @sn_take(i32 %0, i8* %1, i32 %2) nounwind

declare void @llvm.memmove.p0i8.p0i8.i32(i8* %0, i8* %1, i32 %2, i1 %3) nounwind

declare void @sn_mark(i32 %0, i32 %1) nounwind

declare void @sn_log_begin(i32 %0, i32 %1) nounwind

declare void @sn_log_word(i32 %0) nounwind

declare void @sn_log_bytes(i8* %0) nounwind

declare void @sn_send(i32 %0, i8* %1) nounwind
define internal void @sn_halt() alwaysinline {
  ret void
}
