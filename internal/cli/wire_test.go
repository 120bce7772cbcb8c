package cli_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// ask sends a request until its answer comes. Each request has its own socket, so that a late
// answer cannot be taken for the answer to another request.
func ask(t *testing.T, at string, request []byte) []byte {
	t.Helper()
	conn, err := net.Dial("udp4", at)
	require.NoError(t, err)
	defer conn.Close()
	buf := make([]byte, 2000)
	for range 400 {
		_, err := conn.Write(request)
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(80*time.Millisecond)))
		if n, err := conn.Read(buf); err == nil {
			return buf[:n]
		}
	}
	require.Fail(t, "no answer over the bad wire")
	return nil
}

// sums adds the samples whose name and labels contain all parts.
func sums(values map[string]string, parts ...string) (total int) {
next:
	for name, v := range values {
		for _, p := range parts {
			if !strings.Contains(name, p) {
				continue next
			}
		}
		n, _ := strconv.Atoi(v)
		total += n
	}
	return total
}

// TestLiveBadWire checks that clients that repeat their requests get correct answers over a
// wire that loses, duplicates, swaps and damages frames. The stack drops exactly the frames
// that the wire damages. The tool reports the dropped frames when the run ends.
func TestLiveBadWire(t *testing.T) {
	machines, requests := []string{fastest(t)}, 25
	if testkit.Full() {
		machines, requests = []string{"native", "monitor", "unikernel"}, 80
	}
	for seed, machine := range machines {
		for _, c := range []struct {
			name, port string
			more       []string
			one        func(t *testing.T, at string, k int)
		}{
			{"dns", "53", nil, func(t *testing.T, at string, k int) {
				q := binary.BigEndian.AppendUint16(nil, uint16(k))
				q = append(q, "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x06sinter\x04test\x00\x00\x01\x00\x01"...)
				answer := ask(t, at, q)
				require.Equal(t, q[:2], answer[:2])
				require.True(t, bytes.Contains(answer, []byte{10, 0, 2, 80}) && bytes.Contains(answer, []byte{10, 0, 2, 81}))
			}},
			{"kv", "7070", []string{"--disk", filepath.Join(t.TempDir(), "kv.img"), "--size", "1M"}, func(t *testing.T, at string, k int) {
				const keys = 12 // few, because the store is small; a late request must not change a key again
				key := fmt.Sprintf("%03d", k%keys)
				if k >= keys {
					require.Equal(t, "=v"+key+".", string(ask(t, at, []byte("\x00\x00\x03"+key+"\x00\x00"))))
					return
				}
				require.Equal(t, "ok", string(ask(t, at, []byte("\x01\x00\x03"+key+"\x00\x05v"+key+"."))))
				require.Equal(t, "=v"+key+".", string(ask(t, at, []byte("\x00\x00\x03"+key+"\x00\x00"))))
			}},
		} {
			if c.name == "kv" && !testkit.Full() {
				continue // one client tests the wire, and the other one tests the store
			}
			t.Run(machine+"/"+c.name, func(t *testing.T) {
				needs(t, machine)
				args := append([]string{
					"../../examples/" + c.name, "--on", machine, "--accel", "tcg", "-p", "udp:0:" + c.port, "--metrics", "127.0.0.1:0",
					"--wire", fmt.Sprintf("loss=8,duplicate=8,reorder=8,corrupt=8,seed=%d", seed),
				}, c.more...)
				r := startLive(t, args...)
				found := r.expect(t, `udp (127\.0\.0\.1:\d+) .*; metrics at (http://127\.0\.0\.1:\d+/metrics)`)
				for k := range requests {
					c.one(t, found[1], k)
				}
				values := map[string]string{}
				require.Eventually(t, func() bool {
					values = scrape(t, found[2])
					damaged := sums(values, "sinter_wire_faults_total", `direction="in"`, "corrupt")
					return damaged > 0 && damaged == sums(values, "sinter_stack_dropped_total")-sums(values, "sinter_stack_dropped_total", "full")
				}, 20*time.Second, 20*time.Millisecond)
				for _, fault := range []string{"loss", "duplicate", "reorder", "corrupt"} {
					require.Positive(t, sums(values, "sinter_wire_faults_total", fault), fault)
				}
				require.Positive(t, sums(values, "sinter_stack_dropped_total", "checksum"))
				require.Positive(t, sums(values, "sinter_task_waits"))
				require.Contains(t, values, `sinter_channel_capacity{channel="nic.udp`+c.port+`.in"}`)
				require.Equal(t, "8", values[`sinter_channel_capacity{channel="nic.udp`+c.port+`.in"}`])
				require.Equal(t, "0", values[`sinter_channel_length{channel="nic.udp`+c.port+`.in"}`])
				r.stop()
				require.Equal(t, 130, r.end(t))
				require.Regexp(t, `nic dropped:.* checksum \d+`, r.err.String())
			})
		}
	}
}

// An image that does not fit into the memory is an error. Without the error, QEMU would wait for
// ever.
func TestLiveTooLittleMemory(t *testing.T) {
	needs(t, "unikernel")
	for _, more := range []string{"--for=5s", "--print-command"} {
		code, _, stderr := sinter("", "run", "--live", "../../examples/echo", "--on", "unikernel", "--accel", "tcg", "-p", "udp:0:7", "--mem", "1", more)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "--mem 1: the image takes 2 MiB of memory")
	}
}
