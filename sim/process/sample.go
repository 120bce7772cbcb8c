package process

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// Samples show in which code a Linux process spends its time. A thread of the tool observes
// each thread of the process through ptrace. This tracer takes a sample when the observed
// thread has used another half millisecond of processor time. It adds the time since the last
// sample to the current address of the observed thread. The program does not change. Time in
// which a thread waits, or in which another process runs, does not count.
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
	threads    []*thread // of the process; the first one is the process itself
	quit, done chan struct{}
}

// thread is a thread of the process.
type thread struct {
	*sampler
	id     int
	last   time.Duration
	onward int // how the thread goes on from a stop
}

// isFirst reports the thread whose end is the end of the process.
func (t *thread) isFirst() bool { return t.id == t.pid }

// sample begins to look at a process, a child of ours.
func sample(pid int, into *Samples) *sampler {
	into.At = map[uint64]time.Duration{}
	s := &sampler{pid: pid, into: into, quit: make(chan struct{}), done: make(chan struct{})}
	s.threads = []*thread{s.thread(pid)}
	ready := make(chan struct{})
	go s.run(ready)
	<-ready
	return s
}

func (s *sampler) thread(id int) *thread {
	return &thread{sampler: s, id: id, onward: syscall.PTRACE_CONT}
}

// stop ends the sampling. When stop returns, the samples are complete. Call stop before other
// code waits for the end of the process, because such a wait would consume the stops that the
// sampling waits for.
func (s *sampler) stop() {
	close(s.quit)
	<-s.done
}

// run is the tracer. It stays on one OS thread, because for the kernel the tracer is a thread.
func (s *sampler) run(ready chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.done)
	err := s.threads[0].ptrace(ptraceSeize, 0)
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
		if err := s.lookAtAll(); err != nil {
			s.leave()
			if !errors.Is(err, errEnded) {
				s.into.Err = fmt.Errorf("the process can no longer be sampled: %w", err)
			}
			return
		}
	}
}

// over reports whether the process ended before it could be traced. For such a process, the
// kernel returns the same error as for a trace that is not allowed.
func (s *sampler) over() bool {
	info, err := s.threads[0].waitid(waitEnd | waitLeave | syscall.WNOHANG)
	return err == nil && info.pid != 0
}

