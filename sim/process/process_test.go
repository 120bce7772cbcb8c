package process

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// say returns a request as octal escapes for printf.
func say(kind byte, a, b uint32, data string) string {
	var h []byte
	for _, w := range []uint32{uint32(kind), a, b, uint32(len(data))} {
		h = binary.LittleEndian.AppendUint32(h, w)
	}
	var s strings.Builder
	for _, c := range append(h, data...) {
		fmt.Fprintf(&s, `\%03o`, c)
	}
	return "printf '" + s.String() + "'\n"
}

func program(script string) Program {
	return Program{
		Name: "guest", ELF: []byte("#!/bin/sh\n" + script), Tasks: []string{"one", "two"}, Devices: []string{"eth0"}, Owners: []int{1},
		Marks: []string{"work"}, Traps: []string{"index", "assert"},
	}
}

// play runs a shell script that uses the protocol.
func play(t *testing.T, script string, inputs ...world.Input) (*trace.Trace, error) {
	t.Helper()
	w := world.New(&world.Script{Devices: []string{"pad", "eth0"}, Inputs: inputs})
	m, err := NewNative(context.Background(), program(script), w, Options{Timeout: 5 * time.Second})
	require.NoError(t, err)
	dir := m.host.dir
	tr, err := sim.Run(m, 100)
	m.Close()
	_, gone := os.Stat(dir)
	require.ErrorIs(t, gone, os.ErrNotExist, "the files of a run are removed")
	return tr, err
}

func TestEvents(t *testing.T) {
	script := say('P', 0, 0, "hel") + say('L', 0, 3, "lo") + say('M', 1, 0, "") + say('M', 1, 1, "") +
		say('W', 1, 0, "") + "head -c 4 >&2\n" + say('T', 0, 8, "") + "head -c 7 >&2\n" + say('S', 0, 0, "\x01\x02") +
		say('X', 1, 1, "") + "exit 4\n"
	tr, err := play(t, script, world.Input{Time: 7, Device: 1, Data: []byte("abc")})
	require.NoError(t, err)
	require.Equal(t, `trace guest
  one log 3 "hello"
  two mark begin work
  two mark end work
  two in eth0 3 616263
  two out eth0 @7 2 0102
  two trap 1 assert
  status trap
end
`, trace.Print(tr))
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		script string
		want   trace.Status
	}{
		{say('H', 0, 0, "") + "exit 0", trace.Ended},
		{say('W', 1, 0, "") + "head -c 4 >&2\n" + say('E', 1, 0, "") + "exit 0", trace.Waiting},
		{say('W', 0, 0, "") + "head -c 4 >&2\n" + say('E', 0, 0, "") + "exit 5", trace.Stuck},
		{say('Q', 0, 0, "") + "head -c 4 >&2\n" + say('C', 0, 0, "") + "head -c 8 >&2\n" + say('H', 0, 0, ""), trace.Ended},
	} {
		tr, err := play(t, c.script)
		require.NoError(t, err)
		require.Equal(t, c.want, tr.Status)
	}
}

func TestFaultsOfAGuest(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"dies", "echo oops >&2; exit 5", "guest: the program ended by itself, with exit status 5: oops"},
		{"dies in a request", "printf 'L\\0\\0\\0'; exit 1", "guest: the program ended by itself, with exit status 1"},
		{"is killed", "kill -SYS $$", "guest: the program ended by itself, with signal: bad system call"},
		{"wrong status", say('H', 0, 0, "") + "echo why >&2; exit 7", "guest: the run is over (ended), but the program ended with exit status 7 instead of exit status 0: why"},
		{"trap without status", say('X', 0, 0, ""), "guest: the run is over (trap), but the program ended with exit status 0 instead of exit status 4"},
		{"noise", "printf 'warning: something'; sleep 1", `guest: the program said "warning: somethi", which is not a request`},
		{"line", "printf '\\nnothing\\n'; sleep 1", `guest: the program said "nothing", which is not a request`},
		{"fault", `printf '\nFAULT "no device"\n'; exit 7`, "guest: the program cannot go on: no device"},
		{"crash", `printf '\nCRASH e 2 100010 8\n'; exit 7`, "guest: processor exception 14 (code 0x2, address 0x8) at -, rip 0x100010"},
		{"kind", say('z', 0, 0, ""), "guest: the program asked 'z', which is not a request"},
		{"task", say('L', 2, 0, ""), "guest: the program named task 2 of 2"},
		{"mark", say('M', 0, 2, ""), "guest: the program set mark 1 of 1"},
		{"trap", say('X', 0, 2, ""), "guest: the program trapped at site 2 of 2"},
		{"device", say('T', 1, 0, ""), "guest: the program named device 1 of 1"},
		{"empty", say('T', 0, 9, ""), "guest: the program took a frame from eth0, where none waits"},
		{"wire", say('N', 0, 9, ""), "guest: the program sent a frame of 9 bytes over a wire that it does not have"},
		{"huge", `printf 'S\0\0\0\0\0\0\0\0\0\0\0\377\377\377\377'; sleep 1`, `guest: the program said "S\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff", which is not a request`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := play(t, c.script)
			require.EqualError(t, errors.Unwrap(err), c.want)
		})
	}
}

