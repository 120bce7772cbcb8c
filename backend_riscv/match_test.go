package riscv_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
)

// matcher is a program that runs a match for each value of lo..=hi, with the cases in the given
// order. The program logs a sum that depends on each arm and on each value.
func matcher(typ string, lo, hi int64, cases [][2]int64, exhaustive bool) string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "fn pick(x: %s) -> u32 {\n  match x {\n", typ)
	for k, c := range cases {
		pattern := fmt.Sprint(c[0])
		if c[1] != c[0] {
			pattern = fmt.Sprintf("%d..=%d", c[0], c[1])
		}
		fmt.Fprintf(&sb, "    case %s { return %d }\n", pattern, arm(k))
	}
	if !exhaustive {
		sb.WriteString("    else { return 7 }\n")
	}
	fmt.Fprintf(&sb, "  }\n}\ntask t() {\n  var sum: u32 = 0\n  for i in %d..=%d {\n    sum = sum * 31 + pick(%s(i))\n  }\n  log.print(\"{sum}\")\n}\nsystem s {\n  run t()\n}\n", lo, hi, typ)
	return sb.String()
}

// arm is the result of arm k.
func arm(k int) uint32 { return uint32(k)*40503 + 11 }

func matched(lo, hi int64, cases [][2]int64) string {
	sum := uint32(0)
	for v := lo; v <= hi; v++ {
		got := uint32(7)
		for k, c := range cases {
			if c[0] <= v && v <= c[1] {
				got = arm(k)
			}
		}
		sum = sum*31 + got
	}
	return fmt.Sprint(sum)
}

// TestMatchOverNumbers checks how fast a match finds its arm: the number of comparisons grows
// with the logarithm of the number of arms. The cases have gaps, ranges and negative numbers,
// and the test tries all values.
func TestMatchOverNumbers(t *testing.T) {
	dense := make([][2]int64, 2000)
	for k := range dense {
		v := int64(k*1103) % 2000 // each value once, in no particular order
		dense[k] = [2]int64{v, v}
	}
	signed := [][2]int64{{100, 127}, {-128, -100}, {-1, -1}, {0, 0}, {1, 9}, {-50, -40}, {50, 50}, {-99, -51}, {60, 60}, {-39, -2}}
	whole := [][2]int64{{-128, -65}, {-64, -33}, {-32, -17}, {-16, -1}, {0, 0}, {1, 1}, {2, 15}, {16, 63}, {64, 126}, {127, 127}}
	for _, c := range []struct {
		name, typ  string
		lo, hi     int64
		cases      [][2]int64
		exhaustive bool
		most       uint64 // instructions for each value
	}{
		{"dense", "u32", 0, 2099, dense, false, 45},
		{"signed", "i8", -128, 127, signed, false, 30},
		{"whole", "i8", -128, 127, whole, true, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := design.NewTarget("t", isa.RV32IM(), 32)
			m := lowered(t, "match.sn", matcher(c.typ, c.lo, c.hi, c.cases, c.exhaustive))
			require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
			im, err := riscv.Compile(m, target)
			require.NoError(t, err)
			mc, tr := runImage(t, im, nil)
			require.Equal(t, []string{matched(c.lo, c.hi, c.cases)}, logsOf(tr))
			each := mc.Instructions() / uint64(c.hi-c.lo+1)
			t.Logf("%d instructions a value", each)
			require.LessOrEqual(t, each, c.most)
		})
	}
}
