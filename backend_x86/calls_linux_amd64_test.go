package x86_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/sim/world"
)

// The system calls that a frame may need.
const (
	callWrite    = 1
	callSendmsg  = 46
	callRecvmsg  = 47
	callClock    = 228
	callPpoll    = 271
	callPreadv2  = 327
	optSysgood   = 1 // PTRACE_O_TRACESYSGOOD: a stop at a system call has its own signal
	stopAtSystem = syscall.SIGTRAP | 0x80
)

// callsOf runs a process and counts its system calls by number. The count stops when the
// process ends, or when the process has made the call `last` the given number of times.
func callsOf(t *testing.T, img *x86.Image, files []*os.File, env, args []string, last uint64, times int) map[uint64]int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
	runtime.LockOSThread() // only the thread that attached to the process may trace it
	defer runtime.UnlockOSThread()
	line := append([]string{"sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`, path}, args...)
	p, err := os.StartProcess("/bin/sh", line, &os.ProcAttr{
		Files: append([]*os.File{nil, nil, os.Stderr}, files...), Env: env, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	require.NoError(t, err)
	defer func() {
		p.Kill() //nolint:errcheck // it may have ended
		p.Wait() //nolint:errcheck // killed on purpose
	}()
	counts, entering := map[uint64]int{}, false
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(p.Pid, &status, 0, nil)
		require.NoError(t, err)
		if status.Exited() {
			require.Zero(t, status.ExitStatus())
			return counts
		}
		require.True(t, status.Stopped(), "%v", status)
		switch status.StopSignal() {
		case syscall.SIGTRAP: // the shell begins, then the process
			require.NoError(t, syscall.PtraceSetOptions(p.Pid, optSysgood))
			clear(counts)
		case stopAtSystem:
			if entering = !entering; !entering {
				break
			}
			var regs syscall.PtraceRegs
			require.NoError(t, syscall.PtraceGetRegs(p.Pid, &regs))
			if counts[regs.Orig_rax]++; regs.Orig_rax == last && counts[last] == times {
				return counts
			}
		default:
			require.Fail(t, "the process stopped", "%v", status.StopSignal())
		}
		require.NoError(t, syscall.PtraceSyscall(p.Pid, 0))
	}
}

// TestCalls counts the system calls of an echo with a stack.
func TestCalls(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../examples/echo/echo.sn")
	require.NoError(t, err)
	img := build(t, compile(t, "echo.sn", string(text)), x86.Linux)
	t.Run("frames", func(t *testing.T) { callsOfFrames(t, img) })
	t.Run("one at a time", func(t *testing.T) { callsOfOne(t, img) })
	t.Run("datagrams", func(t *testing.T) { callsOfDatagrams(t, img) })
}

// callsOfFrames checks that a busy process makes two system calls for each frame: one reads the
// frame, and one writes the answer. The process does not ask first whether there is a frame,
// and the clock needs no call.
func callsOfFrames(t *testing.T, img *x86.Image) {
	const host, peer, more = 0x0a00020f, 0x0a000202, 20
	count := func(n int) map[uint64]int {
		ours, theirs := pair(t)
		defer theirs.Close()
		_, err := ours.Write(world.ARP(false, world.MAC(peer), peer, nil, host))
		require.NoError(t, err)
		frame := world.Datagram(world.MAC(peer), world.MAC(host), world.Host{Address: peer, Port: 5000}, world.Host{Address: host, Port: 7}, []byte("hello"))
		for range n {
			_, err := ours.Write(frame)
			require.NoError(t, err)
		}
		require.NoError(t, syscall.Shutdown(int(ours.Fd()), syscall.SHUT_WR)) // the process ends after the frames
		return callsOf(t, img, []*os.File{theirs}, nil, []string{"nic=fd:3"}, 0, 0)
	}
	few, many := count(10), count(10+more)
	require.Equal(t, more, many[callPreadv2]-few[callPreadv2])
	require.Equal(t, more, many[callWrite]-few[callWrite])
	for call, n := range many {
		if call != callPreadv2 && call != callWrite {
			require.Equal(t, few[call], n, "system call %d", call)
		}
	}
}

// callsOfOne checks a process that waits for each frame. The process sleeps in the read, and
// then writes. The client pauses between frames, so that the process has time to sleep.
func callsOfOne(t *testing.T, img *x86.Image) {
	const host, peer, frames, pause = 0x0a00020f, 0x0a000202, 16, 5 * time.Millisecond
	ours, theirs := pair(t)
	defer theirs.Close()
	frame := world.Datagram(world.MAC(peer), world.MAC(host), world.Host{Address: peer, Port: 5000}, world.Host{Address: host, Port: 7}, []byte("hello"))
	ended := make(chan error, 1)
	go func() {
		_, err := ours.Write(world.ARP(false, world.MAC(peer), peer, nil, host))
		buf := make([]byte, 2000)
		for k := 0; err == nil; k++ {
			if _, err = syscall.Read(int(ours.Fd()), buf); err != nil || k == frames {
				break
			}
			time.Sleep(pause)
			_, err = ours.Write(frame)
		}
		ended <- errors.Join(err, syscall.Shutdown(int(ours.Fd()), syscall.SHUT_WR))
	}()
	got := callsOf(t, img, []*os.File{theirs}, nil, []string{"nic=fd:3"}, 0, 0)
	require.NoError(t, <-ended)
	require.Equal(t, frames+1, got[callWrite])
	require.LessOrEqual(t, got[callPreadv2], frames+1+3) // also for the end of the input
	require.LessOrEqual(t, got[callPpoll], 2)
}

// callsOfDatagrams checks that a datagram on a socket of the host costs two system calls: a receive
// and a send.
func callsOfDatagrams(t *testing.T, img *x86.Image) {
	const n = 30
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer conn.Close()
	given, err := conn.File()
	require.NoError(t, err)
	defer given.Close()
	client, err := net.DialUDP("udp4", nil, conn.LocalAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer client.Close()
	for range n + 1 {
		_, err := client.Write([]byte("hello"))
		require.NoError(t, err)
	}
	got := callsOf(t, img, []*os.File{given}, []string{"LISTEN_FDS=1", "LISTEN_FDNAMES=nic.7"}, nil, callSendmsg, n)
	require.LessOrEqual(t, got[callRecvmsg], n+1)
	require.LessOrEqual(t, got[callPpoll], 2)
	require.Zero(t, got[callClock])
}
