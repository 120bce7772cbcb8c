package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// echoProgram is the program whose echoes are counted.
const echoProgram = "echo"

// echoSizes are the lengths of the datagrams, in bytes: a short one and the longest.
func echoSizes() []int { return []int{64, 1472} }

// printEchoes prints the counts of echoes alone.
func printEchoes(ctx context.Context, root string) int {
	f := newFigures()
	examples, err := load(options{root: root, only: []string{echoProgram}})
	if err == nil {
		err = echoes(ctx, examples, f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 2
	}
	for _, key := range slices.Sorted(maps.Keys(f.Counts)) {
		fmt.Printf("%-28s %.0f\n", key, f.Counts[key])
	}
	return 0
}

// echoes counts what one echo costs on a core, which has no driver beside the
// scheduler, the stack and the task: the difference of two runs that differ by eight
// datagrams.
func echoes(ctx context.Context, examples []*example, f *figures) error {
	i := slices.IndexFunc(examples, func(e *example) bool { return e.name == echoProgram })
	if i < 0 {
		return nil
	}
	e := examples[i]
	for _, m := range []struct{ key, level, core, unit string }{
		{"echo_instructions", flow.ISA, "", "instructions"},
		{"echo_cycles.pipe3", flow.Cycle, flow.Pipe3, "cycles"},
	} {
		for _, size := range echoSizes() {
			few, err := e.echoWork(ctx, m.level, m.core, m.unit, size, 4)
			if err != nil {
				return err
			}
			many, err := e.echoWork(ctx, m.level, m.core, m.unit, size, 12)
			if err != nil {
				return err
			}
			f.count(fmt.Sprintf("%s.%d", m.key, size), (many-few)/8)
		}
	}
	return nil
}

// echoWork runs the program against so many datagrams from one station, and
// expects as many answers.
func (e *example) echoWork(ctx context.Context, level, core, unit string, size, n int) (int, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	host := e.Tree.System.Devices[0].Home.Host
	peer := world.Host{Address: host ^ 1, Port: 5000}
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(i * 7)
	}
	in := &trace.Trace{}
	add := func(frame []byte) {
		at := uint64(len(in.Events)) * 100
		in.Events = append(in.Events, trace.Event{Kind: trace.Out, Port: "nic", Time: at, Data: frame})
	}
	add(world.ARP(false, world.MAC(peer.Address), peer.Address, nil, host))
	for range n {
		add(world.Datagram(world.MAC(peer.Address), world.MAC(host), peer, world.Host{Address: host, Port: 7}, body))
	}
	data, err := world.CaptureOf(in, "nic", false)
	if err != nil {
		return 0, err
	}
	path := filepath.Join(dir, "in.pcap")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return 0, err
	}
	r, err := e.Run(ctx, flow.RunOptions{Level: level, Core: core, World: flow.World{Captures: []string{"nic=" + path}}})
	if err != nil {
		return 0, err
	}
	sent := 0
	for _, event := range r.Trace.Events {
		if event.Kind == trace.Out {
			sent++
		}
	}
	if sent != n+1 {
		return 0, fmt.Errorf("%s sent %d frames, expected %d", e.name, sent, n+1)
	}
	return int(r.Figures[unit]), nil
}
