package trace

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sinter-lang/sinter/internal/diag"
)

const sample = `trace filter
  echo in eth0 8 0102030405060708
  echo out eth0 @1200 8 0102030405060708
  echo out "eth 1" @0 0
  echo log 3 17 bytes 2 00ff bytes 0 "passed 17 \"\\x00\\xff\""
  echo mark begin kernel
  "end" send a 7
  "end" recv b bytes 1 20
  echo mark end kernel
  echo trap 12 index
  status trap
  waits "end: receive on b"
end
`

func parse(src string) (*Trace, error) { return Parse(&diag.File{Name: "t.trace", Text: src}) }

func TestSample(t *testing.T) {
	tr, err := parse(sample)
	require.NoError(t, err)
	require.Equal(t, sample, Print(tr))
	require.Equal(t, Event{Kind: Out, Task: "echo", Port: "eth0", Time: 1200, Data: []byte{1, 2, 3, 4, 5, 6, 7, 8}}, tr.Events[1])
	require.Equal(t, []Arg{{Bits: 17}, {Bytes: []byte{0, 255}, IsBytes: true}, {IsBytes: true}}, tr.Events[3].Args)
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"", "t.trace:1:1: error: expected `trace`, found end of text"},
		{"trace a\n x in eth0 2 00", "t.trace:2:14: error: expected 2 bytes in hexadecimal, found 2 characters"},
		{"trace a\n x in eth0 2 00zz\nend", "t.trace:2:14: error: expected 2 bytes in hexadecimal, found 4 characters"},
		{"trace a\n x out eth0 12 0\nend", "t.trace:2:13: error: expected the clock such as @1200, found `12`"},
		{"trace a\n x out eth0", "t.trace:2:12: error: expected the clock such as @1200, found end of text"},
		{"trace a\n x jump\nend", "t.trace:2:4: error: expected in, out, log, mark, trap, send or recv, found `jump`"},
		{"trace a\n status fine\nend", "t.trace:2:9: error: expected a status ended, waiting, stuck, trap or limit, found `fine`"},
		{"trace a\n x mark middle m\nend", "t.trace:2:9: error: expected `begin` or `end`, found `middle`"},
		{"trace a\n x mark end m\nend", "t.trace:2:2: error: expected mark m of task x to begin before it ends"},
		{"trace a\n x trap 1 max\n x in e 0\nend", "t.trace:3:2: error: expected nothing after the trap of task x, found in e 0"},
		{"trace a\n status trap\nend", "t.trace:3:1: error: expected a trap event with status trap"},
		{"trace a\n x trap 1 max\n status ended\nend", "t.trace:4:1: error: expected status trap when a task trapped, found ended"},
		{"trace a\nend\nx", "t.trace:3:1: error: expected nothing after `end`, found `x`"},
		{"trace a\n x log 1 2\nend", "t.trace:2:11: error: expected the text of the log in quotes, found end of line"},
	} {
		_, err := parse(c.src)
		require.EqualError(t, err, c.want)
	}
}

func TestVerify(t *testing.T) {
	require.NoError(t, Verify(&Trace{Status: Ended}))
	require.EqualError(t, Verify(&Trace{Program: "p", Status: "fine"}),
		`error: trace of p, event 0: expected a status ended, waiting, stuck, trap or limit, found "fine"`)
}

// genEvent makes a random event with exactly the fields of its kind.
func genEvent(t *rapid.T) Event {
	word := rapid.SampledFrom([]string{"a", "eth0", "x.y", "", "end", "a b", "\"", "ä"})
	data := rapid.Custom(func(t *rapid.T) []byte {
		b := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "data")
		return append([]byte(nil), b...)
	})
	arg := rapid.Custom(func(t *rapid.T) Arg {
		if rapid.Bool().Draw(t, "bytes") {
			return Arg{Bytes: data.Draw(t, "arg"), IsBytes: true}
		}
		return Arg{Bits: rapid.Uint64().Draw(t, "bits")}
	})
	e := Event{Kind: Kind(rapid.IntRange(0, int(Recv)).Draw(t, "kind")), Task: word.Draw(t, "task")}
	site := rapid.IntRange(0, 99).Draw(t, "site")
	switch e.Kind {
	case Trap, MarkEnd: // both would have to agree with earlier events
		e.Kind = In
		fallthrough
	case In:
		e.Port, e.Data = word.Draw(t, "port"), data.Draw(t, "frame")
	case Out:
		e.Port, e.Data, e.Time = word.Draw(t, "port"), data.Draw(t, "frame"), rapid.Uint64().Draw(t, "time")
	case Log:
		e.Site, e.Text = site, rapid.String().Draw(t, "text")
		e.Args = append([]Arg(nil), rapid.SliceOfN(arg, 0, 3).Draw(t, "args")...)
	case Send, Recv:
		e.Port = word.Draw(t, "port")
		e.Args = append([]Arg(nil), rapid.SliceOfN(arg, 0, 3).Draw(t, "args")...)
	case MarkBegin:
		e.Name = word.Draw(t, "name")
	}
	return e
}

