package cli_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// soakRequests is the number of requests that a service answers: a few in a plain test, more in
// continuous integration, and a million in a campaign.
func soakRequests() int {
	switch {
	case os.Getenv("SINTER_CAMPAIGN") != "":
		return 1_000_000
	case testkit.Full():
		return 20_000
	}
	return 500
}

// TestLiveSoak has clients that send requests of all lengths, and checks the answers byte for
// byte. At the end the stack has dropped no frame, and all channels are empty.
func TestLiveSoak(t *testing.T) {
	machines := []string{fastest(t)}
	if testkit.Full() {
		machines = []string{"native", "monitor", "unikernel"}
	}
	for _, machine := range machines {
		t.Run(machine, func(t *testing.T) {
			needs(t, machine)
			r := startLive(t, "../../examples/echo", "--on", machine, "--accel", "tcg", "-p", "udp:0:7", "--metrics", "127.0.0.1:0")
			found := r.expect(t, `udp (127\.0\.0\.1:\d+) .*; metrics at (http://127\.0\.0\.1:\d+/metrics)`)
			const clients = 4
			failed := make(chan error, clients)
			for k := range clients {
				go func() { failed <- soak(found[1], uint64(k), soakRequests()/clients) }()
			}
			for range clients {
				require.NoError(t, <-failed)
			}
			values := scrape(t, found[2])
			require.Zero(t, sums(values, "sinter_stack_dropped_total"))
			require.Zero(t, sums(values, "sinter_channel_length"))
			require.GreaterOrEqual(t, sums(values, "sinter_datagrams_total", `direction="out"`), soakRequests())
			r.stop()
			require.Equal(t, 130, r.end(t))
		})
	}
}

// soak sends datagrams one after the other. On a busy computer the socket may lose a datagram.
func soak(at string, seed uint64, n int) error {
	conn, err := net.Dial("udp4", at)
	if err != nil {
		return err
	}
	defer conn.Close()
	rng := rand.New(rand.NewPCG(seed, 5))
	body, buf := make([]byte, 1472), make([]byte, 2000)
	for k, lost := 0, 0; k < n; {
		b := body[:4+rng.IntN(1469)]
		b[0], b[1], b[2], b[3] = byte(k), byte(k>>8), byte(k>>16), byte(k>>24)
		b[len(b)-1] = byte(rng.Uint32())
		if _, err := conn.Write(b); err != nil {
			return err
		}
		if err := conn.SetReadDeadline(time.Now().Add(2 * time.Second)); err != nil {
			return err
		}
		got, err := conn.Read(buf)
		switch {
		case err != nil:
			if lost++; lost > 3+n/1000 {
				return fmt.Errorf("request %d: %w", k, err)
			}
		case bytes.Equal(buf[:got], b):
			k++
		default:
			return fmt.Errorf("request %d of %d bytes has an answer of %d", k, len(b), got)
		}
	}
	return nil
}

// TestLiveStoreSoak checks that a store behaves like a map over many requests.
func TestLiveStoreSoak(t *testing.T) {
	needs(t, "native")
	r := startLive(t, "../../examples/kv", "--on", "native", "-p", "udp:0:7070", "--disk", filepath.Join(t.TempDir(), "kv.img"), "--size", "1M")
	conn, err := net.Dial("udp4", r.expect(t, `udp (127\.0\.0\.1:\d+) \(port 7070 of`)[1])
	require.NoError(t, err)
	defer conn.Close()
	rng, model := rand.New(rand.NewPCG(9, 9)), map[string]string{}
	for k := range soakRequests() / 5 {
		key := fmt.Sprintf("key%02d", rng.IntN(20))
		head := "\x00" + string(rune(len(key))) + key
		request, want := "", "ok"
		switch rng.IntN(4) {
		case 0:
			value := fmt.Sprintf("value %d of %d", k, rng.IntN(1000))
			request, model[key] = "\x01"+head+"\x00"+string(rune(len(value)))+value, value
		case 1:
			if _, there := model[key]; !there {
				continue // the store may give any answer to this request
			}
			request = "\x02" + head + "\x00\x00"
			delete(model, key)
		default:
			request, want = "\x00"+head+"\x00\x00", "none"
			if v, there := model[key]; there {
				want = "=" + v
			}
		}
		require.Equal(t, want, string(call(t, conn, []byte(request))), "request %d: %q", k, request)
	}
	r.stop()
	require.Equal(t, 130, r.end(t))
}
