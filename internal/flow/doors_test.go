package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
)

// hello is a program with a word at its log port.
func hello(t testing.TB, o Options) *Program {
	p, err := LoadFiles([]*diag.File{{Name: "hello.sn", Text: "task main() {\n  state n: u32 = 7\n  n = (n & 0xfffffffc) * 5\n  log.print(\"{n}\")\n}\nsystem hello {\n  run main()\n}\n"}}, o)
	require.NoError(t, err)
	return p
}

// run runs a program on a machine for at most some steps; only a mistake in the
// tool panics.
func run(p *Program, level string) error {
	_, err := p.Run(context.Background(), RunOptions{Level: level, Core: Pipe3, World: World{Limit: 1000}})
	return err
}

// FuzzImageDoor runs what reads as an image.
func FuzzImageDoor(f *testing.F) {
	text, err := hello(f, Options{}).img(context.Background(), ArtefactOptions{})
	require.NoError(f, err)
	f.Add(string(text))
	f.Add("image x\nend")
	f.Fuzz(func(_ *testing.T, text string) {
		p, err := loadImage(&diag.File{Name: "x.img", Text: text}, Options{})
		if err == nil && run(p, ISA) == nil {
			_ = run(p, Cycle)
		}
	})
}

// FuzzCircuitDoor runs what reads as the circuit of a core.
func FuzzCircuitDoor(f *testing.F) {
	c, err := hello(f, Options{}).Core(context.Background(), Pipe3)
	require.NoError(f, err)
	f.Add(c.Circuit.String())
	f.Add("circuit x\n  input a 1\n  output halted = a\nend\n")
	f.Fuzz(func(_ *testing.T, text string) {
		p, err := loadCircuit(&diag.File{Name: "/nowhere/x.rtl", Text: text}, Options{})
		if err == nil {
			_ = run(p, Cycle)
		}
	})
}

// FuzzAddedLines builds a program for a core with the lines of a text.
func FuzzAddedLines(f *testing.F) {
	f.Add("isa zbb\n  andn R 0100000 111 0110011 rd = rs1 and not(rs2)\nend\n")
	f.Add("isa mac\n  mac R4 00 000 0001011 rd = (rs1 * rs2) + rs3\n  ld I 000 0101011 rd = mem32[rs1 + (imm shl 2)] + 1\nend\n")
	f.Add("isa odd\n  j7 U 0101011 rd = 7 ; pc = pc + imm\n  st S 000 0001011 mem8[rs1 - imm] = rs2[15:8]\n  b B 000 1011011 if rs1[3]: pc = pc + (imm + 4)\nend\n")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := isa.Parse(&diag.File{Name: "x.isa", Text: text})
		if err != nil {
			return
		}
		o := Options{Lines: set}
		if _, err := o.withLines(baseSet()); err != nil {
			return
		}
		p := hello(t, o)
		if _, err := p.Image(context.Background()); err == nil {
			_ = run(p, Cycle)
		}
	})
}
