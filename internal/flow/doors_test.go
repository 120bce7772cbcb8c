package flow

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/isa"
)

// hello is a program that writes a word to its log port.
func hello(t testing.TB, o Options) *Program {
	p, err := LoadFiles([]*diag.File{{Name: "hello.sn", Text: "task main() {\n  state n: u32 = 7\n  n = (n & 0xfffffffc) * 5\n  log.print(\"{n}\")\n}\nsystem hello {\n  run main()\n}\n"}}, o)
	require.NoError(t, err)
	return p
}

// run runs a program on a machine for a limited number of steps. Only a mistake in the tool can
// cause a panic.
func run(p *Program, level string) error {
	_, err := p.Run(context.Background(), RunOptions{Level: level, Core: Pipe3, World: World{Limit: 1000, Steps: 1 << 16}})
	return err
}

// FuzzImageDoor runs every input that is accepted as an image.
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

// FuzzCircuitDoor runs every input that is accepted as the circuit of a core.
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

// FuzzAddedLines builds a program for a core whose lines come from the input.
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

// TestTwoProgramsInOneFolder checks that the files of two programs in one folder have different
// names. The read-me of each program lists every port and every log line.
func TestTwoProgramsInOneFolder(t *testing.T) {
	seen := map[string]bool{}
	for _, path := range []string{"../../examples/hello", "../../examples/echo"} {
		p, err := Load(path, Options{})
		require.NoError(t, err)
		files, _, err := p.HardwareFiles(context.Background(), Pipe3, World{})
		require.NoError(t, err)
		for name := range files {
			require.False(t, seen[name], name)
			seen[name] = true
		}
		c, err := p.Core(context.Background(), Pipe3)
		require.NoError(t, err)
		im, err := p.Image(context.Background())
		require.NoError(t, err)
		text := files[verilog.ModuleName(c.Circuit)+".md"]
		for _, id := range c.Circuit.Inputs {
			require.Contains(t, text, "| "+c.Circuit.Nodes[id].Name+" | in |")
		}
		for _, o := range c.Circuit.Outputs {
			require.Contains(t, text, "| "+o.Name+" | out |")
		}
		for _, s := range im.Logs {
			require.Contains(t, text, fmt.Sprintf("| %d | `%s", s.ID, s.Parts[0]))
		}
		require.NotContains(t, text, "| a pin |")
	}
}

// TestFewRegistersForClang checks that the error for too few registers names the option. No folder
// remains.
func TestFewRegistersForClang(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	t.Setenv("TMPDIR", t.TempDir())
	p := hello(t, Options{Backend: "llvm", Regs: 5})
	_, err := p.Image(context.Background())
	if err == nil {
		p, err = Load("../../examples/crc32", Options{Backend: "llvm", Regs: 5})
		require.NoError(t, err)
		_, err = p.Image(context.Background())
	}
	require.ErrorContains(t, err, "--with llvm wants 16 registers or more, got --regs 5: its calls")
	require.NotContains(t, err.Error(), "error:", "what clang says of itself")
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}
