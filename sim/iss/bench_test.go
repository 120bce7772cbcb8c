package iss

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// busy computes the CRC of a word 2^16 times, without a table. The program has loads, shifts and
// branches.
const busy = `image busy
  task main
  data 0 64
  text
    lui x1, 16
    lui x6, 0xedb88
    addi x6, x6, 0x320
  word:
    lw x2, 4(x0)
    xor x2, x2, x1
    addi x3, x0, 32
  bit:
    andi x4, x2, 1
    srli x2, x2, 1
    beq x4, x0, even
    xor x2, x2, x6
  even:
    addi x3, x3, -1
    bne x3, x0, bit
    sw x2, 4(x0)
    addi x1, x1, -1
    bne x1, x0, word
    sw x0, -2020(x0)
  end
end
`

func BenchmarkRun(b *testing.B) {
	im := load(b, busy)
	var n uint64
	for b.Loop() {
		m, err := New(im, world.New(nil))
		require.NoError(b, err)
		for !m.Done() {
			require.NoError(b, m.Step())
		}
		n += m.Instructions()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Minst/s")
}

func BenchmarkRetire(b *testing.B) {
	im := load(b, busy)
	var n uint64
	for b.Loop() {
		m, err := New(im, world.New(nil))
		require.NoError(b, err)
		m.Retire(func(*sim.Retire) { n++ })
		for !m.Done() {
			require.NoError(b, m.Step())
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Minst/s")
}
