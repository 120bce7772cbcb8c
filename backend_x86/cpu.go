package x86

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/ir"
)

// CPU names the processor that a product is compiled for.
type CPU string

// The processors for which a product can be compiled. The zero value means the product's
// default. The default for linux is V3. The default for a guest allows only general registers,
// or V1 if the program has floats. A guest uses SSE2 at most.
const (
	Native CPU = "native"    // the processor of the machine that makes the product
	V1     CPU = "x86-64"    // all x86-64 processors: SSE2
	V3     CPU = "x86-64-v3" // processors since about 2013: AVX2, FMA, BMI
)

// feature is a feature that only some processors have. macro is the macro that clang defines
// when clang uses the feature. The other fields give the bit of CPUID that reports the feature
// (Intel SDM volume 2, CPUID).
type feature struct {
	macro          string
	leaf, reg, bit uint32
	name           string
}

// The registers of CPUID in the order in which the layer stores them.
const (
	ebx = 1
	ecx = 2
	edx = 3
)

// features lists the features that clang may use.
var features = []feature{
	{"__SSE3__", 1, ecx, 0, "SSE3"},
	{"__PCLMUL__", 1, ecx, 1, "PCLMULQDQ"},
	{"__SSSE3__", 1, ecx, 9, "SSSE3"},
	{"__FMA__", 1, ecx, 12, "FMA"},
	{"__SSE4_1__", 1, ecx, 19, "SSE4.1"},
	{"__SSE4_2__", 1, ecx, 20, "SSE4.2"},
	{"__MOVBE__", 1, ecx, 22, "MOVBE"},
	{"__CRC32__", 1, ecx, 20, "CRC32"},
	{"__POPCNT__", 1, ecx, 23, "POPCNT"},
	{"__AES__", 1, ecx, 25, "AES"},
	{"__XSAVE__", 1, ecx, 26, "XSAVE"},
	{"__AVX__", 1, ecx, 28, "AVX"},
	{"__F16C__", 1, ecx, 29, "F16C"},
	{"__BMI__", 7, ebx, 3, "BMI1"},
	{"__AVX2__", 7, ebx, 5, "AVX2"},
	{"__BMI2__", 7, ebx, 8, "BMI2"},
	{"__AVX512F__", 7, ebx, 16, "AVX512F"},
	{"__AVX512DQ__", 7, ebx, 17, "AVX512DQ"},
	{"__ADX__", 7, ebx, 19, "ADX"},
	{"__AVX512IFMA__", 7, ebx, 21, "AVX512IFMA"},
	{"__AVX512CD__", 7, ebx, 28, "AVX512CD"},
	{"__SHA__", 7, ebx, 29, "SHA"},
	{"__AVX512BW__", 7, ebx, 30, "AVX512BW"},
	{"__AVX512VL__", 7, ebx, 31, "AVX512VL"},
	{"__AVX512VBMI__", 7, ecx, 1, "AVX512VBMI"},
	{"__AVX512VBMI2__", 7, ecx, 6, "AVX512VBMI2"},
	{"__GFNI__", 7, ecx, 8, "GFNI"},
	{"__VAES__", 7, ecx, 9, "VAES"},
	{"__VPCLMULQDQ__", 7, ecx, 10, "VPCLMULQDQ"},
	{"__AVX512VNNI__", 7, ecx, 11, "AVX512VNNI"},
	{"__AVX512BITALG__", 7, ecx, 12, "AVX512BITALG"},
	{"__AVX512VPOPCNTDQ__", 7, ecx, 14, "AVX512VPOPCNTDQ"},
	{"__LZCNT__", 0x80000001, ecx, 5, "LZCNT"},
	{"__SSE4A__", 0x80000001, ecx, 6, "SSE4A"},
	{"__XOP__", 0x80000001, ecx, 11, "XOP"},
	{"__FMA4__", 0x80000001, ecx, 16, "FMA4"},
	{"__TBM__", 0x80000001, ecx, 21, "TBM"},
}

// target describes how a program is compiled for a processor.
type target struct {
	flags []string  // for clang
	needs []feature // features that the processor must have
}

// withoutContraction makes clang round the result of each operation separately.
var withoutContraction = []string{"-mno-mmx", "-ffp-contract=off"}

// targetOf is the target for a product and its options.
func (o Options) targetOf(ctx context.Context, m *ir.Module, p Product, tools *llvm.Tools) (target, error) {
	cpu := o.CPU
	if cpu == "" && p.isProcess() {
		cpu = V3
	}
	switch {
	case cpu == "" && !hasFloats(m):
		return target{flags: generalRegs}, nil
	case cpu != "" && cpu != V1 && cpu != V3 && cpu != Native:
		return target{}, fmt.Errorf("no processor %q; there are %s, %s and %s", cpu, Native, V1, V3)
	case !p.isProcess() || cpu == V1: // a guest does not enable AVX
		return target{flags: floatRegs}, nil
	}
	march := "-march=" + string(cpu)
	macros, err := tools.Macros(ctx, "--target=x86_64-unknown-linux-gnu", march)
	if err != nil {
		return target{}, err
	}
	t := target{flags: append([]string{march}, withoutContraction...)}
	for _, f := range append(slices.Clip(features), o.more...) {
		if f.macro == "" || slices.Contains(macros, f.macro) {
			t.needs = append(t.needs, f)
		}
	}
	return t, nil
}

// needsTable writes a table for the layer: the features that the processor must have.
func (t target) needsTable() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#define SN_NEEDS %d\n", len(t.needs))
	b.WriteString("__attribute__((unused)) static const struct { u32 leaf, reg, bit; const char *name; } sn_needs[] = {")
	for _, f := range t.needs {
		fmt.Fprintf(&b, "{%#x, %d, %d, %q}, ", f.leaf, f.reg, f.bit, f.name)
	}
	b.WriteString("{0, 0, 0, \"\"}};\n")
	return b.String()
}
