package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
)

const dump = `$timescale 100 ns $end
$scope module top $end
$var wire 1 ! b $end
$scope module sub $end
$var wire 1 " b $end
$var reg 8 # bus [7:0] $end
$var wire 1 ' other $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
x!
0"
bx #
$end
$comment nothing 1! to see $end
#9
1"
#10
0"
1!
#19
0!
#25
1!
b0 !
#31
0!
1"
`

// levelsOf returns the inputs of one file for device 0, as "time=value".
func levelsOf(t *testing.T, names ...string) []Input {
	t.Helper()
	s := &Script{Devices: []string{"b"}}
	require.NoError(t, s.AddWaveforms([]Waveform{{Names: names, Name: "t.vcd", Data: []byte(dump)}}))
	return s.Inputs
}

// TestWaveform checks three rules. Only the last value in a microsecond is used. A repeated
// value is not an input. The value x before the first 0 or 1 is ignored.
func TestWaveform(t *testing.T) {
	require.Equal(t, []Input{
		{Time: 0, Levels: []Level{{0, 1}}},
		{Time: 1, Levels: []Level{{0, 0}}},
		{Time: 3, Levels: []Level{{0, 1}}},
	}, levelsOf(t, "top.sub.b"))
	require.Empty(t, levelsOf(t, "other"))
}

func TestWaveformsMergeByTime(t *testing.T) {
	one := "$timescale 1 us $end $var wire 1 ! x $end $enddefinitions $end #5 1! #7 0!"
	two := "$timescale 1us $end $var wire 1 ! y $end $enddefinitions $end #0 1! #7 0!"
	s := &Script{Devices: []string{"eth", "y", "x"}, Inputs: []Input{{Time: 5, Data: []byte{1}}, {Time: 9, Data: []byte{2}}}}
	require.NoError(t, s.AddWaveforms([]Waveform{
		{Device: 2, Names: []string{"x"}, Data: []byte(one)}, {Device: 1, Names: []string{"any"}, Data: []byte(two)},
	}))
	require.Equal(t, []Input{
		{Time: 0, Levels: []Level{{1, 1}}},
		{Time: 5, Levels: []Level{{2, 1}}},
		{Time: 5, Data: []byte{1}},
		{Time: 7, Levels: []Level{{1, 0}, {2, 0}}},
		{Time: 9, Data: []byte{2}},
	}, s.Inputs)
	w := New(s)
	require.True(t, w.Advance())
	require.True(t, w.Pending(1))
	require.EqualValues(t, 1, w.Get(1))
	require.False(t, w.Pending(1), "what was read is known")
	require.True(t, w.Advance())
	require.True(t, w.Advance())
	require.True(t, w.Pending(2), "a frame of the same time comes after")
	require.Equal(t, []byte{1}, w.Head(0))
	require.True(t, w.Advance())
	require.False(t, w.Pending(2), "it is again what the program knows")
	require.True(t, w.Pending(1))
	require.EqualValues(t, 0, w.Get(7), "a port that the world does not have is low")
}

// TestTimescales tries every unit, rounded down to microseconds.
func TestTimescales(t *testing.T) {
	for scale, want := range map[string]uint64{
		"1 s": 12345e6, "100ms": 1234500000, "1 ms": 12345e3, "10 us": 123450, "1us": 12345, "100 ns": 1234, "1 ns": 12, "100 ps": 1, "1ps": 0, "10 fs": 0,
	} {
		s := &Script{Devices: []string{"b"}}
		text := "$timescale " + scale + " $end $var wire 1 ! b $end $enddefinitions $end #12345 1!"
		require.NoError(t, s.AddWaveforms([]Waveform{{Names: []string{"b"}, Data: []byte(text)}}), scale)
		require.Equal(t, []Input{{Time: want, Levels: []Level{{0, 1}}}}, s.Inputs, scale)
	}
}

