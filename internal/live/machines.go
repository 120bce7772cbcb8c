package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/sinter-lang/sinter/monitor"
	"github.com/sinter-lang/sinter/sim/process"
)

// firstFD is the number of the first inherited descriptor in a child.
const firstFD = 3

// inherit lists the descriptors of the network devices for a child process. It calls `with` for
// each device and its descriptor number in the child.
func (s *service) inherit(with func(i, fd int)) []*os.File {
	var files []*os.File
	for i, f := range s.ends {
		if f == nil {
			continue
		}
		with(i, firstFD+len(files))
		files = append(files, f)
	}
	return files
}

// native runs the image as a Linux process.
func (s *service) native(ctx context.Context) (int, error) {
	path := filepath.Join(s.dir, "prog")
	if err := os.WriteFile(path, s.im.ELF, 0o755); err != nil {
		return 0, err
	}
	args := append([]string{}, s.im.Words...)
	files := s.inherit(func(i, fd int) { args = append(args, fmt.Sprintf("%s=fd:%d", s.im.Devices[i].Name, fd)) })
	for i, d := range s.im.Devices {
		if d.Kind == Disk {
			args = append(args, d.Name+"=file:"+s.im.value(Disk, s.o.Disks, i))
		}
	}
	code, said, err := s.child(ctx, path, args, files)
	if err != nil {
		return 0, err
	}
	switch {
	case code == 1:
		return 1, wrong("the process ended: %s", firstLine(said))
	case code > 128:
		return 7, Crash{fmt.Sprintf("the process was ended by %s", syscall.Signal(code-128))}
	}
	return code, nil
}

// unikernel runs the image in QEMU.
func (s *service) unikernel(ctx context.Context) (int, error) {
	kernel := filepath.Join(s.dir, "kernel.elf")
	if err := os.WriteFile(kernel, s.im.ELF, 0o644); err != nil {
		return 0, err
	}
	o := process.Options{QEMU: s.o.QEMU, Chipset: s.o.Chipset, Accel: s.o.Accel, Memory: s.o.Memory}
	args := process.QEMUArgs(o, kernel, strings.Join(s.im.Words, " "))
	s.memory = process.MemoryOf(o, kernel) << 10
	files := s.inherit(func(i, fd int) {
		backend := fmt.Sprintf("dgram,local.type=fd,local.str=%d", fd)
		if s.tapOf(i) != "" && !s.relays() {
			backend = fmt.Sprintf("tap,fd=%d", fd)
		}
		args = append(args, o.Chipset.Card(i, backend)...)
	})
	for i, d := range s.im.Devices {
		if d.Kind == Disk {
			args = append(args, o.Chipset.Disk(i, s.im.value(Disk, s.o.Disks, i))...)
		}
	}
	if s.im.has(Random) {
		args = append(args, o.Chipset.Random()...)
	}
	if s.im.Watch != nil {
		f, more, err := s.guestMemory(firstFD+len(files), s.memory>>10)
		if err != nil {
			return 0, err
		}
		files, args = append(files, f), append(args, more...)
	}
	status, said, err := s.child(ctx, args[0], args[1:], files)
	if err != nil {
		return 0, err
	}
	if status%2 == 0 || status == 1 && len(said) > 0 || status > 128 {
		return 0, fmt.Errorf("QEMU ended by itself, with status %d: %s", status, firstLine(said))
	}
	if code := status / 2; code != crashed {
		return code, nil
	}
	text, _ := Decode(s.console.lastWords(), s.im.Where)
	return crashed, Crash{text}
}

// The exit codes of an image that trapped or crashed.
const (
	trapped = 4
	crashed = 7
)

