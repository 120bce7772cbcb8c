package syntax

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
)

// generated returns a program of about n lines that uses most of the language.
func generated(n int) string {
	var b strings.Builder
	b.WriteString("use net\n")
	for lines, i := 1, 0; lines < n; lines, i = lines+14, i+1 {
		fmt.Fprintf(&b, `struct Pair%[1]d { a: u32; b: u32 }
fn mix%[1]d(x: u32, y: u32, t: inout [16]u32) -> u32 {
  var sum: u32 = x * 2654435761 + (y >> 3)
  for i in 0..16 {
    let w = t[i] & 0xff | y << 8
    if w > 7 and not (sum == 3) {
      t[i] = sum + w %% 13
    } else {
      sum = sum ^ mix%[1]d(w, y: i, t)
    }
  }
  while sum > 100 max 64 { sum = sum / 2 }
  return sum
}
`, i)
	}
	return b.String()
}

func BenchmarkParse10kLines(b *testing.B) {
	f := &diag.File{Name: "gen.sn", Text: generated(10000)}
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := Parse(f); errs != nil {
			b.Fatal(diag.Render(errs))
		}
	}
}

func BenchmarkParseSmall(b *testing.B) {
	f := &diag.File{Name: "gen.sn", Text: generated(15)}
	for b.Loop() {
		if _, errs := Parse(f); errs != nil {
			b.Fatal(diag.Render(errs))
		}
	}
}
