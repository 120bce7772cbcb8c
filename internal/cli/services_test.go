package cli_test

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/monitor"
)

// TestLiveNames asks the name server with the resolver of Go, and with dig where it is
// there.
func TestLiveNames(t *testing.T) {
	machine := fastest(t)
	r := startLive(t, "../../examples/dns", "--on", machine, "-p", "udp:0:53")
	at := r.expect(t, `udp (127\.0\.0\.1:\d+) \(port 53 of`)[1]
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp4", at)
	}}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	hosts, err := resolver.LookupHost(ctx, "www.sinter.test.")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"10.0.2.80", "10.0.2.81"}, hosts)
	name, err := resolver.LookupCNAME(ctx, "www.sinter.test.")
	require.NoError(t, err)
	require.Equal(t, "host.sinter.test.", name)
	mx, err := resolver.LookupMX(ctx, "sinter.test.")
	require.NoError(t, err)
	require.Equal(t, []*net.MX{{Host: "post.sinter.test.", Pref: 10}}, mx)
	text, err := resolver.LookupTXT(ctx, "sinter.test.")
	require.NoError(t, err)
	require.Equal(t, []string{"one program, every machine, equal"}, text)
	_, err = resolver.LookupHost(ctx, "never.sinter.test.")
	var e *net.DNSError
	require.ErrorAs(t, err, &e)
	require.True(t, e.IsNotFound)
	if dig, err := exec.LookPath("dig"); err == nil {
		_, port, _ := net.SplitHostPort(at)
		out, err := exec.CommandContext(ctx, dig, "@127.0.0.1", "-p", port, "+short", "www.sinter.test").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Equal(t, "host.sinter.test.\n10.0.2.80\n10.0.2.81\n", string(out))
	}
	r.stop()
	require.Equal(t, 130, r.end(t))
}

// fastest is a machine of x86-64 that can run here: the monitor, else a process.
func fastest(t *testing.T) string {
	needs(t, "native")
	if monitor.Available() == nil {
		return "monitor"
	}
	return "native"
}

// TestLiveStore puts a value, ends the store as a signal does, and finds it again.
func TestLiveStore(t *testing.T) {
	needs(t, "native")
	disk := filepath.Join(t.TempDir(), "kv.img")
	for _, life := range [][][2]string{
		{{"\x00\x00\x03key\x00\x00", "none"}, {"\x01\x00\x03key\x00\x05value", "ok"}},
		{{"\x00\x00\x03key\x00\x00", "=value"}, {"\x02\x00\x03key\x00\x00", "ok"}, {"\x00\x00\x03key\x00\x00", "none"}},
	} {
		r := startLive(t, "../../examples/kv", "--on", "native", "-p", "udp:0:7070", "--disk", disk, "--size", "1M")
		conn, err := net.Dial("udp4", r.expect(t, `udp (127\.0\.0\.1:\d+) \(port 7070 of`)[1])
		require.NoError(t, err)
		defer conn.Close()
		for _, c := range life {
			require.Equal(t, c[1], string(call(t, conn, []byte(c[0]))))
		}
		r.stop()
		require.Equal(t, 130, r.end(t))
	}
}
