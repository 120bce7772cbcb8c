package examples

import (
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/sim/world"
)

// Requests to the kernel (linux/spi/spidev.h, linux/i2c-dev.h).
const (
	spiMode     = 0x40016b01
	spiTransfer = 0x40206b00
	i2cTransfer = 0x0707
	sysIoctl    = 16
	mostBusy    = 100_000 // system calls of a program that never ends
)

// kernel simulates spidev and i2c-dev for a traced process. It reads the structures in the
// layout of the kernel's headers, and takes answers from files of answers.
type kernel struct {
	t     *testing.T
	pid   int
	buses map[string]*world.Bus
	hz    []uint32
	modes int
	calls int
}

func (k *kernel) read(at uint64, n int) []byte {
	b := make([]byte, n)
	if n > 0 {
		got, err := syscall.PtracePeekData(k.pid, uintptr(at), b)
		require.NoError(k.t, err)
		require.Equal(k.t, n, got)
	}
	return b
}

func (k *kernel) write(at uint64, b []byte) {
	if len(b) > 0 {
		_, err := syscall.PtracePokeData(k.pid, uintptr(at), b)
		require.NoError(k.t, err)
	}
}

// ask gives a command to the device at the other end of a bus.
func (k *kernel) ask(kind string, address, wanted int, sent []byte) (data []byte, ok bool) {
	command := make([]byte, port.CommandSize)
	command[4] = byte(address)
	binary.LittleEndian.PutUint16(command[4+port.WantedAt/8:], uint16(wanted))
	answer := k.buses[kind].Do(0, append(command, sent...))
	return answer[port.StatusSize:], binary.LittleEndian.Uint32(answer) == world.BusOK
}

// ioctl carries out a request as the kernel does, and returns its result.
func (k *kernel) ioctl(request, arg uint64) (result int64, known bool) {
	u64, u32 := binary.LittleEndian.Uint64, binary.LittleEndian.Uint32
	switch request {
	case spiMode:
		require.Equal(k.t, []byte{0}, k.read(arg, 1), "mode 0")
		k.modes++
		return 0, true
	case spiTransfer:
		s := k.read(arg, 32)
		n := int(u32(s[16:]))
		k.hz = append(k.hz, u32(s[20:]))
		require.Equal(k.t, []byte{0, 0, 8, 0, 0, 0, 0, 0}, s[24:], "no delay, 8 bits, nothing else")
		data, ok := k.ask("spi", 0, n, k.read(u64(s), n))
		require.True(k.t, ok)
		require.Len(k.t, data, n)
		k.write(u64(s[8:]), data)
		return int64(n), true
	case i2cTransfer:
		return k.messages(k.read(arg, 12)), true
	}
	require.NotEqual(k.t, uint64('k'), request>>8&0xff, "%#x is a request of spidev that nobody knows", request)
	return 0, false
}

// messages carries out the messages of an I2C_RDWR: a write, a read, or both.
func (k *kernel) messages(s []byte) int64 {
	u64, u32, u16 := binary.LittleEndian.Uint64, binary.LittleEndian.Uint32, binary.LittleEndian.Uint16
	count := u32(s[8:])
	require.Contains(k.t, []uint32{1, 2}, count)
	var sent []byte
	address, wanted, into := 0, 0, uint64(0)
	for i := range int(count) {
		m := k.read(u64(s)+uint64(16*i), 16)
		address = int(u16(m))
		switch flags, n := u16(m[2:]), int(u16(m[4:])); flags {
		case 0:
			require.Zero(k.t, i, "a message that writes is the first")
			sent = k.read(u64(m[8:]), n)
		case 1:
			require.Positive(k.t, n)
			wanted, into = n, u64(m[8:])
		default:
			require.Fail(k.t, "a flag that is not needed", "%#x", flags)
		}
	}
	k.calls++
	data, ok := k.ask("i2c", address, wanted, sent)
	switch {
	case ok:
		k.write(into, data)
		return int64(count)
	case k.calls%2 == 0: // drivers return either value
		return -int64(syscall.ENXIO)
	}
	return -int64(syscall.EREMOTEIO)
}

// run traces the process to its end, and gives its exit code.
func (k *kernel) run() int {
	var status syscall.WaitStatus
	_, err := syscall.Wait4(k.pid, &status, 0, nil)
	require.NoError(k.t, err)
	require.NoError(k.t, syscall.PtraceSetOptions(k.pid, syscall.PTRACE_O_TRACESYSGOOD|0x100000)) // and the process ends with the test
	entry, deliver := true, 0
	for range mostBusy {
		require.NoError(k.t, syscall.PtraceSyscall(k.pid, deliver))
		_, err := syscall.Wait4(k.pid, &status, 0, nil)
		require.NoError(k.t, err)
		deliver = 0
		switch {
		case status.Exited():
			return status.ExitStatus()
		case status.Signaled():
			return 128 + int(status.Signal())
		case status.StopSignal() != syscall.SIGTRAP|0x80:
			deliver = int(status.StopSignal())
			continue
		}
		if entry = !entry; !entry {
			continue
		}
		var r syscall.PtraceRegs
		require.NoError(k.t, syscall.PtraceGetRegs(k.pid, &r))
		if r.Orig_rax != sysIoctl {
			continue
		}
		if result, known := k.ioctl(r.Rsi, r.Rdx); known {
			r.Rax = uint64(result)
			require.NoError(k.t, syscall.PtraceSetRegs(k.pid, &r))
		}
	}
	require.NoError(k.t, syscall.Kill(k.pid, syscall.SIGKILL))
	require.Fail(k.t, "the process does not end")
	return -1
}

// TestBusesOfLinux checks that bytes pass through spidev and i2c-dev as the kernel's headers
// define, and that the process logs the same as the reference. The test simulates the kernel's
// side over ptrace, because a test computer has no buses.
func TestBusesOfLinux(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	e := newExample("testdata/devices")
	e.readFile(t, "testdata/devices/buses.sn")
	p, err := flow.Load("testdata/devices/buses.sn", flow.Options{})
	require.NoError(t, err)
	elf, err := p.Artefact(context.Background(), "x.elf", flow.ArtefactOptions{Product: "linux"})
	require.NoError(t, err)
	dir := t.TempDir()
	path, device := filepath.Join(dir, "buses"), filepath.Join(dir, "device")
	require.NoError(t, os.WriteFile(path, elf, 0o755))
	require.NoError(t, os.WriteFile(device, nil, 0o644))
	k := &kernel{t: t, buses: map[string]*world.Bus{}}
	for kind, name := range map[string]string{"spi": "chip", "i2c": "bus"} {
		data, err := os.ReadFile("testdata/devices/" + name + ".answers")
		require.NoError(t, err)
		k.buses[kind] = world.NewBus(port.Find(kind))
		require.NoError(t, k.buses[kind].ReadAnswers(name, data))
	}
	runtime.LockOSThread() // the tracer is a thread
	defer runtime.UnlockOSThread()
	cmd := exec.Command(path, "chip=spi:"+device+":1500000", "bus=i2c:"+device)
	log := filepath.Join(dir, "said")
	out, err := os.Create(log)
	require.NoError(t, err)
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		testkit.Skip(t, "no ptrace: "+err.Error())
	}
	k.pid = cmd.Process.Pid
	code := k.run()
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	said := string(text)
	require.Zero(t, code, said)
	require.Equal(t, 1, k.modes)
	require.Greater(t, k.calls, 8)
	for _, hz := range k.hz {
		require.Equal(t, uint32(1_500_000), hz)
	}
	require.Equal(t, e.logs, strings.Split(strings.TrimSpace(said), "\n"))
}
