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

// Port registers as distances from x0, as the images below write them:
// STATUS -2048, WAIT -2044, ADDR -2040, LEN -2036, GO -2032, MARK -2028,
// LOG -2024, HALT -2020.

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
