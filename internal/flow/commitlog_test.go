package flow

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/image"
)

// TestCommitLogs checks that the instruction set and both circuits write the same log, with a
// line for each counted instruction. The image holds each logged word at the logged address.
func TestCommitLogs(t *testing.T) {
	p, err := Load("../../examples/sort", Options{})
	require.NoError(t, err)
	im, err := p.Image(context.Background())
	require.NoError(t, err)
	dir := t.TempDir()
	var first []byte
	for _, on := range [][2]string{{ISA, ""}, {Cycle, Multi}, {Cycle, Pipe3}} {
		path := filepath.Join(dir, on[0]+on[1])
		r, err := p.Run(context.Background(), RunOptions{Level: on[0], Core: on[1], CommitLog: path, Window: wholeRun})
		require.NoError(t, err)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		if first == nil {
			first = data
			require.EqualValues(t, r.Figures["instructions"], readCommits(t, im, string(data)))
		}
		require.Equal(t, string(first), string(data), "%v", on)
	}
}

// readCommits parses a log and counts its lines.
func readCommits(t *testing.T, im *image.Image, text string) int {
	lines, stores, loads := 0, 0, 0
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); lines++ {
		var core, privilege int
		var pc, insn uint32
		_, err := fmt.Sscanf(s.Text(), "core %d: %d 0x%x (0x%x)", &core, &privilege, &pc, &insn)
		require.NoError(t, err, s.Text())
		k := int(pc-image.PC(0)) / 4
		require.Less(t, k, len(im.Text))
		require.Equal(t, im.Text[k], insn, s.Text())
		_, rest, _ := strings.Cut(s.Text(), ") ")
		fields := strings.Fields(rest)
		if len(fields) == 4 && fields[2] == "mem" {
			loads++
			require.Regexp(t, `^x[0-9]+$`, fields[0], s.Text())
		}
		if len(fields) == 3 && fields[0] == "mem" {
			stores++
			require.Regexp(t, `^0x([0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{8})$`, fields[2], s.Text())
		}
	}
	require.Positive(t, stores)
	require.Positive(t, loads)
	return lines
}

// TestCommitLogsThatCannotBe checks that a mistake is reported and leaves no file.
func TestCommitLogsThatCannotBe(t *testing.T) {
	p, err := Load("../../examples/sort", Options{})
	require.NoError(t, err)
	dir := t.TempDir()
	for _, c := range []struct {
		o    RunOptions
		want string
	}{
		{RunOptions{Level: Source, CommitLog: filepath.Join(dir, "a")}, "--commit-log wants --on isa or --on cycle, got --on source"},
		{RunOptions{Level: Cycle, Core: Pipe3, Wave: filepath.Join(dir, "a"), Window: "0:9", CommitLog: filepath.Join(dir, "a")}, "two outputs of the run are to be written to"},
		{RunOptions{Level: ISA, CommitLog: filepath.Join(dir, "a"), Window: "x"}, "--wave-window wants FROM:CYCLES or all"},
		{RunOptions{Level: IR, Timeline: filepath.Join(dir, "a")}, "--chrome-trace wants --on isa or --on cycle, got --on ir"},
		{RunOptions{Level: ISA, Konata: filepath.Join(dir, "a")}, "--konata wants --on cycle, got --on isa"},
		{RunOptions{Level: Cycle, Core: Pipe3, Lanes: 2, Profile: true}, "--profile does not go with --lanes"},
		{RunOptions{Level: Cycle, Core: Pipe3, Lanes: 2, Konata: filepath.Join(dir, "a")}, "--konata does not go with --lanes"},
		{RunOptions{Level: Cycle, Core: Pipe3, Wave: filepath.Join(dir, "a.vcd"), Window: "99999999:1"}, "before the window"},
		{RunOptions{Level: ISA, Window: wholeRun, CommitLog: filepath.Join(dir, "none", "a")}, "no such file or directory"},
	} {
		_, err := p.Run(context.Background(), c.o)
		require.ErrorContains(t, err, c.want)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err = p.Run(stopped, RunOptions{Level: Cycle, Core: Multi, Window: wholeRun, CommitLog: filepath.Join(dir, "a")})
	require.ErrorIs(t, err, context.Canceled)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}
