package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/sim/process"
)

// goal is a measured figure of an x86-64 product that runs as a service.
type goal struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  string  `json:"goal,omitempty"` // what the figure should be
}

// aimOf is the goal of a figure, or "" if the figure has no goal.
func aimOf(id string) string {
	return map[string]string{
		"S1": "<= 1024", "S2": "<= 12288", "B1": "<= 1/40 of B1.peer", "B3": "<= 20000", "P1.4": "<= 1/5 of P1.4.peer", "P1.32": "<= 1/3 of P1.32.peer",
		"P8.1": "<= P8.1.c", "P8.4": "<= P8.4.c", "P8.32": "<= P8.32.c", "P7.64": "<= 250", "P7.1472": "<= 1200", "C1": "0.995 to 1.005", "M1": "<= 2", "M3": "<= 256", "I1": "0",
		"V.hello": "<= 700", "V.lines": "< 2500", "V.output": "<= 10, <= 1/10 of B1.output", "V.exits": "< 10", "V.compute": "<= 1.05", "V.restore": "<= 5",
		"V.echo.1": "<= P1.1", "V.echo.4": "<= P1.4", "V.echo.32": "<= P1.32",
	}[id]
}

// peer is another guest, which is measured with the same QEMU as our guest. A peer is a
// kernel that answers datagrams at port 7 of 10.0.2.15, for example Linux with a server in
// the initial RAM disk.
type peer struct{ kernel, initrd, line string }

// goals measures all figures that need only QEMU and a process. missing lists the figures that
// could not be measured.
type goals struct {
	ctx     context.Context
	dir     string
	qemu    string
	peer    peer
	found   map[string]goal
	missing []string
}

// measureGoals takes all figures for services.
func measureGoals(ctx context.Context, root string, p peer) (*goals, error) {
	dir, err := os.MkdirTemp("", "sinter-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	g := &goals{ctx: ctx, dir: dir, peer: p, found: map[string]goal{}, missing: []string{}}
	if g.qemu, err = flow.QEMU(); err != nil {
		g.missing = append(g.missing, "all of unikernels: "+err.Error())
		return g, nil
	}
	hello, err := flow.Load(filepath.Join(root, "examples", "hello"), flow.Options{})
	if err != nil {
		return nil, err
	}
	echo, err := flow.Load(filepath.Join(root, "examples", "echo"), flow.Options{})
	if err != nil {
		return nil, err
	}
	for _, f := range []func(hello, echo *flow.Program) error{g.sizes, g.process, g.sandboxes, g.memory, g.clock, g.served, g.output, g.handler(root), g.monitored(root)} {
		if err := f(hello, echo); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *goals) set(id, what string, value float64, unit string) {
	g.found[id] = goal{what, value, unit, aimOf(id)}
}

// file writes a stripped product.
func (g *goals) file(p *flow.Program, kind x86.Product) (string, int, error) {
	img, err := p.X86(g.ctx, kind)
	if err != nil {
		return "", 0, err
	}
	path := filepath.Join(g.dir, p.Name+"."+string(kind))
	return path, len(img.Stripped), os.WriteFile(path, img.Stripped, 0o755)
}

func (g *goals) sizes(hello, echo *flow.Program) error {
	for id, p := range map[string]*flow.Program{"S1": hello, "S2": echo} {
		_, n, err := g.file(p, x86.PVH)
		if err != nil {
			return err
		}
		g.set(id, "image of a unikernel, "+p.Name, float64(n), "bytes")
	}
	tools, err := llvmTools()
	if err != nil {
		return err
	}
	m, err := hello.ForX86()
	if err != nil {
		return err
	}
	_, tr, err := boot(g.ctx, m, x86.Options{Count: true, Plant: sayCount}, tools, g.qemu)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(strings.TrimSpace(tr.Events[0].Text))
	g.set("B3", "from the entry to the program, firmware included", float64(n), "instructions")
	return err
}

// process measures the memory of a Linux process after its first answer.
func (g *goals) process(_, echo *flow.Program) error {
	path, _, err := g.file(echo, x86.Linux)
	if err != nil {
		return err
	}
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	defer ours.Close()
	cmd := exec.CommandContext(g.ctx, path, "nic=fd:3")
	cmd.ExtraFiles = []*os.File{theirs}
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		return err
	}
	defer end(cmd)
	if _, err := ours.Write(arpQuestion()); err != nil {
		return err
	}
	if _, err := ours.Read(make([]byte, 2000)); err != nil {
		return err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kib, err := strconv.Atoi(f[1])
			g.set("M3", "resident memory of a Linux process that has answered", float64(kib), "KiB")
			return err
		}
	}
	return fmt.Errorf("no VmRSS of process %d", cmd.Process.Pid)
}

func end(cmd *exec.Cmd) {
	cmd.Process.Kill() //nolint:errcheck // the process may have ended
	cmd.Wait()         //nolint:errcheck // killed on purpose
}

