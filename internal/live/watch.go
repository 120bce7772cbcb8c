package live

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"syscall"
	"unsafe"
)

// Watch lists the addresses of a program's readable state in the memory of an image.
type Watch struct {
	Tasks    []WatchedTask
	Channels []WatchedChannel
	Stacks   []WatchedStack
}

// WatchedTask is a task. The word at its address is the number of the source position at which
// the task waits.
type WatchedTask struct {
	Name    string
	Service bool
	Waits   []string // source positions; a larger number means that the task has ended
	At      uint64
}

// WatchedChannel is a channel. The word at its address is the number of elements in the
// channel.
type WatchedChannel struct {
	Name string
	Cap  int
	At   uint64
}

// WatchedStack is the stack of a device. The words at its address are counters.
type WatchedStack struct {
	Device string
	At     uint64
}

// counters is the number of counters of a stack (std/net/stack.sn).
const counters = 32

// words reads words from the image's memory. The result is false if the memory is not available.
func (s *service) words(at uint64, n int) ([]uint32, bool) {
	s.seeing.Lock()
	defer s.seeing.Unlock()
	if s.see == nil {
		return nil, false
	}
	b := make([]byte, 4*n)
	if _, err := s.see.ReadAt(b, int64(at)); err != nil {
		return nil, false
	}
	words := make([]uint32, n)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return words, true
}

// watchWith sets the reader for the image's memory. nil means that the memory no longer exists.
func (s *service) watchWith(memory io.ReaderAt) {
	s.seeing.Lock()
	defer s.seeing.Unlock()
	s.see = memory
}

// watchProcess reads the memory of our child process.
func (s *service) watchProcess(pid int) {
	if s.im.Watch == nil || s.o.Machine != Native {
		return
	}
	if f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid)); err == nil {
		s.closers = append(s.closers, f)
		s.watchWith(f)
	}
}

// watchGuest reads the memory of a guest of the monitor while the guest exists.
func (s *service) watchGuest(memory io.ReaderAt) {
	if memory == nil {
		s.note()
	}
	s.watchWith(memory)
}

// note stores the stacks' current counts of dropped frames, if the memory can be read.
func (s *service) note() {
	if text := s.dropped(); text != "" {
		s.seeing.Lock()
		s.last = text
		s.seeing.Unlock()
	}
}

// memfdCreate is the number of the system call memfd_create, which creates a file in memory
// (linux/memfd.h).
const (
	memfdCreate  = 319
	memfdOnClose = 1
)

// guestMemory makes a file for the memory of a QEMU guest. It returns the arguments that pass
// the file to QEMU as descriptor fd. A physical address is an offset in the file.
func (s *service) guestMemory(fd, mib int) (*os.File, []string, error) {
	name := [...]byte{'g', 'u', 'e', 's', 't', 0}
	n, _, e := syscall.Syscall(memfdCreate, uintptr(unsafe.Pointer(&name)), memfdOnClose, 0)
	if e != 0 {
		return nil, nil, fmt.Errorf("memory for a guest that is watched: %w", e)
	}
	f := os.NewFile(n, "memory of the guest")
	s.closers = append(s.closers, f)
	if err := f.Truncate(int64(mib) << 20); err != nil {
		return nil, nil, fmt.Errorf("memory for a guest that is watched: %w", err)
	}
	s.watchWith(f)
	return f, []string{
		"-object", fmt.Sprintf("memory-backend-file,id=ram,size=%dM,mem-path=/proc/self/fd/%d,share=on", mib, fd),
		"-machine", "memory-backend=ram",
	}, nil
}

// watched adds the readable state of the program: its tasks, channels and stacks.
func (s *service) watched() []*family {
	state := &family{"sinter_task_waits", "gauge", "1 for the place where a task waits, for one that has not begun, or has ended.", nil}
	length := &family{"sinter_channel_length", "gauge", "Elements in a channel.", nil}
	room := &family{"sinter_channel_capacity", "gauge", "Elements that a channel holds at most; one that holds none hands over.", nil}
	drops := &family{"sinter_stack_dropped_total", "counter", "Frames and datagrams that the program's stack has dropped, by reason.", nil}
	w := s.im.Watch
	if w == nil {
		return nil
	}
	for _, t := range w.Tasks {
		if v, ok := s.words(t.At, 1); ok {
			state.add(1, "task", t.Name, "at", t.place(v[0]))
		}
	}
	for _, c := range w.Channels {
		if v, ok := s.words(c.At, 1); ok {
			length.add(v[0], "channel", c.Name)
			room.add(c.Cap, "channel", c.Name)
		}
	}
	for _, d := range w.Stacks {
		v, ok := s.words(d.At, counters)
		for i, reason := range Drops() {
			if ok {
				drops.add(v[FirstDrop+i], "device", d.Device, "reason", reason)
			}
		}
	}
	return []*family{state, length, room, drops}
}

// place describes where a task is, from the number in its frame.
func (t *WatchedTask) place(n uint32) string {
	switch {
	case n == 0:
		return "not begun"
	case int(n) <= len(t.Waits):
		return t.Waits[n-1]
	case len(t.Waits) > 0:
		return "ended"
	}
	return fmt.Sprintf("place %d", n)
}

// dropped is a line about the frames that the stacks have dropped. It is "" if no frame was
// dropped.
func (s *service) dropped() string {
	text := ""
	if s.im.Watch == nil {
		return ""
	}
	for _, d := range s.im.Watch.Stacks {
		v, ok := s.words(d.At, counters)
		if !ok {
			continue
		}
		list := ""
		for i, reason := range Drops() {
			if n := v[FirstDrop+i]; n > 0 {
				list += fmt.Sprintf(" %s %d", reason, n)
			}
		}
		if list != "" {
			text += d.Device + " dropped:" + list + "\n"
		}
	}
	return text
}
