package program

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// start makes a machine from a text.
func start(t *testing.T, text string, s *world.Script) *Machine {
	t.Helper()
	mc, err := New(ir.MustParse("t.sir", text), world.New(s))
	require.NoError(t, err)
	return mc
}

// end runs a text to its end and returns its trace as text.
func end(t *testing.T, text string, s *world.Script) string {
	t.Helper()
	tr, err := sim.Run(start(t, text, s), 1000)
	require.NoError(t, err)
	tr.Waits = nil
	return trace.Print(tr)
}

const echo = `module echo
device 0 eth0 eth task 0 rx tx
device 1 eth1 eth task 0 rx
task 0 main @main
func @main(v1: tok) -> (tok) {
  local %b 12 align 4
b0(v1):
  v2: tok %b = local %b
  jump b1(v1, v2)
b1(v3: tok, v4: tok %b):
  v5: tok, v6: tok %b = recv eth0 %b, v3, v4, 8
  v7: tok = send eth0 %b, v5, v6
  v8: i32 = const 0
  v9: tok %b = store4 %b, v8, v6
  v10: tok = send eth0 %b, v7, v9
  jump b1(v10, v9)
}
`

func TestFrames(t *testing.T) {
	s := &world.Script{Devices: []string{"eth1", "eth0"}, Inputs: []world.Input{
		{Time: 0, Device: 1, Data: []byte{1, 2}},
		{Time: 5, Device: 1, Data: []byte("123456789")}, // too long
		{Time: 5, Device: 0, Data: []byte{7}},           // no task receives it
		{Time: 9, Device: 1, Data: []byte("12345678")},
	}}
	require.Equal(t, `trace echo
  main in eth0 2 0102
  main out eth0 @0 2 0102
  main in eth0 8 3132333435363738
  main out eth0 @9 8 3132333435363738
  status waiting
end
`, end(t, echo, s))
}

const late = `module late
device 0 eth0 eth task 0 rx tx
log 0 "status " u:32 ""
task 0 main @main
main @main
func @main(v1: tok) -> (tok) {
  local %b 12 align 4
b0(v1):
  v2: tok %b = local %b
  v3: i32 = const 1
  jump b1(v1, v2)
b1(v4: tok, v5: tok %b):
  v6: i32, v7: tok = status v4
  v8: tok = log v6, v7 !0
  v9: i32, v10: tok = wait v3, v8
  v11: i1, v12: tok, v13: tok %b = take eth0 %b, v10, v5, 4
  br v11, b2, b1(v12, v13)
b2:
  v14: tok = halt v12
  ret v14
}
`

func TestLateOperations(t *testing.T) {
	s := &world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{
		{Time: 3, Device: 0, Data: []byte("long one")}, {Time: 4, Device: 0, Data: []byte("hi")},
	}}
	require.Equal(t, `trace late
  main log 0 0 "status 0"
  main log 0 0 "status 0"
  main in eth0 2 6869
  status ended
end
`, end(t, late, s))
	require.Contains(t, end(t, late, nil), "status waiting")
}

const talk = `module talk
chan 0 c cap 1 (i16) [] writer 0 reader 1 as i:16
trap 0 assert
mark 0 "region"
task 0 left @left
task 1 right @right
func @left(v1: tok) -> (tok) {
b0(v1):
  v2: i16 = const 65535
  v3: tok = chsend c v2, v1
  v4: tok = mark v3, 0
  v5: i16 = add v2, v2
  v6: tok = mark v4, 1
  v7: tok = chsend c v5, v6
  ret v7
}
func @right(v1: tok) -> (tok) {
b0(v1):
  v2: i16, v3: tok = chrecv c v1
  v4: i16, v5: tok = chrecv c v3
  v6: i1 = eq v2, v4
  v7: tok = check v6, v5 !0
  ret v7
}
`

func TestTasksChannelsMarksTraps(t *testing.T) {
	require.Equal(t, `trace talk
  left send c 65535
  left mark begin region
  left mark end region
  right recv c 65535
  left send c 65534
  right recv c 65534
  right trap 0 assert
  status trap
end
`, end(t, talk, nil))
	mc := start(t, talk, nil)
	_, err := sim.Run(mc, 1000)
	require.NoError(t, err)
	require.Equal(t, []Mark{{"region", 2}}, mc.Marks()) // the add and the mark
	for _, b := range mc.Profile() {
		require.EqualValues(t, 1, b.Count)
	}
}

func TestStuckSaysWhy(t *testing.T) {
	mc := start(t, `module stuck
chan 0 c cap 1 (i16) [] writer 0 reader 0 as u:16
task 0 main @main
func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i16, v3: tok = chrecv c v1
  ret v3
}
`, nil)
	tr, err := sim.Run(mc, 1000)
	require.NoError(t, err)
	require.Equal(t, trace.Stuck, tr.Status)
	require.Equal(t, []string{"main waits for a value in c"}, tr.Waits)
}

func TestPlaceOutsideItsObjectIsAFault(t *testing.T) {
	mc := start(t, `module fault
state %s 8 align 4
task 0 main @main
func @main(v1: tok %s) {
b0(v1):
  v2: i32 = const 5
  v3: i32 = load4 %s[v2], v1 @fault.sn:7.9
  ret
}
`, nil)
	_, err := sim.Run(mc, 1000)
	require.ErrorContains(t, err, "task main: fault.sn:7.9: load leaves its object")
}

// TestLongRunsAreCutIntoSteps checks that a step does a bounded amount of work.
func TestLongRunsAreCutIntoSteps(t *testing.T) {
	mc := start(t, speedLoop, nil)
	for n := 0; n < 3; n++ {
		require.NoError(t, mc.Step())
	}
	require.False(t, mc.Done())
	require.Less(t, mc.Instrs(), uint64(4*fuel))
}
