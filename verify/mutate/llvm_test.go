package mutate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/verify/mutate"
)

const printed = "define void @f() {\n" +
	"\t%3 = lshr i64 %2, 32, !dbg !8\n" +
	"\t%4 = icmp ult i32 %3, %1, !dbg !8\n" +
	"\t%5 = select i1 %4, i32 %a, i32 7, !dbg !8\n" +
	"\tbr i1 %4, label %b1, label %b2, !dbg !8\n" +
	"\t%6 = phi i32 [ %5, %b1 ], [ %a, %b2 ]\n" +
	"\t%7 = getelementptr i8, i8* bitcast ([8 x i8]* @o to i8*), i64 4, !dbg !8\n" +
	"\tcall void @llvm.memset.p0i8.i64(i8* %7, i8 0, i64 4, i1 false), !dbg !8\n" +
	"\tcall void @sn_log_u(i64 %3), !dbg !8\n}\n"

// TestMisprints checks that each kind of mistake changes its target, and nothing else.
func TestMisprints(t *testing.T) {
	want := map[string]string{
		"becomes ashr: lshr":              "\t%3 = ashr i64 %2, 32, !dbg !8",
		"operands exchanged: lshr":        "\t%3 = lshr i64 32, %2, !dbg !8",
		"constant off by one: lshr":       "\t%3 = lshr i64 %2, 33, !dbg !8",
		"becomes slt: ult":                "\t%4 = icmp slt i32 %3, %1, !dbg !8",
		"operands exchanged: ult":         "\t%4 = icmp ult i32 %1, %3, !dbg !8",
		"arms exchanged: select":          "\t%5 = select i1 %4, i32 7, i32 %a, !dbg !8",
		"condition negated: br":           "\tbr i1 %4, label %b2, label %b1, !dbg !8",
		"values exchanged: phi":           "\t%6 = phi i32 [ %a, %b1 ], [ %5, %b2 ]",
		"place off by one: getelementptr": "\t%7 = getelementptr i8, i8* bitcast ([8 x i8]* @o to i8*), i64 5, !dbg !8",
		"one byte short: memset":          "\tcall void @llvm.memset.p0i8.i64(i8* %7, i8 0, i64 3, i1 false), !dbg !8",
		"becomes sn_log_i: sn_log_u":      "\tcall void @sn_log_i(i64 %3), !dbg !8",
	}
	names := mutate.LLVM(printed)
	require.Len(t, names, len(want))
	for _, name := range names {
		wrong := mutate.Misprint(printed, name)
		require.Contains(t, wrong, want[name], name)
		require.Len(t, wrong, len(printed), name)
		require.Contains(t, mutate.ReachLLVM(printed, name), "ud2", name)
	}
}