// guest boots a kernel with QEMU's own network and waits for its first answer.
func (g *goals) guest(args []string, limit time.Duration) (*exec.Cmd, net.Conn, time.Duration, error) {
	free, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, 0, err
	}
	at := free.LocalAddr().String()
	free.Close()
	args = append(args, process.Microvm.Card(0, "user,hostfwd=udp:"+at+"-10.0.2.15:7")...)
	cmd := exec.CommandContext(g.ctx, args[0], args[1:]...)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, nil, 0, err
	}
	conn, err := net.Dial("udp4", at)
	if err == nil {
		err = fmt.Errorf("no answer in %s", limit)
		buf := make([]byte, 2000)
		for time.Since(began) < limit {
			conn.Write([]byte("there?"))                                //nolint:errcheck // nobody may listen yet
			conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) //nolint:errcheck // the socket is open
			if _, e := conn.Read(buf); e == nil {
				return cmd, conn, time.Since(began), nil
			}
		}
	}
	end(cmd)
	return nil, nil, 0, err
}

// memory finds the smallest memory with which the guest serves.
func (g *goals) memory(_, echo *flow.Program) error {
	path, _, err := g.file(echo, x86.PVH)
	if err != nil {
		return err
	}
	for mib := 1; mib <= 16; mib++ {
		cmd, conn, _, err := g.guest(process.QEMUArgs(process.Options{QEMU: g.qemu, Memory: mib}, path, ""), 5*time.Second)
		if err == nil {
			conn.Close()
			end(cmd)
			g.set("M1", "smallest memory of a unikernel that serves datagrams", float64(mib), "MiB")
			return nil
		}
	}
	g.missing = append(g.missing, "M1: no guest of up to 16 MiB answers")
	return nil
}

const ticker = `task tick() {
  for k in 0..31 { select prio { on every(100ms) { log.print("{now()}") } } }
}
system ticker { run tick() }
`

// clock compares the guest's time with the host's time and keeps the worst of five boots.
func (g *goals) clock(_, _ *flow.Program) error {
	p, err := flow.LoadFiles([]*diag.File{{Name: "ticker.sn", Text: ticker}}, flow.Options{})
	if err != nil {
		return err
	}
	path, _, err := g.file(p, x86.PVH)
	if err != nil {
		return err
	}
	worst := 1.0
	for range liveRounds {
		r, err := g.ratio(path)
		if err != nil {
			return err
		}
		if max(r, 1/r) > max(worst, 1/worst) {
			worst = r
		}
	}
	g.set("C1", "time of a guest by that of the host, 30 periods of 100 ms, the worst of five boots", worst, "")
	return nil
}

