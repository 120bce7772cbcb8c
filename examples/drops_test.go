package examples

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/live"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim/world"
)

// dropped makes one frame for each reason for which a stack drops a single frame, and lists
// the reasons. The first and the last frame are good.
func dropped() (frames []stamped, reasons []string) {
	host := system(7)
	good := func() []byte { return datagram(3, 7, []byte("good one")) }
	// change gives bytes of the IPv4 header other values and corrects the header's checksum.
	change := func(f []byte, at int, with ...byte) []byte {
		copy(f[at:], with)
		f[24], f[25] = 0, 0
		sum := inet(f[14:34])
		f[24], f[25] = byte(sum>>8), byte(sum)
		return f
	}
	add := func(reason string, f []byte) {
		reasons = append(reasons, reason)
		frames = append(frames, stamped{uint64(10 * (len(frames) + 1)), f})
	}
	flip := func(f []byte, at int) []byte { f[at] ^= 1; return f }
	add("short", good()[:30])
	add("short", change(good(), 16, 5, 0)) // longer than the frame
	add("station", flip(good(), 5))
	add("station", flip(good(), 6)) // from a group address
	add("protocol", flip(good(), 12))
	add("protocol", change(good(), 23, 6)) // TCP
	add("checksum", flip(good(), 24))
	add("checksum", flip(good(), 40))
	add("checksum", flip(good(), 45))
	add("short", flip(good(), 38)) // the UDP length exceeds the IPv4 length
	add("fragment", change(good(), 20, 0x20))
	add("address", change(good(), 33, 99))
	add("source", change(good(), 26, 127))
	add("source", change(good(), 26, 10, 0, 2, 255))
	add("port", datagram(3, 1234, []byte("nobody")))
	add("arp", flip(world.ARP(false, world.MAC(near(9)), near(9), nil, host.Address), 22))
	add("source", world.ARP(false, world.MAC(0x0b000001), 0x0b000001, nil, host.Address))
	echo := world.Echo(false, world.MAC(near(9)), world.MAC(host.Address), near(9), host.Address)
	add("checksum", flip(bytes.Clone(echo), 37))
	add("protocol", flip(bytes.Clone(echo), 34))
	frames = append([]stamped{{0, good()}}, append(frames, stamped{5000, good()})...)
	return frames, reasons
}

// TestDropsByReason checks that each machine drops the same frames for the same reasons, and
// reports them on request. Both good frames are answered.
func TestDropsByReason(t *testing.T) {
	frames, reasons := dropped()
	var want []string
	counts := map[string]int{}
	for _, r := range reasons {
		counts[r]++
		want = append(want, fmt.Sprintf("dropped %d: %s", counts[r], r))
	}
	p, err := flow.Load("echo", flow.Options{Settings: []types.Setting{{Name: "net.report", Value: "1us"}}})
	require.NoError(t, err)
	levels := []string{flow.Source, flow.IR, flow.ISA, flow.Native}
	if testkit.Full() {
		levels = append(levels, flow.Unikernel, flow.Cycle)
	}
	for _, level := range levels {
		t.Run(level, func(t *testing.T) {
			switch level {
			case flow.Native:
				testkit.Tool(t, "clang-19", "clang")
			case flow.Unikernel:
				testkit.Tool(t, "qemu-system-x86_64")
			}
			var said []string
			echoes := 0
			for _, e := range traceOf(t, p, level, frames).Events {
				switch {
				case e.Kind == trace.Log:
					said = append(said, e.Text)
				case e.Kind == trace.Out && bytes.HasSuffix(e.Data, []byte("good one")):
					echoes++
				}
			}
			require.Equal(t, want, said)
			require.Equal(t, 2, echoes)
		})
	}
}

// TestCountersCostNothing checks that a program whose counters are never read contains no
// counters and logs no line about them.
func TestCountersCostNothing(t *testing.T) {
	for _, c := range []struct {
		settings []types.Setting
		counters bool
		lines    int
	}{
		{nil, false, 0},
		{[]types.Setting{{Name: "net.counts", Value: "true"}}, true, 0},
		{[]types.Setting{{Name: "net.report", Value: "1s"}}, true, 14},
	} {
		p, err := flow.Load("echo", flow.Options{Settings: c.settings})
		require.NoError(t, err)
		m, err := p.ForX86()
		require.NoError(t, err)
		found := false
		for _, o := range m.Objects {
			found = found || strings.HasSuffix(o.Name, ".drops")
		}
		require.Equal(t, c.counters, found)
		lines := 0
		for _, l := range m.Logs {
			if strings.HasPrefix(l.Parts[0], "dropped ") {
				lines++
			}
		}
		require.Equal(t, c.lines, lines)
	}
}

// TestDropReasonsAreThoseOfTheStack checks that the tool and the stack use the same names for the
// counters.
func TestDropReasonsAreThoseOfTheStack(t *testing.T) {
	text, err := os.ReadFile("../std/net/stack.sn")
	require.NoError(t, err)
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^  (\w+) = (\d+)  +//`).FindAllStringSubmatch(string(text), -1) {
		if m[2] >= "5" || len(m[2]) > 1 {
			require.Equal(t, fmt.Sprint(live.FirstDrop+len(names)), m[2])
			names = append(names, m[1])
		}
	}
	require.Equal(t, live.Drops(), names)
	for i, n := range names {
		require.Contains(t, string(text), fmt.Sprintf("case %d { log.print(\"dropped {n}: %s\") }", live.FirstDrop+i, n))
	}
}
