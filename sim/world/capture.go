package world

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Capture is a file with frames for one device: pcap or pcapng.
type Capture struct {
	Device int    // index into the names given to FromCaptures
	Name   string // of the file, for messages
	Data   []byte
	// Messages: of a port whose messages are not frames. Such a capture has the link
	// type USER0, and each record is a message.
	Messages bool
}

// FromCaptures makes a script of captures. A frame's time is the running
// maximum of the stamps of its capture, because real captures go backwards now
// and then; the first stamp of all is 0. Several captures are merged by time,
// then order of the devices, then order in the file.
func FromCaptures(devices []string, captures []Capture) (*Script, error) {
	var inputs []Input
	first, some := int64(0), false
	for _, c := range captures {
		if c.Device < 0 || c.Device >= len(devices) {
			return nil, captureErrorf(c.Name, "there is no device %d for it", c.Device)
		}
		frames, err := readCapture(c)
		if err != nil {
			return nil, err
		}
		if len(frames) > 0 && (!some || frames[0].stamp < first) {
			first, some = frames[0].stamp, true
		}
		inputs = append(inputs, timed(frames, c.Device)...)
	}
	for i := range inputs {
		inputs[i].Time -= uint64(first) // modulo 2^64: the stamps were kept so
	}
	sort.SliceStable(inputs, func(i, j int) bool {
		a, b := &inputs[i], &inputs[j]
		if a.Time != b.Time {
			return a.Time < b.Time
		}
		return a.Device < b.Device
	})
	return &Script{Devices: devices, Inputs: inputs}, nil
}

// frame is a record of a capture.
type frame struct {
	stamp int64 // microseconds since 1970
	data  []byte
}

// timed gives frames the running maximum of their stamps, still since 1970.
func timed(frames []frame, device int) []Input {
	inputs := make([]Input, len(frames))
	for i, f := range frames {
		now := f.stamp
		if i > 0 {
			now = max(now, int64(inputs[i-1].Time))
		}
		inputs[i] = Input{Time: uint64(now), Device: device, Data: f.data}
	}
	return inputs
}

func captureErrorf(name, format string, args ...any) error {
	return diag.Errorf(BadCapture, diag.Span{}, "%s: %s", name, fmt.Sprintf(format, args...))
}

// BadCapture is the kind of errors about capture files.
const BadCapture diag.Code = "E0501"

// source is a reader of either format.
type source interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	LinkType() layers.LinkType
}

// open tells the format from the first bytes.
func open(c Capture) (source, error) {
	if len(c.Data) < 4 {
		return nil, captureErrorf(c.Name, "%d bytes are not a capture, expected pcap or pcapng", len(c.Data))
	}
	if bytes.HasPrefix(c.Data, []byte{0x1f, 0x8b}) {
		return nil, captureErrorf(c.Name, "the capture is compressed; unpack it with gunzip first")
	}
	if bytes.HasPrefix(c.Data, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		r, err := pcapgo.NewNgReader(bytes.NewReader(c.Data), pcapgo.DefaultNgReaderOptions)
		if err != nil {
			return nil, captureErrorf(c.Name, "broken pcapng header: %s", reason(err))
		}
		return r, nil
	}
	r, err := pcapgo.NewReader(bytes.NewReader(c.Data))
	if err != nil {
		return nil, captureErrorf(c.Name, "no capture, expected pcap or pcapng: %s", reason(err))
	}
	return r, nil
}

// reason says what a reader's error means.
func reason(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the file ends too early"
	}
	return err.Error()
}

// readCapture reads all records. Each must be a whole Ethernet frame.
func readCapture(c Capture) ([]frame, error) {
	r, err := open(c)
	if err != nil {
		return nil, err
	}
	if link, want := r.LinkType(), linkType(c.Messages); link != want {
		return nil, captureErrorf(c.Name, "link type %d is not %s, expected %d", uint32(link), linkNames[c.Messages], uint32(want))
	}
	var frames []frame
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return frames, nil
		}
		switch {
		case err != nil:
			return nil, captureErrorf(c.Name, "record %d: %s", len(frames), reason(err))
		case info.Length > len(data):
			return nil, captureErrorf(c.Name, "record %d is truncated: %d of %d bytes", len(frames), len(data), info.Length)
		case tooLong(r, info, len(data)):
			return nil, captureErrorf(c.Name, "record %d has %d bytes, more than the file says that a record may have", len(frames), len(data))
		case len(data) == 0:
			return nil, captureErrorf(c.Name, "record %d is empty", len(frames))
		}
		frames = append(frames, frame{info.Timestamp.UnixMicro(), data})
	}
}

// tooLong reports whether a record is longer than its file says that records are.
func tooLong(r source, info gopacket.CaptureInfo, n int) bool {
	most := uint32(0) // no bound
	switch r := r.(type) {
	case *pcapgo.Reader:
		most = r.Snaplen()
	case *pcapgo.NgReader:
		if i, err := r.Interface(info.InterfaceIndex); err == nil {
			most = i.SnapLength
		}
	}
	return most != 0 && uint32(n) > most
}

// snapLen is the length that written captures state.
const snapLen = 65535

// user0 is the link type of records that are messages of a port.
const user0 layers.LinkType = 147

var linkNames = map[bool]string{false: "Ethernet", true: "USER0, whose records are messages"}

func linkType(messages bool) layers.LinkType {
	if messages {
		return user0
	}
	return layers.LinkTypeEthernet
}

// CaptureOf returns what a device sent as a capture: pcap, little-endian,
// microseconds, each frame stamped with the clock at its commit. The link is
// Ethernet, and USER0 for a port of messages.
func CaptureOf(t *trace.Trace, device string, messages bool) ([]byte, error) {
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	if err := w.WriteFileHeader(snapLen, linkType(messages)); err != nil {
		return nil, captureErrorf(device, "%s", err)
	}
	for _, e := range t.Events {
		if e.Kind != trace.Out || e.Port != device {
			continue
		}
		if e.Time > maxStamp {
			return nil, captureErrorf(device, "a capture cannot hold the time %d us, at most %d", e.Time, uint64(maxStamp))
		}
		info := gopacket.CaptureInfo{Timestamp: time.UnixMicro(int64(e.Time)), CaptureLength: len(e.Data), Length: len(e.Data)}
		if err := w.WritePacket(info, e.Data); err != nil {
			return nil, captureErrorf(device, "%s", err)
		}
	}
	return b.Bytes(), nil
}

// maxStamp is the last microsecond that a capture's 32 bits of seconds hold.
const maxStamp = 1<<32*1000000 - 1
