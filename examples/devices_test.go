package examples

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/verify"
)

// TestDevices runs the programs of testdata/devices on every machine. It also runs the ladder
// (all machines and proofs) for them, with gaps on the ports of cores.
func TestDevices(t *testing.T) {
	files, err := filepath.Glob("testdata/devices/*.sn")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			e := newExample(filepath.Dir(name))
			e.readFile(t, name)
			p, err := flow.Load(name, flow.Options{Check: true})
			require.NoError(t, err)
			sent := map[string][]byte{}
			for _, m := range machines() {
				t.Run(strings.TrimSpace(m[0]+" "+m[1]), func(t *testing.T) { e.check(t, p, m[0], m[1], sent) })
			}
			which := []string{"trace", "removal"}
			if strings.HasSuffix(name, "disk.sn") || strings.HasSuffix(name, "failing.sn") || strings.HasSuffix(name, "serial.sn") || strings.HasSuffix(name, "buses.sn") || strings.HasSuffix(name, "random.sn") { // the test benches of these programs answer, or send bytes
				which = append(which, "witness")
			}
			if strings.HasSuffix(name, "failing.sn") && !testkit.Full() { // on a core this program is like disk.sn
				which = which[:1]
			}
			e.ladder(t, p, flow.World{Captures: e.captures, Bytes: e.bytes, Answers: e.answers, Until: e.until, Seed: 7}, which)
		})
	}
}

// ladder checks that the status of each row is equal, or that the row was skipped with a reason.
func (e *example) ladder(t *testing.T, p *flow.Program, w flow.World, which []string) {
	r, err := checks.Verify(context.Background(), p, checks.VerifyOptions{World: w, Cores: flow.Cores(), Checks: which})
	require.NoError(t, err)
	equal := 0
	for _, row := range r.Rows {
		require.NotEqual(t, verify.Different, row.Status, "%s %s %s: %s", row.Level, row.Core, row.Check, row.Detail)
		if row.Status == verify.Equal {
			equal++
		}
	}
	require.GreaterOrEqual(t, equal, 9)
}

// A disk image is read and changed, and a new image is written. The original file stays
// unchanged.
func TestDiskImages(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.img"), filepath.Join(dir, "out.img")
	image := make([]byte, 2048*512)
	copy(image[5*512:], "there before")
	require.NoError(t, os.WriteFile(in, image, 0o644))
	p, err := flow.Load("testdata/devices/disk.sn", flow.Options{})
	require.NoError(t, err)
	var first []byte
	for _, m := range machines() {
		if m[0] == flow.Native || m[0] == flow.Unikernel {
			testkit.Tool(t, "clang-19", "clang")
		}
		if m[0] == flow.Unikernel {
			testkit.Tool(t, "qemu-system-x86_64")
		}
		_, err := p.Run(context.Background(), flow.RunOptions{
			Level: m[0], Core: m[1], World: flow.World{Disks: []string{"disk0=" + in}}, DiskOut: []string{"disk0=" + out},
		})
		if _, absent := flow.NotHere(err); absent && m[0] == flow.Monitor {
			t.Logf("not run on %s: %v", m[0], err) // no package can install /dev/kvm
			continue
		}
		require.NoError(t, err)
		data, err := os.ReadFile(out)
		require.NoError(t, err)
		require.Len(t, data, len(image))
		require.Equal(t, "there before", string(data[5*512:5*512+12]))
		require.Equal(t, "hello\x00", string(data[3*512:3*512+6]))
		require.Equal(t, "hello!", string(data[4*512:4*512+6]))
		if first == nil {
			first = data
		}
		require.Equal(t, first, data)
		again, err := os.ReadFile(in)
		require.NoError(t, err)
		require.Equal(t, image, again)
	}
	for _, bad := range []string{"disk1=" + in, "disk0=" + filepath.Join(dir, "none")} {
		_, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Source, World: flow.World{Disks: []string{bad}}})
		require.Error(t, err, bad)
	}
}