// child runs a command with inherited descriptors until the command or ctx ends. The results
// are the exit status and the command's standard error. If a signal ended the command, the
// status is 128 plus the signal's number.
func (s *service) child(ctx context.Context, path string, args []string, files []*os.File) (int, []byte, error) {
	runtime.LockOSThread() // the child dies with this thread
	defer runtime.UnlockOSThread()
	var said bytes.Buffer
	var cmd *exec.Cmd
	for attempt := 0; ; attempt++ {
		cmd = exec.CommandContext(ctx, path, args...)
		cmd.ExtraFiles, cmd.Stdout, cmd.Stderr = files, s.o.Stdout, &limited{&said}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		cmd.WaitDelay = time.Second
		cmd.Cancel = func() error {
			s.note() // the memory of the process disappears when the process is gone
			return cmd.Process.Kill()
		}
		err := cmd.Start()
		if errors.Is(err, syscall.ETXTBSY) && attempt < 20 { // another child process is being started
			time.Sleep(5 * time.Millisecond)
			continue
		}
		if err != nil {
			return 0, nil, err
		}
		break
	}
	for i, f := range s.ends { // then only the child holds the ends, so we notice when it closes them
		if f != nil {
			f.Close()
			s.ends[i] = nil
		}
	}
	s.watchProcess(cmd.Process.Pid)
	err := cmd.Wait()
	s.note()
	s.watchWith(nil)
	if ctx.Err() != nil {
		return 0, said.Bytes(), nil
	}
	state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok {
		return 0, nil, err
	}
	if state.Signaled() {
		return 128 + int(state.Signal()), said.Bytes(), nil
	}
	return state.ExitStatus(), said.Bytes(), nil
}

// limited is a writer that keeps only the first bytes.
type limited struct{ b *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	l.b.Write(p[:min(len(p), max(0, 4096-l.b.Len()))])
	return len(p), nil
}

func firstLine(b []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte("\n"))
	return string(line)
}

// monitor runs the image in our own monitor, in this process.
func (s *service) monitor(ctx context.Context) (int, error) {
	im, err := monitor.Load(s.im.ELF)
	if err != nil {
		return 0, err
	}
	s.memory = int(im.Memory() >> 10)
	conf := monitor.Config{Console: s.o.Stdout, Nets: map[string]monitor.Net{}, Blocks: map[string]monitor.Block{}, Words: s.im.Words, Exits: &s.exits, Watch: s.watchGuest}
	for i, d := range s.im.Devices {
		if f := s.ends[i]; f != nil {
			conf.Nets[d.Name] = &frames{fd: int(f.Fd()), buf: make([]byte, maxFrame)}
			if err := syscall.SetNonblock(int(f.Fd()), true); err != nil {
				return 0, err
			}
			continue
		}
		if d.Kind == Random {
			continue // the random bytes come from the host
		}
		b, err := monitor.OpenBlock(s.im.value(Disk, s.o.Disks, i))
		if err != nil {
			return 0, wrong("--disk: %s", err)
		}
		s.closers = append(s.closers, b)
		conf.Blocks[d.Name] = b
	}
	if err := s.snapshots(&conf); err != nil {
		return 0, err
	}
	r, err := monitor.Run(ctx, im, conf)
	var bad *monitor.BadState
	if errors.As(err, &bad) {
		return 0, wrong("--restore %s: %s", s.o.Restore, bad)
	}
	var c *monitor.Crash
	if errors.As(err, &c) {
		return crashed, Crash{fmt.Sprintf("%s at %s (rip %#x, last address that was not there %#x)", c.Why, s.im.Where(c.Address), c.Address, c.Fault)}
	}
	if text, ok := Decode(s.console.lastWords(), s.im.Where); err == nil && r.Code == crashed && ok {
		return crashed, Crash{text}
	}
	return r.Code, err
}

// frames is a network device of the monitor. Its frames pass through a descriptor.
type frames struct {
	fd  int
	buf []byte
}

// Receive returns the length of the next frame, or 0 if there is none.
func (f *frames) Receive(buf []byte) (int, error) {
	for {
		n, err := syscall.Read(f.fd, f.buf)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			return 0, nil
		case err != nil:
			return 0, err
		case n == 0:
			return 0, errors.New("the other end of the network is gone")
		}
		copy(buf, f.buf[:n])
		return n, nil
	}
}

// Send sends a frame to the other end. The frame is lost if there is no room.
func (f *frames) Send(frame []byte) error {
	for {
		_, err := syscall.Write(f.fd, frame)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err == nil || errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.EIO):
			return nil
		}
		return err
	}
}

// FD is a descriptor that is readable when a frame has arrived.
func (f *frames) FD() int { return f.fd }
