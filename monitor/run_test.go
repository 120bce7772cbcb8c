package monitor

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// need skips a test if the monitor cannot run here.
func need(t *testing.T) {
	t.Helper()
	testkit.SkipWithout(t, Available())
}

func run(t *testing.T, file []byte, conf Config) (Result, error) {
	t.Helper()
	im, err := Load(file)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return Run(ctx, im, conf)
}

// The guest writes a text, asks for the time and ends. These are three exits.
func TestCalls(t *testing.T) {
	need(t)
	data := slices.Concat(
		block(call3{op: callWrite, a: dataAt + 3*blockBytes, b: 5}), block(call3{op: callNow}), block(call3{op: callExit, a: 7}), []byte("hello"))
	var said bytes.Buffer
	r, err := run(t, image(calls(3), data, ""), Config{Console: &said})
	require.NoError(t, err)
	require.Equal(t, Result{Code: 7, Exits: 3}, r)
	require.Equal(t, "hello", said.String())
}

// Random bytes fill the memory that the guest names, and no memory next to it.
func TestRandomBytes(t *testing.T) {
	need(t)
	data := make([]byte, ringAt-dataAt)
	const at, n = 0x200, 40
	copy(data, slices.Concat(
		block(call3{op: callRandom, a: dataAt + at, b: n}), block(call3{op: callWrite, a: dataAt + at - n, b: 3 * n}), block(call3{op: callExit})))
	var said [2]bytes.Buffer
	for k := range said {
		_, err := run(t, image(calls(3), data, "r random\n"), Config{Console: &said[k]})
		require.NoError(t, err)
		got := said[k].Bytes()
		require.Equal(t, make([]byte, n), got[:n])
		require.Equal(t, make([]byte, n), got[2*n:])
	}
	require.NotEqual(t, said[0].Bytes(), said[1].Bytes())
}

// queue is a network of a test.
type queue struct {
	in  [][]byte
	out [][]byte
}

func (q *queue) Receive(buf []byte) (int, error) {
	if len(q.in) == 0 {
		return 0, nil
	}
	n := len(q.in[0])
	copy(buf, q.in[0])
	q.in = q.in[1:]
	return n, nil
}

func (q *queue) Send(frame []byte) error {
	q.out = append(q.out, bytes.Clone(frame))
	return nil
}
func (q *queue) FD() int { return -1 }

// A frame that arrives ends a wait. The frame that the guest put into its ring is sent.
func TestRings(t *testing.T) {
	need(t)
	data := make([]byte, ringAt-dataAt)
	copy(data, slices.Concat(block(call3{op: callWait, a: 1, b: never}), block(call3{op: callWait, a: timer, b: 2000}), block(call3{op: callExit})))
	r := rings{slots: 4, size: 64}
	out := make([]byte, r.bytes())
	binary.LittleEndian.PutUint32(out, 1) // one frame was put
	binary.LittleEndian.PutUint32(out[8:], 3)
	copy(out[12:], "abc")
	data = append(append(data, make([]byte, r.bytes())...), out...)
	net := &queue{in: [][]byte{[]byte("one"), []byte("two")}}
	began := time.Now()
	_, err := run(t, image(calls(3), data, "nic net\n"), Config{Nets: map[string]Net{"nic": net}})
	require.NoError(t, err)
	require.Equal(t, [][]byte{[]byte("abc")}, net.out)
	require.Empty(t, net.in)
	require.GreaterOrEqual(t, time.Since(began), 2*time.Millisecond)
}

