package port

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocs compares the table of port registers in the page with the rows.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/design.md")
	require.NoError(t, err)
	var want []string
	for _, r := range append(rows[:len(rows):len(rows)], levelRow) {
		at, name := fmt.Sprintf("0x%X", r.Reg.Addr()), strings.ToUpper(r.Name)
		if r.Reg == firstLevel {
			at, name = at+" + 4i", name+"i"
		}
		want = append(want, strings.ReplaceAll(fmt.Sprintf("| %s | %s | %s | %s |", at, name, r.Reads, r.Writes), "|  |", "| |"))
	}
	var got []string
	for _, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "| 0xFFFFF") {
			got = append(got, line)
		}
	}
	require.Equal(t, want, got)
}

// TestRegisters checks that addresses and names lead back to their register.
func TestRegisters(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Registers() {
		require.Equal(t, r.Reg, At(r.Reg.Addr()), r.Name)
		require.Equal(t, r.Name, r.Reg.String())
		require.False(t, seen[r.Name], r.Name)
		seen[r.Name] = true
		row, ok := Named(r.Name)
		require.True(t, ok)
		require.Equal(t, r, row)
		require.Equal(t, r.Load, r.Reads != "", r.Name)
		require.Equal(t, r.Store, r.Writes != "", r.Name)
		require.GreaterOrEqual(t, int32(r.Reg.Addr()), int32(-2048), "reachable from x0")
		require.Negative(t, int32(r.Reg.Addr()))
	}
	for _, at := range []uint32{0, Base - 4, Base + 1, Base + 4*uint32(len(rows)), LevelOf(Ports).Addr(), 0xFFFF_FFFC} {
		require.Equal(t, None, At(at), "%#x", at)
	}
	_, ok := Named("door")
	require.False(t, ok)
	device, ok := LevelOf(3).Level()
	require.True(t, ok)
	require.Equal(t, 3, device)
	_, ok = DueHigh.Level()
	require.False(t, ok)
}
