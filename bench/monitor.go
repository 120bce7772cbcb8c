package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/monitor"
)

// Kernels that are timed in the monitor beside a Linux process. They use bytes, words and floats.
const inMonitor = "crc32 sha256 matmuld"

// monitored measures our own monitor: its size, and what a guest costs in it. The other figures
// of the run, such as B1.output and P1, are those of QEMU.
func (g *goals) monitored(root string) func(hello, echo *flow.Program) error {
	return func(hello, echo *flow.Program) error {
		if err := g.monitorSizes(root, hello); err != nil {
			return err
		}
		if err := monitor.Available(); err != nil {
			g.missing = append(g.missing, "V: "+err.Error())
			return nil
		}
		return errors.Join(g.firstOutput(hello), g.snapshots(echo), g.computes(), g.monitorEcho(root))
	}
}

// monitorSizes counts the lines of package monitor without its tests, and the bytes of hello.
func (g *goals) monitorSizes(root string, hello *flow.Program) error {
	_, n, err := g.file(hello, x86.HVT)
	if err != nil {
		return err
	}
	g.set("V.hello", "image of a guest of the monitor, hello", float64(n), "bytes")
	files, err := filepath.Glob(filepath.Join(root, "monitor", "*.go"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("package monitor was not found below %s", root)
	}
	lines := 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		lines += bytes.Count(text, []byte("\n"))
	}
	g.set("V.lines", "package monitor without tests", float64(lines), "lines")
	return nil
}

// image builds and loads a guest of the monitor.
func (g *goals) image(p *flow.Program) (*monitor.Image, error) {
	img, err := p.X86(g.ctx, x86.HVT)
	if err != nil {
		return nil, err
	}
	return monitor.Load(img.Stripped)
}

// first notes when a guest gives its first output, and after how many exits.
type first struct {
	began time.Time
	count *atomic.Int64
	ms    float64
	exits int64
}

func (f *first) Write(p []byte) (int, error) {
	if f.ms == 0 {
		f.ms, f.exits = float64(time.Since(f.began).Microseconds())/1000, f.count.Load()
	}
	return len(p), nil
}

func (g *goals) firstOutput(hello *flow.Program) error {
	im, err := g.image(hello)
	if err != nil {
		return err
	}
	var all []float64
	var exits int64
	for range liveRounds {
		count := new(atomic.Int64)
		f := &first{began: time.Now(), count: count}
		if _, err := monitor.Run(g.ctx, im, monitor.Config{Console: f, Exits: count}); err != nil {
			return err
		}
		if f.ms == 0 {
			return errors.New("hello says nothing in the monitor")
		}
		all, exits = append(all, f.ms), f.exits
	}
	g.set("V.output", "from the start of the monitor to the first byte of output", middle(all), "ms")
	g.set("V.exits", "exits of the guest up to the first byte of output", float64(exits), "exits")
	return nil
}

// silent is a network on which nothing ever arrives.
type silent struct{ end *os.File }

func (s silent) Receive([]byte) (int, error) { return 0, nil }
func (s silent) Send([]byte) error           { return nil }
func (s silent) FD() int                     { return int(s.end.Fd()) }

// snapshots measures the time to save a guest that waits, and the time until the saved guest
// waits again in a new machine.
func (g *goals) snapshots(echo *flow.Program) error {
	im, err := g.image(echo)
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	nets := map[string]monitor.Net{"nic": silent{r}}
	var state []byte
	var again []float64
	for range liveRounds + 1 {
		began, waits := time.Now(), 0.0
		ctx, stop := context.WithTimeout(g.ctx, time.Minute)
		_, err := monitor.Run(ctx, im, monitor.Config{Console: io.Discard, Nets: nets, State: state, Save: func(s []byte) error {
			if waits == 0 {
				waits = float64(time.Since(began).Microseconds()) / 1000
			}
			state = bytes.Clone(s)
			stop()
			return nil
		}})
		stop()
		if waits == 0 {
			return fmt.Errorf("echo does not wait in the monitor: %w", err)
		}
		again = append(again, waits)
	}
	g.set("V.restore", "from the start of the monitor with a saved guest until the guest waits and is saved again", middle(again[1:]), "ms")
	return nil
}

// computes times kernels in the monitor and as a Linux process, in turn.
func (g *goals) computes() error {
	worst := 0.0
	for _, name := range strings.Fields(inMonitor) {
		p, err := loadPair(name, x86.V1) // a guest uses no wider registers
		if err != nil {
			return err
		}
		process, _, err := g.file(p, x86.Linux)
		if err != nil {
			return err
		}
		im, err := g.image(p)
		if err != nil {
			return err
		}
		var ours, theirs []float64
		for range liveRounds {
			want, seconds, err := userTime(g.ctx, process)
			if err != nil {
				return err
			}
			var said bytes.Buffer
			began := ownTime()
			if _, err := monitor.Run(g.ctx, im, monitor.Config{Console: &said}); err != nil {
				return fmt.Errorf("%s in the monitor: %w", name, err)
			}
			ours, theirs = append(ours, (ownTime()-began).Seconds()), append(theirs, seconds)
			if err := agree("the process", want, "the monitor", said.String()); err != nil {
				return err
			}
		}
		ratio := math.Round(1e3*middle(ours)/middle(theirs)) / 1e3
		g.set("V.compute."+name, "processor time of a kernel in the monitor by that of the same code in a Linux process", ratio, "")
		worst = max(worst, ratio)
	}
	g.set("V.compute", "the largest of these ratios", worst, "")
	return nil
}

// ownTime is the processor time of this process, the time of guests included.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("bench: " + err.Error()) // the arguments are constants
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// monitorEcho measures the processor time of the monitor for an echo, its forwarder included,
// as P1 does for QEMU. This program serves as the tool.
func (g *goals) monitorEcho(root string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, clients := range []int{1, 4, 32} {
		var all []float64
		for range liveRounds {
			us, err := g.toolCost(self, filepath.Join(root, "examples", "echo"), clients)
			if err != nil {
				return err
			}
			all = append(all, us)
		}
		g.set(fmt.Sprintf("V.echo.%d", clients), "processor time of the tool with the monitor in it for an echo, by the number of clients", middle(all), "us")
	}
	return nil
}

func (g *goals) toolCost(self, program string, clients int) (float64, error) {
	cmd := exec.CommandContext(g.ctx, self, asSinter, "run", program, "--live", "--on", "monitor", "-p", "udp:0:7")
	said, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer end(cmd)
	line, err := bufio.NewReader(said).ReadString('\n')
	at := reached.FindStringSubmatch(line)
	if at == nil {
		return 0, fmt.Errorf("the echo says %q on the monitor: %w", line, err)
	}
	return costOfEcho(cmd.Process.Pid, at[1], clients)
}
