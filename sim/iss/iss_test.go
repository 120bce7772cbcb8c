package iss

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// The images below address port registers relative to x0: STATUS -2048, WAIT -2044, ADDR -2040,
// LEN -2036, GO -2032, MARK -2028, LOG -2024, HALT -2020.

const hello = `image hello
  task main
  log 3 "hello " u 32 " and " i 64 " and " bytes 8 "!"
  text
    addi x1, x0, 3
    sw x1, -2024(x0)
    addi x1, x0, 42
    sw x1, -2024(x0)
    addi x1, x0, -2
    sw x1, -2024(x0)
    addi x1, x0, -1
    sw x1, -2024(x0)
    addi x1, x0, 2
    sw x1, -2024(x0)
    addi x1, x0, 0x141
    sw x1, -2024(x0)
    sw x0, -2020(x0)
  end
end
`

const echo = `image echo
  task main
  device eth0 eth 0 rx tx
  mark work 0
  data 0 16
  text
    addi x1, x0, 1
    sw x1, -2044(x0)
  wait:
    lw x2, -2044(x0)
    addi x1, x0, 4
    sw x1, -2040(x0)
    addi x1, x0, 8
    sw x1, -2036(x0)
    sw x0, -2032(x0)
    lw x3, -2036(x0)
    beq x3, x0, wait
    sw x3, 0(x0)
    sw x0, -2028(x0)
    addi x1, x0, 4
    sw x1, -2040(x0)
    sw x3, -2036(x0)
    addi x1, x0, 1
    sw x1, -2032(x0)
    sw x1, -2028(x0)
    jal x0, wait
  end
end
`

func load(t testing.TB, src string) *image.Image {
	im, err := image.ParseFor(design.Default(), &diag.File{Name: "t.image", Text: src})
	require.NoError(t, err)
	return im
}

func run(t testing.TB, src string, s *world.Script) (*Machine, *trace.Trace) {
	m, err := New(load(t, src), world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(m, 0)
	require.NoError(t, err)
	require.NoError(t, trace.Verify(tr))
	return m, tr
}

func TestHello(t *testing.T) {
	m, tr := run(t, hello, nil)
	require.Equal(t, `trace hello
  main log 3 42 18446744073709551614 bytes 2 4101 "hello 42 and -2 and A\\x01!"
  status ended
end
`, trace.Print(tr))
	require.Equal(t, uint64(13), m.Instructions())
}

func TestEcho(t *testing.T) {
	m, tr := run(t, echo, &world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{
		{Time: 0, Data: []byte{1, 2, 3}},
		{Time: 7, Data: make([]byte, 9)}, // longer than the buffer
		{Time: 9, Data: []byte{1, 2, 3, 4, 5, 6, 7, 8}},
	}})
	require.Equal(t, `trace echo
  main in eth0 3 010203
  main mark begin work
  main out eth0 @0 3 010203
  main mark end work
  main in eth0 8 0102030405060708
  main mark begin work
  main out eth0 @9 8 0102030405060708
  main mark end work
  status waiting
  waits "main: a frame from eth0"
end
`, trace.Print(tr))
	require.Equal(t, []byte{8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0}, m.Mem())
	k := m.Marks()[0]
	require.Equal(t, [2]uint64{2, 10}, [2]uint64{k.Runs, k.Instructions})
}

// program puts words into an image with one task, a device and memory.
func program(words string) string {
	return "image p\ntask a\ntask b\ndevice eth0 eth 0 rx\ndevice eth1 eth 1 tx\nmark m 1\nlog 0 \"n \" u 8 \"\"\n" +
		"data 0 32\ntext\n" + words + "\nend\nend\n"
}

func TestTrap(t *testing.T) {
	m, tr := run(t, program(`
    addi x1, x0, 8
    blt x0, x1, bad
    sw x0, -2020(x0)
  bad:
    ebreak trap 1 7 index`), nil)
	require.Equal(t, "trace p\n  b trap 7 index\n  status trap\nend\n", trace.Print(tr))
	require.Equal(t, uint64(2), m.Instructions(), "a trap is not executed")
	require.Equal(t, uint32(0x10000c), m.PC())
	require.NoError(t, m.Step(), "a machine that is done stays")
	require.True(t, m.Done())
}

