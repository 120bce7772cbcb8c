package sim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

func testCore() *Core {
	return &Core{
		Program: "t", Tasks: []string{"a", "b"},
		Logs: []trace.Site{
			{ID: 0, Parts: []string{"plain"}},
			{ID: 5, Parts: []string{"", " ", " ", ""}, Args: []trace.ArgType{{Kind: "u", Width: 8}, {Kind: "i", Width: 64}, {Kind: "bytes", Width: 9}}},
		},
		Marks:   []Mark{{Name: "m", Task: 1}},
		Devices: []Device{{Name: "eth0", Rx: true, Tx: true, Task: 1}, {Name: "gone", Rx: true}},
		Trap:    func(pc uint32) (int, int, string, bool) { return 1, 9, "index", pc == 4 },
	}
}

func words(t *testing.T, r *Recorder, list ...uint32) {
	t.Helper()
	for _, w := range list {
		require.NoError(t, r.LogWord(w))
	}
}

func TestRecorder(t *testing.T) {
	w := world.New(&world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{{Time: 7}}})
	w.Advance()
	r := NewRecorder(testCore(), w)
	words(t, r, 0)
	words(t, r, 1<<16|5, 255, 0xfffffffe, 0xffffffff, 5, 0x64636261, 0x65)
	require.NoError(t, r.Mark(0))
	r.In(0, []byte{1})
	r.Out(0, []byte{2, 3})
	require.NoError(t, r.Mark(1))
	require.NoError(t, r.Trap(4))
	require.Equal(t, []trace.Event{
		{Kind: trace.Log, Task: "a", Site: 0, Text: "plain"},
		{Kind: trace.Log, Task: "b", Site: 5, Text: "255 -2 abcde", Args: []trace.Arg{
			{Bits: 255}, {Bits: 0xfffffffffffffffe}, {Bytes: []byte("abcde"), IsBytes: true},
		}},
		{Kind: trace.MarkBegin, Task: "b", Name: "m"},
		{Kind: trace.In, Task: "b", Port: "eth0", Data: []byte{1}},
		{Kind: trace.Out, Task: "b", Port: "eth0", Data: []byte{2, 3}, Time: 7},
		{Kind: trace.MarkEnd, Task: "b", Name: "m"},
		{Kind: trace.Trap, Task: "b", Site: 9, Code: "index"},
	}, r.Trace().Events)
	require.Equal(t, trace.Trapped, r.Trace().Status)
}

func TestRecorderFaults(t *testing.T) {
	fresh := func() *Recorder { return NewRecorder(testCore(), world.New(nil)) }
	require.ErrorContains(t, fresh().LogWord(4), "no site 4 of task 0")
	require.ErrorContains(t, fresh().LogWord(2<<16), "no site 0 of task 2")
	require.ErrorContains(t, fresh().Mark(2), "no mark 1")
	require.ErrorContains(t, fresh().Trap(8), "trap at 0x8, where no check is")
	r := fresh()
	words(t, r, 5, 1)
	require.ErrorContains(t, r.End(trace.Ended), "within an event, after 2 words")
	r = fresh()
	words(t, r, 5, 1, 2, 3)
	err := r.LogWord(0xffffffff) // a length that no core can have
	for n := 0; err == nil && n < 2*maxLogWords; n++ {
		err = r.LogWord(0)
	}
	require.ErrorContains(t, err, "more than 65536 words for site 5")
}

// quietOutputs are the outputs of a core that does nothing.
func quietOutputs() *Outputs {
	return &Outputs{RxReady: make([]bool, 2), Oversize: make([]bool, 2), Tx: make([]Beat, 2)}
}