func genTrace(t *rapid.T) *Trace {
	events := rapid.SliceOfN(rapid.Custom(genEvent), 0, 8).Draw(t, "events")
	return &Trace{
		Program: rapid.SampledFrom([]string{"p", "", "a-b"}).Draw(t, "program"),
		Events:  append([]Event(nil), events...),
		Status:  rapid.SampledFrom([]Status{"", Ended, Waiting, Stuck, Limit}).Draw(t, "status"),
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := genTrace(t)
		again, err := parse(Print(tr))
		require.NoError(t, err, Print(tr))
		require.Equal(t, tr, again)
	})
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("trace a\n x out eth0")
	f.Add("trace a\n status trap\nend")
	f.Fuzz(func(t *testing.T, src string) {
		tr, err := parse(src)
		if err != nil {
			require.Regexp(t, `^t\.trace:\d+:\d+: `, err.Error())
			return
		}
		again, err := parse(Print(tr))
		require.NoError(t, err)
		require.Equal(t, tr, again)
	})
}

func TestRender(t *testing.T) {
	site := Site{
		Parts: []string{"u ", " i ", " x ", " b ", " s ", "."},
		Args:  []ArgType{{"u", 64}, {"i", 8}, {"hex", 16}, {"bool", 1}, {"bytes", 8}},
	}
	args := []Arg{{Bits: ^uint64(0)}, {Bits: 0x80}, {Bits: 0xabc}, {Bits: 1}, {Bytes: []byte("a\"\\\n\r\t\x00\x7f\xffz"), IsBytes: true}}
	require.Equal(t, `u 18446744073709551615 i -128 x abc b true s a\"\\\n\r\t\x00\x7f\xffz.`, Render(site, args))
	require.Equal(t, `u 0 i 0 x 0 b false s .`, Render(site, nil))
	require.Equal(t, "", Render(Site{}, args))
}

// TestLogArgs checks that LogArgs reports each prefix of the words as incomplete. With all
// words it returns the arguments, and does not use the words that follow.
func TestLogArgs(t *testing.T) {
	site := Site{Args: []ArgType{{"u", 8}, {"i", 64}, {"bytes", 8}, {"hex", 33}}}
	words := []uint32{0x1234, 1, 2, 5, 0x64636261, 0x65, 7, 0xffffffff}
	for n := range words {
		_, _, ok := LogArgs(site, words[:n])
		require.False(t, ok, n)
	}
	args, used, ok := LogArgs(site, append(words, 99))
	require.True(t, ok)
	require.Equal(t, len(words), used)
	require.Equal(t, []Arg{{Bits: 0x34}, {Bits: 2<<32 | 1}, {Bytes: []byte("abcde"), IsBytes: true}, {Bits: 1<<32 | 7}}, args)
}

