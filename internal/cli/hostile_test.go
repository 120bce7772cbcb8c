package cli_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The limits of CPU time and memory for one hostile input, accepted or refused.
const (
	mostTime   = 2 * time.Second
	mostMemory = 512 << 20
)

// calls returns n functions. Each function calls the previous function twice, so a call of
// the last function makes 2^n calls.
func calls(n int) string {
	var b strings.Builder
	b.WriteString("fn h0(x: u32) -> u32 { return x + 1 }\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "fn h%d(x: u32) -> u32 { return h%d(x) + h%d(x + 1) }\n", i, i-1, i-1)
	}
	fmt.Fprintf(&b, "const k: u32 = h%d(1)\ntask main() { log.print(\"{k}\") }\nsystem s { run main() }\n", n-1)
	return b.String()
}

// elses is a program with n consecutive else-if branches.
func elses(n int) string {
	var b strings.Builder
	b.WriteString("task main() {\n  state n: u32 = 3\n  if n == 0 { log.print(\"0\") }")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, " else if n == %d { log.print(\"%d\") }", i, i)
	}
	b.WriteString("\n}\nsystem s { run main() }\n")
	return b.String()
}

// aboveSnap is a capture of one record that is longer than the file's snap length.
func aboveSnap() string {
	var b bytes.Buffer
	for _, v := range []any{
		uint32(0xa1b2c3d4), uint16(2), uint16(4), uint64(0), uint32(65535), uint32(1),
		uint32(1), uint32(0), uint32(70000), uint32(70000), make([]byte, 70000),
	} {
		binary.Write(&b, binary.LittleEndian, v) //nolint:errcheck // a buffer takes everything
	}
	return b.String()
}

// TestHostileInput checks that each input is accepted, or refused with a clear error, in 2 s of
// CPU time and 512 MB.
func TestHostileInput(t *testing.T) {
	dir := folder(t)
	plain := "task main() { log.print(\"ab\") }\nsystem s { run main() }\n"
	for name, text := range map[string]string{
		"parens.sn": strings.Repeat("(", 8<<20), "words.sn": strings.Repeat("a ", 4<<20), "braces.sn": strings.Repeat("{\n", 4<<20),
		"quotes.sn": strings.Repeat("\"\n", 4<<20), "large.sn": strings.Repeat(" ", 17<<20), "calls.sn": calls(40), "elses.sn": elses(200), "chain.sn": elses(5000),
		"nul.sn": strings.Replace(plain, "ab", "a\x00b", 1), "bom.sn": "\xef\xbb\xbf" + plain, "late.sn": plain + "\xef\xbb\xbf",
		"config.sn": "config n: u32 = 1\ntask main() { log.print(\"{n}\") }\nsystem s { run main() }\n",
		"disk.sn":   "use blk\ntask main(d: blk.Disk) { d.flush() }\nsystem s { k = blk.virtio(0)\n run main(k) }\n", "snap.pcap": aboveSnap(),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o644))
	for _, c := range []struct{ args, says string }{
		{"check parens.sn", "E0107"},
		{"check words.sn", "E01"},
		{"check braces.sn", "E0107"},
		{"check quotes.sn", "E0103"},
		{"check large.sn", "a source file may have"},
		{"check calls.sn", "E0215"},
		{"run elses.sn --on isa", ""},
		{"check chain.sn", "else if after each other"},
		{"check nul.sn", "control character"},
		{"run bom.sn", ""},
		{"check late.sn", "E0102"},
		{"check fifo", "a device or a pipe"},
		{"check /dev/zero", "a device or a pipe"},
		{"run echo.sn --pcap-in nic=/dev/zero", "a device or a pipe"},
		{"run echo.sn --pcap-in nic=fifo", "a device or a pipe"},
		{"run echo.sn --pcap-in nic=snap.pcap", "more than the file says"},
		{"run disk.sn --disk k=/dev/zero", "a device or a pipe"},
		{"run disk.sn --disk k=fifo", "a device or a pipe"},
		{"run config.sn -D n=2,n=3", "-D sets n twice"},
		{"run config.sn -D n=2 -D n=3", "-D sets n twice"},
	} {
		cmd := tool(t, dir, strings.Fields(c.args)...)
		var said bytes.Buffer
		cmd.Stderr = &said
		require.NoError(t, cmd.Start())
		hang := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }) //nolint:errcheck // the process may have ended
		cmd.Wait()                                                         //nolint:errcheck // the exit code is checked below
		hang.Stop()
		code := 0
		if c.says != "" {
			code = 1
			require.Contains(t, said.String(), c.says, c.args)
		}
		require.Equal(t, code, cmd.ProcessState.ExitCode(), "%s: %.500s", c.args, said.String())
		spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		require.Less(t, spent, mostTime, c.args)
		require.Less(t, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss<<10, int64(mostMemory), c.args)
		require.Less(t, said.Len(), 64<<10, c.args)
	}
}
