package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/sinter-lang/sinter/internal/cli"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// streamed is the cost of one run of the packet filter over a long capture.
type streamed struct {
	Frames  int     `json:"frames"`
	Seconds float64 `json:"seconds"` // CPU time, children included
	MiB     float64 `json:"mib"`     // peak memory of the tool
}

// streamFigures are the runs of a machine by length, and the cost of one additional frame.
type streamFigures struct {
	Runs   []streamed `json:"runs"`
	Micros float64    `json:"us_per_frame"` // the longest run minus the shortest, so that the start does not count
}

// streamLengths are the lengths of the captures for a machine. Slow machines get shorter
// captures.
func streamLengths(level string, most int) []int {
	lengths := []int{10_000, 100_000, 1_000_000, 10_000_000}
	if level == flow.Cycle {
		most = min(most, 100_000)
	}
	n := 0
	for n < len(lengths) && lengths[n] <= most {
		n++
	}
	return lengths[:n]
}

// printStream runs the filter on several machines, over captures of growing length. Each run is
// a separate process. printStream prints the costs as JSON.
func printStream(ctx context.Context, root string, most int, out io.Writer) error {
	dir, err := os.MkdirTemp("", "sinter-stream-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all := map[string]*streamFigures{}
	for _, level := range []string{flow.Source, flow.IR, flow.ISA, flow.Native, flow.Cycle} {
		f := &streamFigures{}
		for _, n := range streamLengths(level, most) {
			path := filepath.Join(dir, fmt.Sprint(n, ".pcap"))
			if err := longCapture(path, n); err != nil {
				return err
			}
			one, err := streamChild(ctx, root, level, path)
			if err != nil {
				return fmt.Errorf("%s, %d frames: %w", level, n, err)
			}
			one.Frames = n
			f.Runs = append(f.Runs, *one)
		}
		f.Micros = microsOf(f.Runs)
		all[level] = f
	}
	return printJSON(out, all)
}

// microsOf is the time per frame, without the start.
func microsOf(runs []streamed) float64 {
	if len(runs) < 2 {
		return 0
	}
	first, last := runs[0], runs[len(runs)-1]
	return threeDigits(1e6 * (last.Seconds - first.Seconds) / float64(last.Frames-first.Frames))
}

// longCapture writes n frames of 96 bytes, 10 us apart, from a thousand flows. A file that
// exists already is kept.
func longCapture(path string, n int) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	b := bufio.NewWriterSize(f, 1<<16)
	w, err := world.NewCaptureWriter(b, "d", false)
	for i := 0; i < n && err == nil; i++ {
		err = w.Event(&trace.Event{Kind: trace.Out, Port: "d", Time: uint64(10 * i), Data: flowFrame(i % 1000)})
	}
	if err != nil {
		return err
	}
	return b.Flush()
}

// flowFrame is an IPv4 frame of one flow: TCP or UDP, to one of a few ports.
func flowFrame(i int) []byte {
	d := make([]byte, 96)
	binary.BigEndian.PutUint16(d[12:], 0x0800)
	d[14], d[22], d[23] = 0x45, 64, [...]byte{6, 17}[i%2]
	binary.BigEndian.PutUint16(d[16:], 82)
	binary.BigEndian.PutUint32(d[26:], 0x0a000000+uint32(i)*7919%65536)
	binary.BigEndian.PutUint32(d[30:], 0xc0a80000+uint32(i)*104729%65536)
	binary.BigEndian.PutUint16(d[34:], uint16(1024+i))
	binary.BigEndian.PutUint16(d[36:], [...]uint16{53, 80, 443, 22}[i%4])
	return d
}

// streamChild runs this command again as a separate process for one run.
func streamChild(ctx context.Context, root, level, path string) (*streamed, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-root", root, "-stream-on", level, "-stream-in", path)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	one := &streamed{}
	return one, json.Unmarshal(text, one)
}

// streamOnce runs the filter on one machine. Then it prints the cost of this process.
func streamOnce(ctx context.Context, root, level, path string, out io.Writer) error {
	p, err := flow.Load(filepath.Join(root, "examples", speedProgram), flow.Options{})
	if err != nil {
		return err
	}
	cli.Lean()
	r, err := p.Run(ctx, flow.RunOptions{
		Level: level, Core: flow.Pipe3, Forget: true, Line: func(string) {},
		World: flow.World{Captures: []string{"inside=" + path}}, PcapOut: []string{"outside=" + path + "." + level},
	})
	if err != nil {
		return err
	}
	if r.Status != trace.Waiting {
		return fmt.Errorf("the run ended %s", r.Status)
	}
	one := streamed{MiB: peakMiB()}
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			return err
		}
		one.Seconds += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	return json.NewEncoder(out).Encode(one)
}

// peakMiB is the peak memory of this process, or 0 if the system does not report the peak.
func peakMiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		kib := 0.0
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); err == nil {
			return threeDigits(kib / 1024)
		}
	}
	return 0
}