func (g *goals) ratio(path string) (float64, error) {
	args := process.QEMUArgs(process.Options{QEMU: g.qemu}, path, "")
	cmd := exec.CommandContext(g.ctx, args[0], args[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer end(cmd)
	lines := bufio.NewScanner(out)
	var host []time.Time
	var guest []float64
	for lines.Scan() {
		us, err := strconv.ParseFloat(lines.Text(), 64)
		if err != nil {
			return 0, fmt.Errorf("the guest said %q, expected a number", lines.Text())
		}
		host, guest = append(host, time.Now()), append(guest, us)
	}
	const third = 10
	if len(guest) < 3*third {
		return 0, fmt.Errorf("the guest said %d times, expected 31", len(guest))
	}
	late := func(k int) float64 { return float64(host[k].Sub(host[0]).Microseconds()) - guest[k] }
	first, last := leastLate(0, third, late), leastLate(len(guest)-third, len(guest), late)
	return (guest[last] - guest[first]) / float64(host[last].Sub(host[first]).Microseconds()), nil
}

// leastLate finds, among some lines, the line that the host read with the least delay. A busy
// host reads lines late, but never early. So only lines with little delay show how fast the
// guest's clock is.
func leastLate(from, to int, late func(int) float64) int {
	best := from
	for k := from + 1; k < to; k++ {
		if late(k) < late(best) {
			best = k
		}
	}
	return best
}

// served measures guests that answer clients. It measures the CPU time of all QEMU threads,
// both for each echo and while the guest is idle. Our guest and the peer are measured in
// turn.
func (g *goals) served(_, echo *flow.Program) error {
	path, _, err := g.file(echo, x86.PVH)
	if err != nil {
		return err
	}
	kinds := map[string][]string{"": process.QEMUArgs(process.Options{QEMU: g.qemu}, path, "")}
	if g.peer.kernel == "" {
		g.missing = append(g.missing, "P1, B1 beside a Linux guest: none was given (-peer KERNEL -peer-initrd FILE -peer-line TEXT)")
	} else {
		kinds[".peer"] = g.peer.args(g.qemu)
	}
	costs, boots := map[string][]float64{}, map[string][]float64{}
	for round := range liveRounds {
		for _, kind := range []string{"", ".peer"} {
			if kinds[kind] == nil {
				continue
			}
			cmd, conn, after, err := g.guest(kinds[kind], time.Minute)
			if err != nil {
				return fmt.Errorf("a guest%s: %w", kind, err)
			}
			boots[kind] = append(boots[kind], float64(after.Microseconds())/1000)
			for _, clients := range []int{1, 4, 32} {
				us, err := costOfEcho(cmd.Process.Pid, conn.RemoteAddr().String(), clients)
				if err != nil {
					return err
				}
				costs[fmt.Sprint(clients, kind)] = append(costs[fmt.Sprint(clients, kind)], us)
			}
			if round == 0 && kind == "" {
				err = g.idle(cmd.Process.Pid)
			}
			conn.Close()
			end(cmd)
			if err != nil {
				return err
			}
		}
	}
	for kind, all := range boots {
		g.set("B1"+kind, "from the start of QEMU to the first answer", middle(all), "ms")
	}
	for kind, all := range costs {
		g.set("P1."+kind, "processor time of all threads of QEMU for an echo, by the number of clients", middle(all), "us")
	}
	return nil
}

// args returns QEMU's arguments for the peer: the options of our guest, and the peer's own
// additional options.
func (p peer) args(qemu string) []string {
	args := []string{
		qemu, "-M", "microvm,x-option-roms=off,rtc=off,acpi=on,pit=on,pic=on", "-global", "virtio-mmio.force-legacy=false", "-nodefaults", "-no-user-config",
		"-display", "none", "-no-reboot", "-serial", "null", "-accel", "tcg", "-m", "128", "-kernel", p.kernel,
	}
	if p.initrd != "" {
		args = append(args, "-initrd", p.initrd)
	}
	return append(args, "-append", p.line)
}

// output measures the time until the image that prints hello gives its first byte of output. A
// second image gives a byte of output in its first instructions. The time of this image is the
// share of QEMU and its firmware. The two images are measured in turn.
func (g *goals) output(hello, _ *flow.Program) error {
	path, _, err := g.file(hello, x86.PVH)
	if err != nil {
		return err
	}
	early, err := g.early(hello)
	if err != nil {
		return err
	}
	var whole, outside []float64
	for range liveRounds {
		for _, kind := range []struct {
			path string
			all  *[]float64
		}{{path, &whole}, {early, &outside}} {
			ms, err := g.firstByte(kind.path)
			if err != nil {
				return err
			}
			*kind.all = append(*kind.all, ms)
		}
	}
	g.set("B1.output", "from the start of QEMU to the first byte of output", middle(whole), "ms")
	g.set("B1.qemu", "from the start of QEMU to the first instruction of the image", middle(outside), "ms")
	return nil
}

// early writes an image whose first instructions give a byte of output.
func (g *goals) early(p *flow.Program) (string, error) {
	const entry, first = "module asm \"pvh_entry:\"\n", "module asm \"mov $0x3f8, %edx; mov $33, %al; out %al, %dx\"\n"
	tools, err := llvmTools()
	if err != nil {
		return "", err
	}
	m, err := p.ForX86()
	if err != nil {
		return "", err
	}
	found := false
	img, err := x86.Options{Printed: func(text string) string {
		found = strings.Count(text, entry) == 1
		return strings.Replace(text, entry, entry+first, 1)
	}}.Build(g.ctx, m, x86.PVH, tools)
	if err != nil {
		return "", err
	}
	if !found {
		return "", fmt.Errorf("the entry of %s was not found in its LLVM IR", p.Name)
	}
	path := filepath.Join(g.dir, "early.pvh")
	return path, os.WriteFile(path, img.Stripped, 0o755)
}

// firstByte boots a kernel and returns the milliseconds until its first byte of output.
func (g *goals) firstByte(kernel string) (float64, error) {
	args := process.QEMUArgs(process.Options{QEMU: g.qemu}, kernel, "")
	cmd := exec.CommandContext(g.ctx, args[0], args[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = out.Read(make([]byte, 1))
	ms := float64(time.Since(began).Microseconds()) / 1000
	end(cmd)
	if err != nil {
		return 0, fmt.Errorf("%s says nothing: %w", filepath.Base(kernel), err)
	}
	return ms, nil
}

// handler counts the instructions of one echo in a process: scheduler, stack and task.
func (g *goals) handler(root string) func(hello, echo *flow.Program) error {
	return func(_, _ *flow.Program) error {
		examples, err := load(options{root: root, only: []string{echoProgram}})
		if err != nil {
			return err
		}
		for _, size := range echoSizes() {
			s, err := examples[0].echoSteps(g.ctx, size)
			if err != nil {
				return err
			}
			g.set(fmt.Sprintf("P7.%d", size), "for an echo of so many bytes, without the layer below the program", float64(s.program), "instructions")
		}
		return nil
	}
}

// idle counts the CPU ticks in ten seconds without requests.
func (g *goals) idle(pid int) error {
	before, err := ticks(pid)
	if err != nil {
		return err
	}
	time.Sleep(10 * time.Second)
	after, err := ticks(pid)
	g.set("I1", "ticks of QEMU in ten idle seconds, the network up", float64(after-before), "ticks")
	return err
}

// ticks is the CPU time of a process in kernel ticks.
func ticks(pid int) (int, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	user, e1 := strconv.Atoi(f[11])
	system, e2 := strconv.Atoi(f[12])
	if e1 != nil || e2 != nil {
		return 0, fmt.Errorf("cannot read /proc/%d/stat", pid)
	}
	return user + system, nil
}