func TestStatuses(t *testing.T) {
	for _, c := range []struct {
		name, words string
		status      trace.Status
	}{
		{"halt", "sw x0, -2020(x0)", trace.Ended},
		{"nobody waits for the outside", "sw x0, -2044(x0)\nlw x1, -2044(x0)", trace.Stuck},
		{"no input is left", "addi x1, x0, 1\nsw x1, -2044(x0)\nlw x1, -2044(x0)", trace.Waiting},
		{"it cannot receive there", "addi x1, x0, 2\nsw x1, -2044(x0)\nlw x1, -2044(x0)", trace.Waiting},
	} {
		_, tr := run(t, program(c.words), &world.Script{Devices: []string{"eth1"}, Inputs: []world.Input{{Data: []byte{1}}}})
		require.Equal(t, c.status, tr.Status, c.name)
	}
}

func TestLimit(t *testing.T) {
	m, err := New(load(t, program("l:\njal x0, l")), world.New(nil))
	require.NoError(t, err)
	tr, err := sim.Run(m, 3)
	require.NoError(t, err)
	require.Equal(t, trace.Limit, tr.Status)
	require.Equal(t, uint64(3*slice), m.Instructions())
	_, err = sim.Run(m, 2) // and goes on
	require.NoError(t, err)
	require.Equal(t, uint64(5*slice), m.Instructions())
}

// TestDevicesByName lists the devices of the simulated world in another order than the image.
// STATUS shows both devices without blocking.
func TestDevicesByName(t *testing.T) {
	m, tr := run(t, program(`
    addi x1, x0, 1
    sw x1, -2044(x0)
    lw x2, -2044(x0)
    lw x3, -2048(x0)
    addi x4, x0, 4
    sw x4, -2040(x0)
    sw x4, -2036(x0)
    sw x0, -2032(x0)
    lw x5, -2048(x0)
    sw x0, -2028(x0)
    sw x4, -2040(x0)
    sw x0, -2036(x0)
    addi x6, x0, 3
    sw x6, -2032(x0)
    addi x6, x0, 1
    sw x6, -2028(x0)
    sw x0, -2020(x0)`), &world.Script{Devices: []string{"other", "eth0"}, Inputs: []world.Input{{Device: 1, Data: []byte{9}}}})
	require.Equal(t, "trace p\n  a in eth0 1 09\n  b mark begin m\n  b mark end m\n  status ended\nend\n", trace.Print(tr),
		"a send of no bytes is not an event")
	require.Equal(t, []uint32{1, 1, 0}, []uint32{m.Reg(2), m.Reg(3), m.Reg(5)})
}

// TestOversize checks a frame that does not fit. The words that fit are written, and LEN reads
// 0.
func TestOversize(t *testing.T) {
	m, tr := run(t, program(`
    addi x1, x0, 1
    sw x1, -2044(x0)
    lw x2, -2044(x0)
    addi x4, x0, 6
    sw x0, -2040(x0)
    sw x4, -2036(x0)
    sw x0, -2032(x0)
    lw x5, -2036(x0)
    sw x0, -2020(x0)`), &world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{{Data: []byte{1, 2, 3, 4, 5, 6, 7}}}})
	require.Empty(t, tr.Events)
	require.Equal(t, uint32(0), m.Reg(5))
	require.Equal(t, []byte{1, 2, 3, 4, 0, 0, 0, 0}, m.Mem()[:8])
}