// A call that no correct image makes ends the run with a message, and changes nothing.
func TestHostileGuests(t *testing.T) {
	need(t)
	text := func(b ...byte) []byte { return image(b, nil, "") }
	one := func(c call3) []byte { return image(calls(1), block(c), "nic net\nd block\nr random\n") }
	ring := func(put, length uint32) []byte {
		data := make([]byte, ringAt-dataAt)
		copy(data, block(call3{op: callPoll}))
		r := rings{slots: 4, size: 64}
		data = append(data, make([]byte, r.bytes())...)
		data = binary.LittleEndian.AppendUint32(data, put)
		data = binary.LittleEndian.AppendUint32(data, 0)
		return image(calls(1), binary.LittleEndian.AppendUint32(data, length), "nic net\n")
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"hlt":                     {text(0xf4), "exception at 0x101000"},
		"ud2":                     {text(0x90, 0x0f, 0x0b), "exception at 0x101001"},
		"cli":                     {text(0xfa), "exception"},
		"read of a register":      {text(0x0f, 0x20, 0xd8), "exception"}, // mov rax, cr3
		"a model register":        {text(0x0f, 0x32), "exception"},
		"a descriptor table":      {text(0x0f, 0x01, 0x14, 0x25, 0, 0x20, 0x10, 0), "exception"},                                             // lgdt
		"write to text":           {text(0xc6, 0x04, 0x25, 0, 0x10, 0x10, 0, 1), "address 0x101000"},                                         // mov byte [textAt], 1
		"text in data":            {text(0xb8, 0, 0x20, 0x10, 0, 0xff, 0xe0), "at 0x102000"},                                                 // jmp dataAt
		"the bottom of memory":    {text(0x8a, 0x04, 0x25, 0, 0, 0, 0), "exception"},                                                         // mov al, [0]
		"beyond the image":        {text(0x8a, 0x04, 0x25, 0, 0, 0x20, 0), "address 0x200000"},                                               // mov al, [0x200000]
		"the task state":          {text(0x48, 0xb8, 0, 0, 0, 0xf8, 0, 0, 0, 0, 0x8a, 0, 0xf4), "exception at 0x10100a, address 0xf8000000"}, // mov al, [taskAt]
		"an overrun stack":        {text(0x50, 0xeb, 0xfd), "address 0xefffdff8"},                                                            // push rax in a loop
		"another port":            {text(0xe7, 0x80), "exception"},
		"bytes at the port":       {text(0xe6, callPort), "used port 0xe0"},
		"reading the port":        {text(0xe5, callPort), "used port 0xe0"},
		"a block in text":         {image([]byte{0xb8, 0, 0x10, 0x10, 0, 0xe7, callPort}, nil, ""), "a block at 0x101000"},
		"a block in nothing":      {image([]byte{0xb8, 0, 0, 0, 0xff, 0xe7, callPort}, nil, ""), "a block at 0xff000000"},
		"a block at the end":      {image([]byte{0xb8, 0xf0, 0x3f, 0x10, 0, 0xe7, callPort}, nil, ""), "a block at 0x103ff0"},
		"an unknown call":         {one(call3{op: 99}), "call 99"},
		"a text of all memory":    {one(call3{op: callWrite, a: dataAt, b: 1 << 40}), "not all its own"},
		"a text that wraps":       {one(call3{op: callWrite, a: dataAt + 1, b: 1<<64 - 1}), "not all its own"},
		"a text from outside":     {one(call3{op: callWrite, a: 0, b: 8}), "not all its own"},
		"no harness":              {one(call3{op: callRead, a: dataAt, b: 4}), "may not"},
		"a disk that is a card":   {one(call3{op: callDisk, a: diskRead, c: dataAt}), "device 0, which is not one of its disks"},
		"a disk of nobody":        {one(call3{op: callDisk, device: 1 << 31, a: diskRead, c: dataAt}), "which is not one of its disks"},
		"a sector over text":      {one(call3{op: callDisk, device: 1, a: diskRead, c: textAt}), "it may not"},
		"a sector at the end":     {one(call3{op: callDisk, device: 1, a: diskRead, c: dataAt + 2*page - 511}), "it may not"},
		"an operation of disks":   {one(call3{op: callDisk, device: 1, a: 4, c: dataAt}), "operation 4"},
		"a source that is a card": {one(call3{op: callRandom, a: dataAt, b: 8}), "device 0 for random bytes"},
		"a source of nobody":      {one(call3{op: callRandom, device: 9, a: dataAt, b: 8}), "device 9 for random bytes"},
		"random bytes in text":    {one(call3{op: callRandom, device: 2, a: textAt, b: 8}), "it may not"},
		"too many random bytes":   {one(call3{op: callRandom, device: 2, a: dataAt, b: 513}), "513 random bytes"},
		"a ring that is full":     {ring(5, 1), "5 frames are in a ring of 4"},
		"a ring that runs back":   {ring(1<<32-1, 1), "in a ring of 4"},
		"a frame that is long":    {ring(1, 65), "a frame of 65 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			disk := &sectors{data: make([]byte, 2*SectorSize)}
			_, err := run(t, c.file, Config{Console: &bytes.Buffer{}, Nets: map[string]Net{"nic": &queue{}}, Blocks: map[string]Block{"d": disk}})
			var crash *Crash
			require.ErrorAs(t, err, &crash)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, make([]byte, 2*SectorSize), disk.data)
		})
	}
}