func TestCompare(t *testing.T) {
	ref := `trace p
  a log 1 2 "x"
  b in eth0 1 00
  a mark begin m
  a send c 1
  b out eth0 @5 1 00
  a mark end m
  status waiting
end`
	trap := `trace p
  a in e 0
  b log 1 "x"
  b trap 3 max
  a out e @0 0
  status trap
end`
	for _, c := range []struct {
		name, want, got string
		opts            Options
		diffs           []string
	}{
		{"equal", ref, ref, Options{Channels: true}, nil},
		{"other interleaving", "trace p\na in e 0\nb in f 0\nstatus ended\nend", "trace p\nb in f 0\na in e 0\nstatus ended\nend", Options{}, nil},
		{"order in a task", "trace p\na in e 0\na in f 0\nend", "trace p\na in f 0\na in e 0\nend", Options{}, []string{"task a, event 0: want in e 0, got in f 0"}},
		{"data", "trace p\na in e 1 00\nend", "trace p\na in e 1 01\nend", Options{}, []string{"task a, event 0: want in e 1 00, got in e 1 01"}},
		{"time", "trace p\na out e @1 0\nend", "trace p\na out e @2 0\nend", Options{}, []string{"task a, event 0: want out e @1 0, got out e @2 0"}},
		{"data sent", "trace p\na out e @1 1 00\nend", "trace p\na out e @1 1 80\nend", Options{}, []string{"task a, event 0: want out e @1 1 00, got out e @1 1 80"}},
		{"port", "trace p\na out e @1 0\nend", "trace p\na out f @1 0\nend", Options{}, []string{"task a, event 0: want out e @1 0, got out f @1 0"}},
		{"mark", "trace p\na mark begin k\nend", "trace p\na mark begin l\nend", Options{}, []string{"task a, event 0: want mark begin k, got mark begin l"}},
		{"site", `trace p` + "\na log 1 \"x\"\nend", "trace p\na log 2 \"x\"\nend", Options{}, []string{`task a, event 0: want log 1 "x", got log 2 "x"`}},
		{"argument", "trace p\na log 1 1 \"x\"\nend", "trace p\na log 1 2 \"x\"\nend", Options{}, []string{`task a, event 0: want log 1 1 "x", got log 1 2 "x"`}},
		{"bytes of an argument", "trace p\na log 1 bytes 2 00ff \"x\"\nend", "trace p\na log 1 bytes 2 00fe \"x\"\nend", Options{}, []string{`task a, event 0: want log 1 bytes 2 00ff "x", got log 1 bytes 2 00fe "x"`}},
		{"fewer arguments", "trace p\na log 1 1 \"x\"\nend", "trace p\na log 1 \"x\"\nend", Options{}, []string{`task a, event 0: want log 1 1 "x", got log 1 "x"`}},
		{"missing", ref, "trace p\nb in eth0 1 00\nb out eth0 @5 1 00\nstatus waiting\nend", Options{}, []string{`task a, event 0: want log 1 2 "x", got nothing`}},
		{"too much", "trace p\nend", "trace p\na in e 0\nend", Options{}, []string{"task a, event 0: want nothing, got in e 0"}},
		{"status", "trace p\nstatus ended\nend", "trace p\nstatus stuck\nend", Options{}, []string{"status: want ended, got stuck"}},
		{"limit", "trace p\nstatus limit\nend", "trace p\nstatus limit\nend", Options{}, []string{"status: want limit, got limit"}},
		{"channels off", ref, "trace p\na log 1 2 \"x\"\na mark begin m\na mark end m\nb in eth0 1 00\nb out eth0 @5 1 00\nstatus waiting\nend", Options{}, nil},
		{"channels on", "trace p\na send c 1\nend", "trace p\na send c 2\nend", Options{Channels: true}, []string{"task a, event 0: want send c 1, got send c 2"}},
		{"channel name", "trace p\na recv c 1\nend", "trace p\na recv d 1\nend", Options{Channels: true}, []string{"task a, event 0: want recv c 1, got recv d 1"}},
		{"console", ref, "trace p\na log 0 \"x\"\nb in eth0 1 00\nb out eth0 @5 1 00\nstatus waiting\nend", Options{Console: true}, nil},
		{"console text", ref, "trace p\na log 0 \"y\"\nb in eth0 1 00\nb out eth0 @5 1 00\nstatus waiting\nend", Options{Console: true}, []string{`task a, event 0: want log 1 2 "x", got log 0 "y"`}},
		{"trap stops others", trap, "trace p\nb log 1 \"x\"\nb trap 3 max\nstatus trap\nend", Options{}, nil},
		{"trap is not a licence", trap, "trace p\na in f 0\nb log 1 \"x\"\nb trap 3 max\nstatus trap\nend", Options{}, []string{"task a, event 0: want in e 0, got in f 0"}},
		{"trap needs all before it", trap, "trace p\nb trap 3 max\nstatus trap\nend", Options{}, []string{`task b, event 0: want log 1 "x", got trap 3 max`}},
		{"trap code", trap, "trace p\nb log 1 \"x\"\nb trap 3 index\nstatus trap\nend", Options{}, []string{"task b, event 1: want trap 3 max, got trap 3 index"}},
		{"trap site", trap, "trace p\nb log 1 \"x\"\nb trap 4 max\nstatus trap\nend", Options{}, []string{"task b, event 1: want trap 3 max, got trap 4 max"}},
		{"trap in other task", trap, "trace p\na in e 0\na trap 3 max\nstatus trap\nend", Options{}, []string{"task a, event 1: want out e @0 0, got trap 3 max"}},
	} {
		want, err := parse(c.want)
		require.NoError(t, err, c.name)
		got, err := parse(c.got)
		require.NoError(t, err, c.name)
		var diffs []string
		for _, d := range Compare(want, got, c.opts) {
			diffs = append(diffs, d.String())
		}
		require.Equal(t, c.diffs, diffs, c.name)
	}
}

func TestCompareNeedsTheTrap(t *testing.T) {
	a := &Trace{Status: Trapped, Events: []Event{{Kind: In, Task: "a"}}}
	require.Len(t, Compare(a, &Trace{Status: Trapped}, Options{}), 1)
}
