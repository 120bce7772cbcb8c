package examples

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// wordsProgram sums and copies every part of up to 40 bytes at every position of a buffer, with
// operations on words where possible. The program repeats each copy with the part at an aligned
// position, and logs the results.
const wordsProgram = `use checksum

fn mixed(h: u32, v: u32) -> u32 { return (h ^ v) * 16777619 }

task look() {
  let data: bytes<64> = %s
  var b: bytes<64>
  b.append(data)
  for at in 0..8 {
    var sums: u32 = 2166136261
    var copies: u32 = 2166136261
    for n in 0..=40 {
      let from: u32 = at
      let to = from + n
      if to > b.len or from > to { continue }
      sums = mixed(sums, checksum.inet_add(7, b[from..to]))
      var c: bytes<64>
      c.resize(from)
      c.append(b[from..to])
      c.append(0x5a)
      var whole: bytes<64>
      whole.append(c)
      for k in 0..64 {
        if k < whole.len { copies = mixed(copies, u32(whole[k])) }
      }
    }
    log.print("{sums} {copies}")
  }
}

system words { run look() }
`

// wordsModel computes the program's log byte by byte.
func wordsModel(b []byte) (lines []string) {
	mix := func(h *uint32, v uint32) { *h = (*h ^ v) * 16777619 }
	for at := range 8 {
		sums, copies := uint32(2166136261), uint32(2166136261)
		for n := 0; n <= 40; n++ {
			sum := uint32(0)
			for k, c := range b[at : at+n] {
				sum += uint32(c) << (8 * (1 - k%2))
			}
			for sum > 0xffff {
				sum = sum&0xffff + sum>>16
			}
			mix(&sums, 7+sum)
			for _, c := range append(append(make([]byte, at), b[at:at+n]...), 0x5a) {
				mix(&copies, uint32(c))
			}
		}
		lines = append(lines, fmt.Sprintf("%d %d", sums, copies))
	}
	return lines
}

// TestWordsOfBytes checks that sums and copies in words give the same results as in bytes, from
// every position and for every length, on all kinds of machines.
func TestWordsOfBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1071))
	for _, kind := range []string{"zeros", "ones", "edges", "random"} {
		b := make([]byte, 64)
		for i := range b {
			switch kind {
			case "ones":
				b[i] = 0xff
			case "edges":
				b[i] = []byte{0, 0, 0xff, 0xff, 1, 0xfe}[r.IntN(6)]
			case "random":
				b[i] = byte(r.Uint32())
			}
		}
		var text strings.Builder
		for _, c := range b {
			fmt.Fprintf(&text, `\x%02x`, c)
		}
		source := fmt.Sprintf(wordsProgram, `"`+text.String()+`"`)
		p, err := flow.LoadFiles([]*diag.File{{Name: "words.sn", Text: source}}, flow.Options{})
		require.NoError(t, err)
		for _, level := range []string{flow.Source, flow.IR, flow.ISA, flow.Native} {
			if level == flow.Native && (kind != "random") {
				continue
			}
			if level == flow.Native {
				testkit.Tool(t, "clang-19", "clang")
			}
			res, err := p.Run(context.Background(), flow.RunOptions{Level: level})
			require.NoError(t, err)
			require.Equal(t, wordsModel(b), res.Lines, "%s %s", kind, level)
		}
	}
}
