package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// echoProgram is the program whose instructions for an echo are counted.
const echoProgram = "echo"

// echoSizes are the lengths of the datagrams in bytes: a short datagram and the longest one.
func echoSizes() []int { return []int{64, 1472} }

// printEchoes prints only the instruction counts of echoes.
func printEchoes(ctx context.Context, root string, lines bool) int {
	f := newFigures()
	examples, err := load(options{root: root, only: []string{echoProgram}})
	if err == nil {
		err = echoes(ctx, examples, f)
	}
	var bySize map[int]steps
	if err == nil {
		bySize, err = examples[0].echoesOnX86(ctx, f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 2
	}
	for _, key := range slices.Sorted(maps.Keys(f.Counts)) {
		fmt.Printf("%-28s %.0f\n", key, f.Counts[key])
	}
	if !lines {
		return 0
	}
	for _, size := range echoSizes() {
		list, err := examples[0].echoLines(ctx, size)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			return 2
		}
		fmt.Printf("\n%d bytes, by line on a core\n%s\n", size, strings.Join(list, "\n"))
		fmt.Printf("\n%d bytes, by line on x86-64\n%s\n", size, strings.Join(costliest(bySize[size].lines), "\n"))
	}
	return 0
}

// fewEchoes and manyEchoes are the numbers of datagrams in two runs. The counts of the two runs
// are subtracted.
const fewEchoes, manyEchoes = 4, 12

// echoRun is one of the two runs of a measurement, and the sign with which its counts are added.
type echoRun struct{ n, sign int }

func echoRuns() []echoRun { return []echoRun{{fewEchoes, -1}, {manyEchoes, 1}} }

// echoes counts the cost of one echo on a core. A core runs the scheduler, the stack and the
// task, but no driver. The cost is the difference between two runs, divided by eight,
// because the second run has eight more datagrams.
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
			few, err := e.echoWork(ctx, m.level, m.core, m.unit, size, fewEchoes)
			if err != nil {
				return err
			}
			many, err := e.echoWork(ctx, m.level, m.core, m.unit, size, manyEchoes)
			if err != nil {
				return err
			}
			f.count(fmt.Sprintf("%s.%d", m.key, size), (many-few)/(manyEchoes-fewEchoes))
		}
	}
	return nil
}

// echoesOnX86 counts the cost of one echo in an x86-64 process: in the program, and in the
// layer below the program. Here that layer reads and writes captures.
func (e *example) echoesOnX86(ctx context.Context, f *figures) (map[int]steps, error) {
	bySize := map[int]steps{}
	for _, size := range echoSizes() {
		s, err := e.echoSteps(ctx, size)
		if err != nil {
			return nil, err
		}
		bySize[size] = s
		f.count(fmt.Sprintf("echo_x86.%d", size), s.program)
		f.count(fmt.Sprintf("echo_x86_layer.%d", size), s.layer)
	}
	return bySize, nil
}

// echoWork runs the program with n datagrams from one host, and expects n answers.
func (e *example) echoWork(ctx context.Context, level, core, unit string, size, n int) (int, error) {
	w, drop, err := e.echoWorld(size, n)
	if err != nil {
		return 0, err
	}
	defer drop()
	r, err := e.Run(ctx, flow.RunOptions{Level: level, Core: core, World: w})
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

// echoWorld writes a capture of n datagrams from one host, after the host's ARP request for
// this machine. `drop` removes the capture.
func (e *example) echoWorld(size, n int) (w flow.World, drop func(), err error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return w, nil, err
	}
	drop = func() { os.RemoveAll(dir) }
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
	path := filepath.Join(dir, "in.pcap")
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	return flow.World{Captures: []string{"nic=" + path}}, drop, err
}

// echoLines counts the instructions of one echo by source line, the most expensive first.
func (e *example) echoLines(ctx context.Context, size int) ([]string, error) {
	im, err := e.Image(ctx)
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, run := range echoRuns() {
		w, drop, err := e.echoWorld(size, run.n)
		if err != nil {
			return nil, err
		}
		script, err := e.Script(w)
		drop()
		if err != nil {
			return nil, err
		}
		m, err := iss.New(im, world.New(script))
		if err != nil {
			return nil, err
		}
		m.Retire(func(r *sim.Retire) {
			at := im.Spans[(r.PC-design.TextBase)/4]
			line, _ := at.Position()
			name := "?"
			if at.File != nil {
				name = at.File.Name
			}
			count[fmt.Sprintf("%s:%d", name, line)] += run.sign
		})
		if _, err := sim.Run(m, 1<<24); err != nil {
			return nil, err
		}
	}
	return costliest(count), nil
}

// costliest lists the source lines with the instructions of one echo, largest first. The counts
// are for all echoes by which the two runs differ.
func costliest(count map[string]int) (out []string) {
	lines := slices.Sorted(maps.Keys(count))
	slices.SortStableFunc(lines, func(a, b string) int { return count[b] - count[a] })
	for _, l := range lines {
		if n := count[l] / (manyEchoes - fewEchoes); n > 0 {
			out = append(out, fmt.Sprintf("%6d  %s", n, l))
		}
	}
	return out
}