// TestFaults checks that Step returns an error with a position for each fault that only a wrong
// back end can cause.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"lw x1, 30(x0)", "image p, pc 0x100000, `lw x1, 30(x0)`: a 4-byte access at 0x1e, which is not aligned"},
		{"sw x1, 32(x0)", "a 4-byte access at 0x20, outside of the 32 bytes of data memory"},
		{"lh x1, 1(x0)", "a 2-byte access at 0x1, which is not aligned"},
		{"lb x1, 32(x0)", "a 1-byte access at 0x20, outside of the 32 bytes of data memory"},
		{"addi x1, x0, 0", "image p, pc 0x100004, `no instruction`: a jump to 0x100004, outside of the text"},
		{"jalr x0, 2(x0)", "a jump to 0x2, outside of the text"},
		{"lui x1, 0x100\naddi x1, x1, 2\njalr x0, 0(x1)", "a jump to 0x100002, outside of the text"},
		{"lw x1, -2020(x0)", "a load of 0xfffff81c, which is not a port register that can be read"},
		{"lb x1, -2048(x0)", "a 1-byte load of port 0xfffff800"},
		{"sb x1, -2048(x0)", "a 1-byte store to port 0xfffff800"},
		{"sw x1, -2048(x0)", "a store to 0xfffff800, which is not a port register that can be written"},
		{"sw x1, -4(x0)", "a store to 0xfffffffc, which is not a port register that can be written"},
		{"addi x1, x0, 4\nsw x1, -2032(x0)", "GO of device 2, but there are 2"},
		{"sw x0, -2032(x0)", "GO of eth0 without ADDR and LEN stored since the last GO"},
		{"sw x0, -2040(x0)\nsw x0, -2036(x0)\nsw x0, -2032(x0)", "a receive from eth0, which has no frame"},
		{"addi x1, x0, 1\nsw x0, -2040(x0)\nsw x0, -2036(x0)\nsw x1, -2032(x0)", "a send to eth0, to which the program does not send"},
		{"addi x1, x0, 2\nsw x1, -2040(x0)\nsw x0, -2036(x0)\nsw x0, -2032(x0)", "GO of eth0 with a buffer of 0 bytes at 0x2"},
		{"addi x1, x0, 33\nsw x0, -2040(x0)\nsw x1, -2036(x0)\nsw x0, -2032(x0)", "GO of eth0 with a buffer of 33 bytes at 0x0"},
		{"addi x1, x0, 2\nsw x1, -2028(x0)", "mark port: no mark 1"},
		{"addi x1, x0, 1\nsw x1, -2028(x0)", "mark m ends before it begins"},
		{"addi x1, x0, 1\nsw x1, -2024(x0)", "log port: no site 1 of task 0"},
		{"sw x0, -2024(x0)\nsw x0, -2020(x0)", "log port: the run ended within an event, after 1 words"},
		{"sw x0, -2024(x0)\nebreak trap 0 0 max", "log port: the run ended within an event, after 1 words"},
		{"sw x0, -2024(x0)\nlw x0, -2044(x0)", "log port: the run ended within an event, after 1 words"},
	} {
		for _, hook := range []func(*sim.Retire){nil, func(*sim.Retire) {}} {
			m, err := New(load(t, program(c.words)), world.New(nil))
			require.NoError(t, err)
			m.Retire(hook)
			_, err = sim.Run(m, 0)
			require.ErrorContains(t, err, c.want, c.words)
		}
	}
}

func TestNewVerifies(t *testing.T) {
	im := load(t, hello)
	im.Target.Regs = 1
	_, err := New(im, world.New(nil))
	require.Error(t, err)
}

// TestRetire checks that the records of a run equal the records of a stepper with the same
// words, and that a run with the hook behaves like a run without the hook.
func TestRetire(t *testing.T) {
	im := load(t, busy)
	m, err := New(im, world.New(nil))
	require.NoError(t, err)
	s, err := NewStepper(im.Target.Set, im.Target.Regs, make([]byte, 64), nil)
	require.NoError(t, err)
	s.SetPC(m.PC())
	n := uint64(0)
	m.Retire(func(r *sim.Retire) {
		want, ok, err := s.Step(r.Insn)
		if err != nil || !ok || want != *r || r.Order != n {
			t.Fatalf("record %d: %+v, want %+v %v %v", n, *r, want, ok, err)
		}
		n++
	})
	for n < 50000 {
		require.NoError(t, m.StepN(1000))
	}
	plain, err := New(im, world.New(nil))
	require.NoError(t, err)
	require.NoError(t, plain.StepN(50000))
	require.Equal(t, plain.c.s, m.c.s)
	require.Equal(t, plain.Mem(), m.Mem())
}

func TestCoreOf(t *testing.T) {
	c := CoreOf(load(t, hello))
	require.Equal(t, []trace.Site{{}, {ID: 1}, {ID: 2}}, c.Logs[:3])
	require.Equal(t, "hello ", c.Logs[3].Parts[0])
	_, _, _, ok := c.Trap(0)
	require.False(t, ok)
}
