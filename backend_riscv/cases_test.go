package riscv_test

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
)

// TestSelectionCases compiles the cases of a file. Comments beside the lines of a case list the
// expected instructions.
func TestSelectionCases(t *testing.T) {
	target := design.NewTarget("t", isa.RV32IM(), 16)
	for _, c := range testkit.Cases(t, filepath.Join("testdata", "select.txt")) {
		t.Run(c.Name, func(t *testing.T) {
			m, err := ir.Parse(&diag.File{Name: c.Place, Text: c.Text})
			require.NoError(t, err)
			im, err := riscv.Compile(m, target)
			require.NoError(t, err)
			var sb strings.Builder
			for _, w := range im.Text {
				sb.WriteString(isa.Disassemble(target.Set, w) + "\n")
			}
			c.Check(t, sb.String())
		})
	}
}

// TestEncoding compares the bytes of each instruction with the bytes in the comment beside it.
// The test also compares the bytes with the output of binutils for the same text.
func TestEncoding(t *testing.T) {
	var text, want []byte
	for _, c := range testkit.Cases(t, filepath.Join("testdata", "encode.txt")) {
		for _, e := range c.Expect {
			require.Equal(t, "bytes", e.Kind)
			code, err := hex.DecodeString(strings.ReplaceAll(e.Text, " ", ""))
			require.NoError(t, err)
			w := binary.LittleEndian.Uint32(code)
			require.Equal(t, e.Of, isa.Disassemble(isa.RV32IM(), w), "line %d", e.Line)
			line, ops, ok := isa.Decode(isa.RV32IM(), w)
			require.True(t, ok)
			again, err := line.Encode(ops)
			require.NoError(t, err)
			require.Equal(t, w, again, "line %d: %s", e.Line, e.Of)
			text, want = append(text, e.Of+"\n"...), append(want, code...)
		}
	}
	require.NotEmpty(t, want)
	as := testkit.Tool(t, "riscv64-unknown-elf-as")
	objcopy := testkit.Tool(t, "riscv64-unknown-elf-objcopy")
	dir := t.TempDir()
	source, object, raw := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	require.NoError(t, os.WriteFile(source, text, 0o644))
	for _, args := range [][]string{{as, "-march=rv32im", "-mabi=ilp32", "-o", object, source}, {objcopy, "-O", "binary", object, raw}} {
		said, _, err := testkit.Within(testkit.Patience, dir, nil, args[0], args[1:]...)
		require.NoError(t, err, said)
	}
	got, err := os.ReadFile(raw)
	require.NoError(t, err)
	require.Equal(t, hex.EncodeToString(want), hex.EncodeToString(got))
}
