package cli_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/monitor"
)

// TestLiveNames queries the name server with Go's resolver, and with dig if it is installed.
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

// fastest is an x86-64 machine that can run here: the monitor if possible, otherwise a process.
func fastest(t *testing.T) string {
	needs(t, "native")
	if monitor.Available() == nil {
		return "monitor"
	}
	return "native"
}

// TestLiveStore stores a value, ends the store as a signal does, and finds the value again.
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

// sample matches a line with a value in the text form of Prometheus.
var sample = regexp.MustCompile(`^(sinter_[a-z_]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? ([0-9.]+)$`)

// TestLiveMetrics checks the counters after a client has used the service. Each sample is a
// number, and the name of each sample has a description.
func TestLiveMetrics(t *testing.T) {
	needs(t, "native")
	r := startLive(t, "../../examples/echo", "--on", "native", "-p", "udp:0:7", "--metrics", "127.0.0.1:0")
	found := r.expect(t, `udp (127\.0\.0\.1:\d+) .*; metrics at (http://127\.0\.0\.1:\d+/metrics)`)
	conn, err := net.Dial("udp4", found[1])
	require.NoError(t, err)
	defer conn.Close()
	for range 5 {
		require.Equal(t, "four", string(call(t, conn, []byte("four"))))
	}
	_, err = conn.Write(make([]byte, 1473)) // no frame holds it
	require.NoError(t, err)
	values := map[string]string{}
	require.Eventually(t, func() bool {
		values = scrape(t, found[2])
		return values[`sinter_frames_dropped_total{device="nic",reason="too long"}`] == "1"
	}, 10*time.Second, 20*time.Millisecond)
	require.Equal(t, "5", values[`sinter_datagrams_total{device="nic",port="7",direction="in"}`])
	require.Equal(t, "5", values[`sinter_datagrams_total{device="nic",port="7",direction="out"}`])
	require.Equal(t, "1", values[`sinter_clients{device="nic",port="7"}`])
	require.Equal(t, "1", values[`sinter_info{machine="native",program="echo_server"}`])
	frames, err := strconv.Atoi(values[`sinter_frames_total{device="nic",direction="out"}`])
	require.NoError(t, err)
	require.GreaterOrEqual(t, frames, 6, "five echoes and the answer of ARP")
	other, err := http.Get(strings.TrimSuffix(found[2], "metrics"))
	require.NoError(t, err)
	other.Body.Close()
	require.Equal(t, http.StatusNotFound, other.StatusCode)

	for _, at := range []string{"nowhere", "127.0.0.1:99999", strings.TrimSuffix(strings.TrimPrefix(found[2], "http://"), "/metrics")} {
		code, _, stderr := sinter("", "run", "--live", "../../examples/echo", "--on", "native", "--metrics", at)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "--metrics "+at+": ")
	}
	r.stop()
	require.Equal(t, 130, r.end(t))
}

// scrape reads all samples.
func scrape(t *testing.T, url string) map[string]string {
	answer, err := http.Get(url)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, "text/plain; version=0.0.4; charset=utf-8", answer.Header.Get("Content-Type"))
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	values, known := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, _, _ := strings.Cut(rest, " ")
			known[name] = true
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		require.NotNil(t, m, line)
		require.True(t, known[m[1]], line)
		values[m[1]+m[2]] = m[4]
	}
	return values
}
