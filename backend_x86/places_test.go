package x86_test

import (
	"bytes"
	"context"
	"debug/elf"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/ir"
)

// TestPlacesOfInlinedCode checks that an inlined line from another file keeps that file's name.
func TestPlacesOfInlinedCode(t *testing.T) {
	text := strings.NewReplacer("= status v1", "= status v1 @io.sn:7.1").Replace(wild)
	img := build(t, parse(t, text), x86.Linux)
	where := x86.Places(img.ELF)
	found := map[string]bool{}
	for at := entry(t, img.ELF) &^ 0xfff; at < entry(t, img.ELF)+0x1000; at++ {
		found[where(at)] = true
	}
	for _, want := range []string{"wild.sn:12", "io.sn:7", "-"} {
		require.True(t, found[want], "%s in %v", want, found)
	}
	require.Equal(t, "-", where(0))
	require.Equal(t, "-", where(^uint64(0)))
	require.Equal(t, "-", x86.Places(img.Stripped)(entry(t, img.ELF)))
}

func entry(t *testing.T, executable []byte) uint64 {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(executable))
	require.NoError(t, err)
	return f.Entry
}

// FuzzPlaces checks that reading any bytes gives positions or no positions, and never panics.
func FuzzPlaces(f *testing.F) {
	f.Add([]byte("\x7fELF"))
	if tools, err := llvm.Find(exec.LookPath); err == nil {
		m, err := ir.Parse(&diag.File{Name: "t.sir", Text: hello})
		require.NoError(f, err)
		img, err := x86.Build(context.Background(), m, x86.Linux, tools)
		require.NoError(f, err)
		f.Add(img.ELF)
		f.Add(img.Stripped)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		where := x86.Places(data)
		for _, at := range []uint64{0, 0x201230, 1 << 63} {
			require.NotEmpty(t, where(at))
		}
	})
}