// TestHarnessDelivers moves a frame of nine bytes into a core, and checks the inputs of the core in
// each cycle.
func TestHarnessDelivers(t *testing.T) {
	frame := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9}
	w := world.New(&world.Script{Devices: []string{"other", "eth0"}, Inputs: []world.Input{{Device: 1, Data: frame}}})
	h := NewHarness(testCore(), w, 0)
	require.False(t, h.Inputs().Rx[0].Valid, "nothing has arrived")
	out := quietOutputs()
	out.Idle = 1
	require.NoError(t, h.Cycle(out)) // all wait: the world acts
	out.Idle = 0
	require.Equal(t, Beat{Valid: true, Data: 0x04030201, Bytes: 4}, h.Inputs().Rx[0])
	require.NoError(t, h.Cycle(out)) // not ready: the beat stays
	require.Equal(t, Beat{Valid: true, Data: 0x04030201, Bytes: 4}, h.Inputs().Rx[0])
	out.RxReady[0] = true
	require.NoError(t, h.Cycle(out))
	require.Equal(t, Beat{Valid: true, Data: 0x08070605, Bytes: 4}, h.Inputs().Rx[0])
	require.NoError(t, h.Cycle(out))
	require.Equal(t, Beat{Valid: true, Data: 9, Last: true, Bytes: 1}, h.Inputs().Rx[0])
	require.Empty(t, h.Trace().Events, "a frame counts at its last beat")
	require.NoError(t, h.Cycle(out))
	require.Equal(t, frame, h.Trace().Events[0].Data)
	require.False(t, h.Inputs().Rx[0].Valid)
	require.False(t, h.Inputs().Rx[1].Valid, "a device that the world does not have")
	require.EqualValues(t, 5, h.Cycles())

	out.Idle = 1
	require.NoError(t, h.Cycle(out)) // all output has left: a beat is offered to find out what the core waits for
	require.True(t, h.Inputs().Rx[0].Valid)
	require.False(t, h.Done())
	out.Idle = 0
	require.NoError(t, h.Cycle(out))
	require.True(t, h.Done())
	require.Equal(t, trace.Waiting, h.Trace().Status)
	require.EqualValues(t, 5, h.Cycles(), "the question is not a cycle of the run")
}

// TestWorldWaitsForAllContexts checks that the world acts only when all contexts of the core
// wait.
func TestWorldWaitsForAllContexts(t *testing.T) {
	core := testCore()
	core.Contexts = 3
	w := world.New(&world.Script{Devices: []string{"other", "eth0"}, Inputs: []world.Input{{Device: 1, Data: []byte{1}}}})
	h := NewHarness(core, w, 0)
	out := quietOutputs()
	for _, idle := range []uint32{0, 1, 2, 5, 6} {
		out.Idle = idle
		require.NoError(t, h.Cycle(out))
		require.False(t, h.Inputs().Rx[0].Valid, "idle %b", idle)
	}
	out.Idle = 7
	require.NoError(t, h.Cycle(out))
	require.True(t, h.Inputs().Rx[0].Valid)
}

// TestHarnessWaitsForBeats checks that the run does not end while the core is still
// sending output.
func TestHarnessWaitsForBeats(t *testing.T) {
	h := NewHarness(testCore(), world.New(nil), 0)
	out := quietOutputs()
	out.Halted, out.Log = true, true
	require.NoError(t, h.Cycle(out))
	require.False(t, h.Done())
	out.Log = false
	out.Tx[0] = Beat{Valid: true, Last: true, Bytes: 2, Data: 0xffff0201}
	require.NoError(t, h.Cycle(out))
	require.False(t, h.Done())
	out.Tx[0] = Beat{}
	require.NoError(t, h.Cycle(out))
	require.True(t, h.Done())
	require.Equal(t, trace.Ended, h.Trace().Status)
	require.Equal(t, []byte{1, 2}, h.Trace().Events[1].Data)
}

type counting struct {
	n, end uint64
	tr     trace.Trace
}

func (c *counting) Step() error         { c.n++; return nil }
func (c *counting) Done() bool          { return c.n == c.end }
func (c *counting) Trace() *trace.Trace { return &c.tr }

func TestRunLimit(t *testing.T) {
	m := &counting{end: 10}
	tr, err := Run(m, 4)
	require.NoError(t, err)
	require.Equal(t, trace.Limit, tr.Status)
	require.EqualValues(t, 4, m.n)
	tr, err = Run(&counting{end: 10}, 0)
	require.NoError(t, err)
	require.NotEqual(t, trace.Limit, tr.Status)
}

// twoRuns is a machine with two runs. Its trace is the trace of the first run, which has ended.
type twoRuns struct {
	tr   trace.Trace
	left int
}

func (m *twoRuns) Step() error         { m.left--; return nil }
func (m *twoRuns) Done() bool          { return m.left == 0 }
func (m *twoRuns) Trace() *trace.Trace { return &m.tr }

// TestLimitOfAnotherRun checks that a trace which has ended keeps its status at the limit.
func TestLimitOfAnotherRun(t *testing.T) {
	m := &twoRuns{tr: trace.Trace{Status: trace.Ended}, left: 10}
	tr, err := Run(m, 5)
	require.NoError(t, err)
	require.False(t, m.Done())
	require.Equal(t, trace.Ended, tr.Status)
	m.tr.Status = ""
	tr, err = Run(m, 3)
	require.NoError(t, err)
	require.Equal(t, trace.Limit, tr.Status)
}