// sectors is a disk in memory.
type sectors struct{ data []byte }

func (s *sectors) ReadAt(b []byte, at int64) (int, error)  { return copy(b, s.data[at:]), nil }
func (s *sectors) WriteAt(b []byte, at int64) (int, error) { return copy(s.data[at:], b), nil }
func (s *sectors) Sync() error                             { return nil }
func (s *sectors) Sectors() uint64                         { return uint64(len(s.data) / SectorSize) }

// The end of the context stops an endless program, whether the program computes or waits.
func TestCancel(t *testing.T) {
	need(t)
	for name, file := range map[string][]byte{
		"loop": image([]byte{0xeb, 0xfe}, nil, ""),
		"wait": image(calls(1), block(call3{op: callWait}), ""),
	} {
		t.Run(name, func(t *testing.T) {
			im, err := Load(file)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err = Run(ctx, im, Config{})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Less(t, time.Since(began), 10*time.Second)
		})
	}
}

// If a device is missing, the image is refused before the guest runs.
func TestMissingDevices(t *testing.T) {
	for ports, want := range map[string]string{"nic net\n": "network device `nic`", "d block\n": "disk `d`"} {
		_, err := run(t, image(calls(0), nil, ports), Config{})
		require.ErrorContains(t, err, want)
	}
}

// TestHostileCalls makes 1e5 calls with arguments at their limits, and fills rings with
// random contents 1e4 times. Each call is served or refused, and the text of the guest stays
// unchanged.
func TestHostileCalls(t *testing.T) {
	im, err := Load(image(calls(1), nil, "nic net\nd block\n"))
	require.NoError(t, err)
	m := &monitor{conf: Config{Console: &bytes.Buffer{}, Nets: map[string]Net{"nic": &queue{}}, Blocks: map[string]Block{"d": &sectors{data: make([]byte, 4*SectorSize)}}}}
	require.NoError(t, m.attach(im))
	m.guest, err = newGuest(im)
	require.NoError(t, err)
	defer m.guest.close()
	for i, d := range m.ports {
		d.findRings(m.guest, i)
	}
	text, ok := m.guest.bytes(textAt, page, elf.PF_X)
	require.True(t, ok)
	before := bytes.Clone(text)
	r := rand.New(rand.NewPCG(1, 2))
	edges := []uint64{0, 1, 511, 512, page, textAt, dataAt, dataAt + 2*page - 512, dataAt + 2*page, ringAt, stackTop - page, stackTop, taskAt, 1 << 31, 1 << 32, 1 << 63, 1<<64 - 1}
	edge := func() uint64 { return edges[r.IntN(len(edges))] + uint64(r.IntN(5)) - 2 }
	served := 0
	for range 100_000 {
		c := call3{op: uint32(r.IntN(9)), device: uint32(edge()), a: edge(), b: edge(), c: edge()}
		if c.op == callWait || c.op == callExit { // these end or sleep
			c.op = callPoll
		}
		if c.op == callDisk {
			c.device, c.a = uint32(r.IntN(3)), uint64(r.IntN(5))
		}
		served += m.attempt(t, c)
		m.conf.Console.(*bytes.Buffer).Reset()
	}
	require.Greater(t, served, 1000)
	all, ok := m.guest.bytes(ringAt, 2*uint64(len(im.Ports))*im.rings.bytes(), canWrite)
	require.True(t, ok)
	for range 10_000 {
		for i := range all {
			all[i] = byte(r.Uint32())
		}
		for _, k := range []int{0, 1} { // counters near their limits
			*m.ports[0].in.counter(k) = m.ports[0].in.own + uint32(r.IntN(7)) - 3
			*m.ports[0].out.counter(k) = m.ports[0].out.own + uint32(r.IntN(7)) - 3
		}
		m.conf.Nets["nic"].(*queue).in = [][]byte{make([]byte, r.IntN(100)+1)}
		m.attempt(t, call3{op: callPoll})
	}
	require.Equal(t, before, text)
}