// lookAtAll looks at all threads. A thread other than the first may end by itself.
func (s *sampler) lookAtAll() error {
	s.findThreads()
	for i := 0; i < len(s.threads); i++ {
		t := s.threads[i]
		err := t.look()
		if errors.Is(err, errEnded) && !t.isFirst() {
			s.threads = slices.Delete(s.threads, i, i+1)
			i--
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// findThreads begins to look at new threads. A thread that ends now cannot be looked at.
func (s *sampler) findThreads() {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", s.pid))
	if err != nil {
		return // the process has ended, as a look will say
	}
	for _, entry := range list {
		id, err := strconv.Atoi(entry.Name())
		if err != nil || slices.ContainsFunc(s.threads, func(t *thread) bool { return t.id == id }) {
			continue
		}
		if t := s.thread(id); t.ptrace(ptraceSeize, 0) == nil {
			s.threads = append(s.threads, t)
		}
	}
}

// leave ends the tracing of the process. To be released, each thread must stop once more. The
// first thread comes last: if the process ends in the meantime, the kernel reports the end of
// the first thread after the ends of all others.
func (s *sampler) leave() {
	for _, t := range slices.Backward(s.threads) {
		t.onward = syscall.PTRACE_DETACH
		if err := t.ptrace(ptraceInterrupt, 0); err != nil && t.isFirst() {
			return // it has ended
		}
		if _, err := t.wait(0); err != nil && !errors.Is(err, errEnded) {
			s.into.Err = fmt.Errorf("the sampling of the process cannot be ended: %w", err)
		}
	}
}

// errEnded means that the process is over, and that another part of the program waits for its
// status.
var errEnded = errors.New("the process has ended")

// look first handles a stop of the thread by a signal. If the thread has worked long enough since
// the last sample, look stops the thread and records its address.
func (t *thread) look() error {
	if stopped, err := t.wait(syscall.WNOHANG); err != nil || stopped {
		return err
	}
	used, err := t.used()
	if err != nil {
		return err
	}
	if used-t.last < lookAfter {
		return nil
	}
	if err := t.ptrace(ptraceInterrupt, 0); err != nil {
		return err
	}
	for range triesOfStop { // the end of the first thread is told after those of all others, so nobody may wait for it here
		if stopped, err := t.wait(syscall.WNOHANG); err != nil || stopped {
			return err
		}
		time.Sleep(10 * time.Microsecond)
	}
	return nil // the next look takes the stop
}

// triesOfStop bounds how often a look asks whether a thread has stopped.
const triesOfStop = 20

// wait waits for a stop of the thread, records the thread's address and lets the thread
// continue. wait consumes the end of a thread. It does not consume the end of the process,
// because other code waits for that end.
func (t *thread) wait(how int) (stopped bool, err error) {
	info, err := t.waitid(waitEnd | waitStop | waitLeave | how)
	switch {
	case err != nil:
		return false, err
	case info.pid == 0:
		return false, nil
	case info.code != codeTrapped && t.isFirst():
		return false, errEnded
	case info.code != codeTrapped:
		_, err := t.waitid(waitEnd | syscall.WNOHANG)
		return false, errors.Join(errEnded, err)
	}
	if _, err := t.waitid(waitStop | syscall.WNOHANG); err != nil {
		return false, err
	}
	if err := t.note(); err != nil {
		return false, err
	}
	signal := uintptr(info.status)
	if signal>>8 != 0 { // our own stop, not a signal that was sent to the process
		signal = 0
	}
	return true, t.ptrace(t.onward, signal)
}

// note adds the time used since the last look to the current address of the thread.
func (t *thread) note() error {
	at, err := stoppedAt(t.id)
	if err != nil {
		return ended(err)
	}
	used, err := t.used()
	if err != nil {
		return err
	}
	t.into.At[at] += used - t.last
	t.into.Looks++
	t.last = used
	return nil
}

// Constants of linux/ptrace.h, linux/wait.h and siginfo that package syscall does not define.
const (
	ofProcess       = 1
	waitStop        = 2
	waitEnd         = 4
	waitLeave       = 0x01000000 // for somebody else to take
	waitThreads     = 0x40000000 // also threads
	ptraceSeize     = 0x4206
	ptraceInterrupt = 0x4207
	codeTrapped     = 4
)

func (t *thread) ptrace(request int, data uintptr) error {
	_, _, e := syscall.RawSyscall6(syscall.SYS_PTRACE, uintptr(request), uintptr(t.id), 0, data, 0, 0)
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

func (t *thread) waitid(options int) (childInfo, error) {
	for {
		var info childInfo
		_, _, e := syscall.Syscall6(syscall.SYS_WAITID, ofProcess, uintptr(t.id), uintptr(unsafe.Pointer(&info)), uintptr(options|waitThreads), 0, 0)
		if e == 0 {
			return info, nil
		}
		if e != syscall.EINTR {
			return info, ended(e)
		}
	}
}

// used returns the processor time of the thread. It reads the statistics of the kernel, because
// no clock gives the time of a thread of another process.
func (t *thread) used() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/schedstat", t.pid, t.id))
	if errors.Is(err, os.ErrNotExist) {
		return 0, errEnded
	}
	if err != nil {
		return 0, ended(err)
	}
	ran, _, _ := strings.Cut(string(text), " ")
	ns, err := strconv.ParseInt(ran, 10, 64)
	return time.Duration(ns), err
}

// ended returns errEnded for an error that only means that the process has ended.
func ended(err error) error {
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.ECHILD) || errors.Is(err, syscall.EINVAL) {
		return errEnded
	}
	return err
}
