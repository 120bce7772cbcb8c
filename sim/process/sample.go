package process

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// Samples say where a Linux process spends its time. A thread of ours looks at it through
// ptrace each time that it has used another half millisecond of processor, and gives what
// it used since the last look to the address where it stands. Nothing in the program
// changes, and time in which it waits or another process runs does not count.
type Samples struct {
	At    map[uint64]time.Duration // processor time by address
	Looks int
	Err   error // why nobody could look
}

// lookAfter is how much processor time lies between two looks.
const lookAfter = 500 * time.Microsecond

// sampler is the thread that looks.
type sampler struct {
	pid        int
	into       *Samples
	last       time.Duration
	onward     int // how the process goes on from a stop
	quit, done chan struct{}
}

// sample begins to look at a process, a child of ours.
func sample(pid int, into *Samples) *sampler {
	into.At = map[uint64]time.Duration{}
	s := &sampler{pid: pid, into: into, onward: syscall.PTRACE_CONT, quit: make(chan struct{}), done: make(chan struct{})}
	ready := make(chan struct{})
	go s.run(ready)
	<-ready
	return s
}

// stop ends the looking. The samples are whole when it returns. It must be called before
// anybody waits for the end of the process: such a wait would take its stops.
func (s *sampler) stop() {
	close(s.quit)
	<-s.done
}

// run keeps its thread, which the kernel takes as the tracer.
func (s *sampler) run(ready chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.done)
	err := s.ptrace(ptraceSeize, 0)
	close(ready)
	if err != nil && s.over() {
		return
	}
	if err != nil {
		s.into.Err = fmt.Errorf("ptrace does not let the tool look at the process: %w (kernel.yama.ptrace_scope, or a container without ptrace)", err)
		return
	}
	tick := time.NewTicker(lookAfter)
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			s.leave()
			return
		case <-tick.C:
		}
		if err := s.look(); err != nil {
			if !errors.Is(err, errEnded) {
				s.into.Err = fmt.Errorf("the process cannot be looked at any more: %w", err)
			}
			return
		}
	}
}

// over reports a process that ended before anybody looked: the kernel refuses that in the
// same words as a look that is not allowed.
func (s *sampler) over() bool {
	info, err := s.waitid(ofProcess, waitEnd|waitLeave|syscall.WNOHANG)
	return err == nil && info.pid != 0
}

// leave lets the process go, which must stop once more for that.
func (s *sampler) leave() {
	s.onward = syscall.PTRACE_DETACH
	if err := s.ptrace(ptraceInterrupt, 0); err != nil {
		return // it has ended
	}
	if _, err := s.wait(0); err != nil && !errors.Is(err, errEnded) {
		s.into.Err = fmt.Errorf("the process cannot be let go: %w", err)
	}
}

// errEnded says that the process is over, and that somebody else takes its status.
var errEnded = errors.New("the process has ended")

// look goes on from a stop by a signal, and looks where the process is when it has worked.
func (s *sampler) look() error {
	if stopped, err := s.wait(syscall.WNOHANG); err != nil || stopped {
		return err
	}
	used, err := s.used()
	if err != nil {
		return err
	}
	if used-s.last < lookAfter {
		return nil
	}
	if err := s.ptrace(ptraceInterrupt, 0); err != nil {
		return err
	}
	_, err = s.wait(0)
	return err
}

// wait takes a stop of the process, notes where it is and lets it run. Its end is left to
// whoever waits for that.
func (s *sampler) wait(how int) (stopped bool, err error) {
	info, err := s.waitid(ofProcess, waitEnd|waitStop|waitLeave|how)
	switch {
	case err != nil:
		return false, err
	case info.pid == 0:
		return false, nil
	case info.code != codeTrapped:
		return false, errEnded
	}
	if _, err := s.waitid(ofProcess, waitStop|syscall.WNOHANG); err != nil {
		return false, err
	}
	if err := s.note(); err != nil {
		return false, err
	}
	signal := uintptr(info.status)
	if signal>>8 != 0 { // ours, not one that somebody sent
		signal = 0
	}
	return true, s.ptrace(s.onward, signal)
}

// note adds the time used since the last look to the current address of the process.
func (s *sampler) note() error {
	at, err := stoppedAt(s.pid)
	if err != nil {
		return ended(err)
	}
	used, err := s.used()
	if err != nil {
		return err
	}
	s.into.At[at] += used - s.last
	s.into.Looks++
	s.last = used
	return nil
}

// The numbers of linux/ptrace.h, linux/wait.h and of siginfo that syscall does not name.
const (
	ofProcess       = 1
	waitStop        = 2
	waitEnd         = 4
	waitLeave       = 0x01000000 // for somebody else to take
	ptraceSeize     = 0x4206
	ptraceInterrupt = 0x4207
	codeTrapped     = 4
)

func (s *sampler) ptrace(request int, data uintptr) error {
	_, _, e := syscall.RawSyscall6(syscall.SYS_PTRACE, uintptr(request), uintptr(s.pid), 0, data, 0, 0)
	if e != 0 {
		return ended(e)
	}
	return nil
}

// childInfo is the beginning of siginfo of a child.
type childInfo struct {
	signo, errno, code, _ int32
	pid, uid, status      int32
	_                     [100]byte
}

func (s *sampler) waitid(kind, options int) (childInfo, error) {
	for {
		var info childInfo
		_, _, e := syscall.Syscall6(syscall.SYS_WAITID, uintptr(kind), uintptr(s.pid), uintptr(unsafe.Pointer(&info)), uintptr(options), 0, 0)
		if e == 0 {
			return info, nil
		}
		if e != syscall.EINTR {
			return info, ended(e)
		}
	}
}

// used is the processor time of the process: the clock whose number the kernel makes of
// its own (clock_getcpuclockid in the C library).
func (s *sampler) used() (time.Duration, error) {
	var t syscall.Timespec
	clock := uintptr(^s.pid)<<3 | 2
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&t)), 0); e != 0 {
		return 0, ended(e)
	}
	return time.Duration(t.Nano()), nil
}

// ended says whether an error only means that the process is gone.
func ended(err error) error {
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.ECHILD) || errors.Is(err, syscall.EINVAL) {
		return errEnded
	}
	return err
}
