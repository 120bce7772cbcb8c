package process

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// Samples record where a Linux process spends its time. A tracer thread of the harness stops
// the Linux process through ptrace each time that process has used another half millisecond of
// CPU time. The thread assigns the CPU time since the last stop to the current instruction
// address. The traced program is not changed. Time in which it waits, or in which another
// process runs, does not count.
type Samples struct {
	At    map[uint64]time.Duration // CPU time by instruction address
	Looks int
	Err   error // why sampling was not possible
}

// lookAfter is the CPU time between two samples.
const lookAfter = 500 * time.Microsecond

// sampler controls the tracer thread.
type sampler struct {
	pid        int
	into       *Samples
	last       time.Duration
	onward     int // ptrace request that continues the process after a stop
	quit, done chan struct{}
}

// sample starts to trace a process, which must be a child of this process.
func sample(pid int, into *Samples) *sampler {
	into.At = map[uint64]time.Duration{}
	s := &sampler{pid: pid, into: into, onward: syscall.PTRACE_CONT, quit: make(chan struct{}), done: make(chan struct{})}
	ready := make(chan struct{})
	go s.run(ready)
	<-ready
	return s
}

// stop ends the tracing. The samples are complete when it returns. It must be called before
// anything waits for the end of the process, because such a wait would consume the stops of the
// process.
func (s *sampler) stop() {
	close(s.quit)
	<-s.done
}

// run is the tracer. It stays on one OS thread, because for the kernel the tracer is a thread.
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

// over reports whether the process ended before it could be traced. In this case the kernel
// returns the same error as for a trace that is not allowed.
func (s *sampler) over() bool {
	info, err := s.waitid(ofProcess, waitEnd|waitLeave|syscall.WNOHANG)
	return err == nil && info.pid != 0
}

// leave detaches from the process. For this the process must stop once more.
func (s *sampler) leave() {
	s.onward = syscall.PTRACE_DETACH
	if err := s.ptrace(ptraceInterrupt, 0); err != nil {
		return // the process has ended
	}
	if _, err := s.wait(0); err != nil && !errors.Is(err, errEnded) {
		s.into.Err = fmt.Errorf("the process cannot be let go: %w", err)
	}
}

// errEnded means that the process is over, and that another part of the program waits for its
// status.
var errEnded = errors.New("the process has ended")

// look continues the process after a stop by a signal. It takes a sample after the process has
// used enough CPU time.
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

// wait waits for a stop of the process, takes a sample and lets the process continue. It does
// not take the exit status, because another part of the program waits for it.
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
	if signal>>8 != 0 { // our own stop, not a signal that was sent to the process
		signal = 0
	}
	return true, s.ptrace(s.onward, signal)
}

// note adds the CPU time since the last sample to the current instruction address.
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

// Constants of linux/ptrace.h, linux/wait.h and siginfo that package syscall does not define.
const (
	ofProcess       = 1
	waitStop        = 2
	waitEnd         = 4
	waitLeave       = 0x01000000 // leaves the exit status for another wait
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

// childInfo is the beginning of the siginfo of a child.
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

// used returns the CPU time of the process. It reads the clock whose number is computed from
// the process ID (clock_getcpuclockid in the C library).
func (s *sampler) used() (time.Duration, error) {
	var t syscall.Timespec
	clock := uintptr(^s.pid)<<3 | 2
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&t)), 0); e != 0 {
		return 0, ended(e)
	}
	return time.Duration(t.Nano()), nil
}

// ended turns an error that only means that the process is gone into errEnded.
func ended(err error) error {
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.ECHILD) || errors.Is(err, syscall.EINVAL) {
		return errEnded
	}
	return err
}
