package world_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// record is one record of a capture that a test writes.
type record struct {
	sec, usec uint32
	data      string
	length    uint32 // original length, 0: as data
}

// pcap writes a capture with a given byte order.
func pcap(order binary.AppendByteOrder, link uint32, list ...record) []byte {
	var b []byte
	for _, v := range []uint32{0xa1b2c3d4, 0, 0, 0, 65535, link} {
		b = order.AppendUint32(b, v)
	}
	order2 := order.(binary.ByteOrder)
	order2.PutUint16(b[4:], 2)
	order2.PutUint16(b[6:], 4)
	for _, r := range list {
		if r.length == 0 {
			r.length = uint32(len(r.data))
		}
		for _, v := range []uint32{r.sec, r.usec, uint32(len(r.data)), r.length} {
			b = order.AppendUint32(b, v)
		}
		b = append(b, r.data...)
	}
	return b
}

func script(t *testing.T, captures ...world.Capture) *world.Script {
	t.Helper()
	s, err := world.FromCaptures([]string{"a", "b"}, captures)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show writes the inputs as time:device:data.
func show(s *world.Script) string {
	var out []string
	for _, in := range s.Inputs {
		out = append(out, strings.Join([]string{itoa(in.Time), s.Devices[in.Device], string(in.Data)}, ":"))
	}
	return strings.Join(out, " ")
}

func itoa(v uint64) string {
	if v < 10 {
		return string(rune('0' + v))
	}
	return itoa(v/10) + itoa(v%10)
}

func TestOrderAndClock(t *testing.T) {
	// The time stamps go back once, but the clock does not.
	first := pcap(binary.LittleEndian, 1, record{10, 5, "p", 0}, record{10, 9, "q", 0}, record{10, 7, "r", 0}, record{11, 0, "s", 0})
	s := script(t, world.Capture{Device: 0, Data: first})
	if got, want := show(s), "0:a:p 4:a:q 4:a:r 999995:a:s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	second := pcap(binary.BigEndian, 1, record{10, 4, "x", 0}, record{10, 9, "y", 0})
	want := "0:a:x 1:b:p 5:a:y 5:b:q 5:b:r 999996:b:s"
	for _, order := range [][]world.Capture{
		{{Device: 1, Data: first}, {Device: 0, Data: second}},
		{{Device: 0, Data: second}, {Device: 1, Data: first}},
	} {
		if got := show(script(t, order...)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := show(script(t)); got != "" {
		t.Errorf("no captures give %s", got)
	}
}

func TestRefused(t *testing.T) {
	good := pcap(binary.LittleEndian, 1, record{1, 0, "frame", 0})
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "0 bytes are not a capture"},
		{"text", []byte("hello, this is a text and no capture"), "expected pcap or pcapng"},
		{"gzip", []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0}, "compressed"},
		{"header only half", good[:20], "the file ends too early"},
		{"record cut", good[:len(good)-1], "record 0: the file ends too early"},
		{"record without its bytes", good[:len(good)-len("frame")], "record 0: the file ends too early"},
		{"record header cut", append(bytes.Clone(good), 1, 2, 3), "record 1: the file ends too early"},
		{"truncated", pcap(binary.LittleEndian, 1, record{1, 0, "ok", 0}, record{1, 0, "cut", 60}), "record 1 is truncated: 3 of 60 bytes"},
		{"no bytes", pcap(binary.LittleEndian, 1, record{1, 0, "", 0}), "record 0 is empty"},
		{"link type", pcap(binary.LittleEndian, 113, record{1, 0, "x", 0}), "link type 113 is not Ethernet"},
		{"half pcapng", []byte{0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c}, "broken pcapng"},
	} {
		_, err := world.FromCaptures([]string{"a"}, []world.Capture{{Name: "x.pcap", Data: c.data}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.pcap") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if list := diag.AsList(err); len(list) != 1 || list[0].Code != world.BadCapture {
			t.Errorf("%s: not a diagnostic with its code", c.name)
		}
	}
	if _, err := world.FromCaptures([]string{"a"}, []world.Capture{{Device: 1, Name: "x", Data: good}}); err == nil {
		t.Error("a device that does not exist")
	}
}

// pcapng is a section, an Ethernet interface and one packet.
func pcapng(data string) []byte {
	var b []byte
	u := binary.LittleEndian
	block := func(kind uint32, body []byte) {
		n := uint32(12 + len(body))
		b = u.AppendUint32(b, kind)
		b = u.AppendUint32(b, n)
		b = append(b, body...)
		b = u.AppendUint32(b, n)
	}
	section := u.AppendUint32(nil, 0x1a2b3c4d)
	section = append(section, 1, 0, 0, 0)
	block(0x0a0d0d0a, u.AppendUint64(section, ^uint64(0)))
	block(1, []byte{1, 0, 0, 0, 0, 0, 4, 0})
	packet := u.AppendUint32(nil, 0)
	for _, v := range []uint32{0, 77, uint32(len(data)), uint32(len(data))} {
		packet = u.AppendUint32(packet, v)
	}
	packet = append(packet, data...)
	block(6, append(packet, make([]byte, (4-len(data)%4)%4)...))
	return b
}

func TestPcapng(t *testing.T) {
	if got := show(script(t, world.Capture{Device: 1, Data: pcapng("hello")})); got != "0:b:hello" {
		t.Errorf("got %s", got)
	}
}

// TestWriteRead writes the output of a device and reads it back.
func TestWriteRead(t *testing.T) {
	tr := &trace.Trace{Events: []trace.Event{
		{Kind: trace.Out, Port: "b", Time: 3, Data: []byte("one")},
		{Kind: trace.Out, Port: "c", Time: 4, Data: []byte("not")},
		{Kind: trace.In, Port: "b", Data: []byte("nor")},
		{Kind: trace.Out, Port: "b", Time: 5000009, Data: []byte("two")},
	}}
	data, err := world.CaptureOf(tr, "b", false)
	if err != nil {
		t.Fatal(err)
	}
	if want := pcap(binary.LittleEndian, 1, record{0, 3, "one", 0}, record{5, 9, "two", 0}); !bytes.Equal(data, want) {
		t.Errorf("got %x\nwant %x", data, want)
	}
	if got := show(script(t, world.Capture{Device: 1, Data: data})); got != "0:b:one 5000006:b:two" {
		t.Errorf("got %s", got)
	}
	tr.Events[0].Time = 1 << 60
	if _, err := world.CaptureOf(tr, "b", false); err == nil {
		t.Error("a time that the format cannot hold")
	}
}

func TestOffice(t *testing.T) {
	data, err := os.ReadFile("../../examples/filter/office.pcap")
	if err != nil {
		t.Fatal(err)
	}
	s := script(t, world.Capture{Data: data})
	back := 0
	for i := range s.Inputs[1:] {
		if s.Inputs[i+1].Time < s.Inputs[i].Time {
			back++
		}
	}
	if len(s.Inputs) != 877 || s.Inputs[0].Time != 0 || back != 0 {
		t.Errorf("%d inputs, first at %d, %d go back", len(s.Inputs), s.Inputs[0].Time, back)
	}
}

func FuzzCapture(f *testing.F) {
	f.Add([]byte{})
	f.Add(pcap(binary.LittleEndian, 1, record{1, 2, "frame", 0}, record{1, 1, "x", 60}))
	f.Add(pcap(binary.BigEndian, 1, record{1, 2, "frame", 0}))
	f.Add(pcapng("hello"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := world.FromCaptures([]string{"a"}, []world.Capture{{Name: "f", Data: data}})
		if err != nil {
			return
		}
		last := uint64(0)
		for _, in := range s.Inputs {
			if in.Time < last || len(in.Data) == 0 {
				t.Fatalf("input at %d after %d, %d bytes", in.Time, last, len(in.Data))
			}
			last = in.Time
		}
	})
}