func TestSilenceIsAFault(t *testing.T) {
	for name, script := range map[string]string{"never speaks": "exec sleep 60", "does not end": say('H', 0, 0, "") + "exec sleep 60"} {
		m, err := NewNative(context.Background(), program(script), world.New(nil), Options{Timeout: 100 * time.Millisecond})
		require.NoError(t, err)
		start := time.Now()
		_, err = sim.Run(m, 0)
		require.Error(t, err, name)
		require.Regexp(t, `said nothing for 100ms|ended with signal: killed instead of exit status 0`, err.Error())
		require.Equal(t, name == "never speaks", errors.As(err, new(*Silence)), "%v", err)
		require.Less(t, time.Since(start), 10*time.Second)
	}
}

func TestCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	m, err := NewNative(ctx, program("exec sleep 60"), world.New(nil), Options{})
	require.NoError(t, err)
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = sim.Run(m, 0)
	require.ErrorIs(t, err, context.Canceled)
}

func TestWhatCannotStart(t *testing.T) {
	p := program("")
	p.ELF = []byte("#!/no/such/program\n")
	_, err := NewNative(context.Background(), p, world.New(nil), Options{})
	require.ErrorContains(t, err, "guest: fork/exec")
	_, err = NewUnikernel(context.Background(), p, world.New(nil), Options{QEMU: "/no/qemu"})
	require.ErrorContains(t, err, "guest: fork/exec /no/qemu")
}

// TestQEMUThatFails checks the error for a QEMU that does not accept its options. The error is
// one clear line, with a command that repeats the run. The executable for that command is kept.
func TestQEMUThatFails(t *testing.T) {
	path := t.TempDir() + "/qemu"
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho qemu: no machine microvm >&2\nexit 1\n"), 0o755))
	m, err := NewUnikernel(context.Background(), program(""), world.New(nil), Options{QEMU: path})
	require.NoError(t, err)
	_, err = sim.Run(m, 0)
	require.ErrorContains(t, err, "guest: QEMU ended by itself, with exit status 1: qemu: no machine microvm (to repeat: "+path+" -M microvm")
	require.NotContains(t, err.Error(), "\n")
	require.FileExists(t, m.host.dir+"/kernel.elf")
	require.Contains(t, err.Error(), "-kernel "+m.host.dir+"/kernel.elf")
	require.NoError(t, os.RemoveAll(m.host.dir))
}

// FuzzGuest checks that the harness stops with an error or an end, whatever a guest sends.
func FuzzGuest(f *testing.F) {
	f.Add([]byte("\nCRASH 1 2 3 4\n"))
	f.Add(binary.LittleEndian.AppendUint32([]byte("L\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 0))
	f.Add(binary.LittleEndian.AppendUint32([]byte("T\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00"), 0))
	f.Add(binary.LittleEndian.AppendUint32([]byte("W\x00\x00\x00\x01\x00\x00\x00\x09\x00\x00\x00"), 0))
	f.Fuzz(func(t *testing.T, said []byte) {
		w := world.New(&world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{{Data: []byte("abc")}}})
		m := newMachine(program(""), w, Options{})
		m.in, m.out = io.Discard, bufio.NewReader(bytes.NewReader(said))
		tr, err := sim.Run(m, 0)
		require.True(t, err != nil || tr.Status != "")
	})
}

// TestKeptFiles checks that the executable stays in a given folder, and that Machine.Command runs
// this executable.
func TestKeptFiles(t *testing.T) {
	dir := t.TempDir() + "/kept"
	m, err := NewNative(context.Background(), program(say('H', 0, 0, "")), world.New(nil), Options{Dir: dir})
	require.NoError(t, err)
	_, err = sim.Run(m, 0)
	require.NoError(t, err)
	require.FileExists(t, dir+"/prog")
	require.Equal(t, dir+"/prog eth0=tap:eth0", m.Command)
	m, err = NewUnikernel(context.Background(), program("exit 1"), world.New(nil), Options{Dir: dir, QEMU: dir + "/prog"})
	require.NoError(t, err)
	m.Close()
	require.FileExists(t, dir+"/kernel.elf")
	require.Contains(t, m.Command, "-kernel "+dir+"/kernel.elf -netdev user,id=n0 -device virtio-net-device,netdev=n0,mac=52:54:00:00:00:00")
}