// attempt serves a call and returns 1 if the call was not refused.
func (m *monitor) attempt(t *testing.T, c call3) int {
	t.Helper()
	_, err := m.serve(context.Background(), c)
	var wrong *refused
	if err != nil && !errors.As(err, &wrong) {
		t.Fatalf("call %+v: %v", c, err)
	}
	if err != nil {
		return 0
	}
	return 1
}

// The start words are at the address that the manifest gives. The monitor refuses words that do
// not fit.
func TestWords(t *testing.T) {
	need(t)
	im, err := Load(image(calls(1), block(call3{op: callWrite, a: wordsAt, b: wordsRoom}), ""))
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = Run(t.Context(), im, Config{Console: &out, Words: []string{"sn.a.host=1", "sn.b.host=2"}})
	require.Error(t, err, "text that ends in nothing")
	require.Equal(t, "sn.a.host=1 sn.b.host=2"+strings.Repeat("\x00", wordsRoom-23), out.String())
	_, err = Run(t.Context(), im, Config{Console: &out, Words: []string{strings.Repeat("x", wordsRoom)}})
	require.EqualError(t, err, "the words of the start have 32 bytes, and the program takes 31")
}

// A file that is not an image of product hvt is refused.
func TestLoadRefuses(t *testing.T) {
	good := image(calls(1), nil, "")
	change := func(at int, v ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[at:], v)
		return b
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":        {nil, "not an executable"},
		"text":           {[]byte("hello"), "not an executable"},
		"32 bits":        {change(18, 0xf3), "x86-64"},
		"an entry":       {change(24, 0, 0, 0x20), "the entry 0x200000"},
		"low memory":     {change(64+16, 0, 0, 0), "outside"},
		"high memory":    {change(64+16, 0, 0, 0, 0xff), "outside"},
		"all memory":     {change(64+40, 0xff, 0xff, 0xff, 0xff, 0xff), "outside"},
		"a shared page":  {change(64+56+16, 0, 0x10), "share a page"},
		"writable text":  {imageWith(calls(1), nil, "", elf.PF_R|elf.PF_W|elf.PF_X), "written and executed"},
		"a kind":         {image(calls(1), nil, "x usb\n"), "asks for \"x usb\\n\""},
		"many devices":   {image(calls(1), nil, strings.Repeat("d block\n", 32)), "32 devices"},
		"no manifest":    {change(64+2*56, 0), "no manifest"},
		"no words":       {bytes.Replace(good, binary.LittleEndian.AppendUint64(nil, wordsAt), binary.LittleEndian.AppendUint64(nil, textAt), 1), "the room for words"},
		"rings too long": {image(calls(1), nil, strings.Repeat("n net\n", 12)), "the rings"},
	} {
		_, err := Load(c.file)
		require.ErrorContains(t, err, c.want, name)
	}
	_, err := Load(good)
	require.NoError(t, err)
}

func FuzzLoad(f *testing.F) {
	f.Add(image(calls(1), nil, "nic net\n"))
	f.Add(image(calls(1), make([]byte, 100), "d block\n"))
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		im, err := Load(file)
		if err != nil {
			return
		}
		total := uint64(0)
		for _, p := range im.parts {
			total += p.size
		}
		if total > 64<<20 { // this is only address space, but page tables take memory
			return
		}
		g, err := newGuest(im)
		if err != nil {
			t.Fatal(err)
		}
		g.close()
	})
}
