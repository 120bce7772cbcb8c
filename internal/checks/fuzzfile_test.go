package checks

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/verify/gen"
)

// TestWrittenProgramsDoTheSame checks the program and the captures that are written after a
// failure. They must give the inputs of the failing run: frames, datagrams, disks and timers.
func TestWrittenProgramsDoTheSame(t *testing.T) {
	dir := t.TempDir()
	kinds := map[string]int{}
	for seed := range uint64(80) {
		made := gen.New(seed, gen.Options{Small: seed%2 == 0})
		s := newSubject(context.Background(), FuzzOptions{}, made)
		require.NoError(t, s.reference(), "seed %d", seed)
		path, err := writeFailure(dir, made, FuzzFailure{Seed: seed, Level: flow.IR})
		require.NoError(t, err)
		p, err := flow.Load(path, flow.Options{})
		require.NoError(t, err, path)
		w := flow.World{}
		for _, d := range made.Devices() {
			name := strings.TrimSuffix(path, ".sn") + "." + d.Name + ".pcap"
			if _, err := os.Stat(name); err == nil {
				w.Captures = append(w.Captures, d.Name+"="+name)
				kinds["captures"]++
			}
			name = strings.TrimSuffix(name, "pcap") + "bytes"
			if _, err := os.Stat(name); err == nil {
				w.Bytes = append(w.Bytes, d.Name+"="+name)
				kinds["bytes"]++
			}
			name = strings.TrimSuffix(name, "bytes") + "answers"
			if _, err := os.Stat(name); err == nil && d.Bus != "" {
				w.Answers = append(w.Answers, d.Name+"="+name)
				kinds[d.Bus]++
			}
			name = strings.TrimSuffix(name, "answers") + "vcd"
			if _, err := os.Stat(name); err == nil {
				w.Levels = append(w.Levels, d.Name+"="+name)
				kinds["levels"]++
			}
			if d.Answers != "" {
				w.Answers = append(w.Answers, d.Name+"="+strings.TrimSuffix(name, "vcd")+"answers")
				kinds["answers"]++
			}
			if d.Messages {
				kinds["port.udp"]++
			}
			if strings.HasPrefix(d.Name, "nic_") {
				kinds["net.udp"]++
			}
			if d.Disk {
				kinds["disk"]++
			}
		}
		if until := made.Script().Until; until != nil {
			w.Until = fmt.Sprintf("%dus", *until)
			kinds["until"]++
		}
		r, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Source, World: w})
		require.NoError(t, err, path)
		require.Empty(t, trace.Compare(s.ref, r.Trace, trace.Options{}), path)
	}
	for _, k := range []string{"captures", "port.udp", "net.udp", "disk", "levels", "bytes", "answers", "spi", "i2c", "rng", "until"} {
		require.Greater(t, kinds[k], 3, k)
	}
}