func TestBadWaveforms(t *testing.T) {
	const head = "$timescale 1 us $end\n$var wire 1 ! b $end\n$enddefinitions $end\n"
	for _, c := range []struct{ text, want string }{
		{"", "t.vcd:1:1: error[E0502]: not a value change dump"},
		{"hello", `t.vcd:1:1: error[E0502]: expected a declaration such as ` + "`$var`" + `, found "hello"`},
		{"$version never ends", "t.vcd:1:1: error[E0502]: the file ends within this `$version`"},
		{"$bogus $end", `t.vcd:1:1: error[E0502]: expected a declaration, found "$bogus"`},
		{"$var wire 1 ! b $end $enddefinitions $end", "the declarations have no `$timescale`"},
		{"$timescale 2 us $end", `a timescale is 1, 10 or 100 of s, ms, us, ns, ps or fs, not "2us"`},
		{"$timescale 1 min $end", "a timescale is"},
		{"$upscope $end", "an `$upscope` without its `$scope`"},
		{"$var wire 1 $end", "a `$var` has a type, a width, a code and a name"},
		{"$var wire none ! b $end", `a width is a number above 0, not "none"`},
		{strings.Replace(head, " b ", " a ", 1) + "#0 2!", `t.vcd:4:4: error[E0502]: expected a time such as`},
		{"$timescale 1 us $end $var wire 1 ! a $end $var wire 1 # c $end $enddefinitions $end", "which signal is `b`? there are 0 of that name; signals of one bit: a c"},
		{"$timescale 1 us $end $var wire 1 ! b $end $var wire 1 # b $end $enddefinitions $end", "there are 2 of that name"},
		{head + "#5\n1!\n#4\n", "t.vcd:6:1: error[E0502]: the time goes back from #5 to #4"},
		{head + "#99999999999999999999", "a time is a number of up to 64 bits"},
		{strings.Replace(head, "1 us", "100 s", 1) + "#18446744073709551615 1!", "the time #18446744073709551615 is beyond 2^63 microseconds"},
		{head + "#1 1! #2 x!", "t.vcd:4:10: error[E0502]: a pin is 0 or 1, this signal becomes x"},
		{head + "#1 1", "a value needs the code of its signal"},
		{head + "#1 b10 !", `a signal of one bit has the value "10"`},
		{head + "#1 b1", "the file ends within a value"},
		{head + "$comment", "the file ends within this `$comment`"},
	} {
		s := &Script{Devices: []string{"b"}}
		err := s.AddWaveforms([]Waveform{{Names: []string{"b"}, Name: "t.vcd", Data: []byte(c.text)}})
		require.ErrorContains(t, err, c.want, "%q", c.text)
	}
}

// TestWriteVCD checks that the written changes are read back.
func TestWriteVCD(t *testing.T) {
	out := func(port string, at uint64, v byte) trace.Event {
		return trace.Event{Kind: trace.Out, Port: port, Time: at, Data: []byte{v}}
	}
	tr := &trace.Trace{Program: "p", Events: []trace.Event{out("led", 0, 1), out("x", 1, 1), out("led", 7, 0), out("led", 7, 1), out("led", 9, 0)}}
	text := WriteVCD(tr, "led")
	require.Equal(t, "$timescale 1 us $end\n$scope module p $end\n$var wire 1 ! led $end\n$upscope $end\n$enddefinitions $end\n"+
		"#0\n$dumpvars\n0!\n$end\n1!\n#7\n0!\n1!\n#9\n0!\n", string(text))
	s := &Script{Devices: []string{"led"}}
	require.NoError(t, s.AddWaveforms([]Waveform{{Names: []string{"led"}, Data: text}}))
	require.Equal(t, []Input{{Time: 0, Levels: []Level{{0, 1}}}, {Time: 9, Levels: []Level{{0, 0}}}}, s.Inputs)
}

// FuzzWaveform checks that a file gives changes in order, or an error with a position.
func FuzzWaveform(f *testing.F) {
	f.Add([]byte(dump))
	f.Add([]byte("$timescale 1 us $end $var wire 1 ! b $end $enddefinitions $end #5 1! #7 b0 !"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &Script{Devices: []string{"b"}}
		if s.AddWaveforms([]Waveform{{Names: []string{"b"}, Name: "t.vcd", Data: data}}) != nil {
			return
		}
		last := uint64(0)
		for i, in := range s.Inputs {
			if i > 0 && in.Time <= last || len(in.Levels) != 1 || in.Levels[0].Value != uint64(1-i%2) {
				t.Fatalf("input %d: %+v", i, in)
			}
			last = in.Time
		}
	})
}
