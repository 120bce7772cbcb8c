package world

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Capture is a pcap or pcapng file with frames for one device.
type Capture struct {
	Device int    // index into the names given to FromCaptures
	Name   string // name of the file, for messages
	Data   []byte
	// If Open is not nil, Open opens the file for each read, and Data is not used. The file may
	// then be of any size, because it is read during the run.
	Open func() (io.ReadCloser, error)
	// Messages is set for a port whose messages are not frames. Such a capture has the link
	// type USER0, and each record is one message.
	Messages bool
}

// FromCaptures makes a script from captures. The time of a frame is the largest timestamp so
// far in the capture, because timestamps in real captures sometimes go backwards. The first
// timestamp of all captures is time 0. Several captures are merged by time, then by the order
// of the devices, then by the order in the file. FromCaptures reads all files to their ends, so
// that a broken file is reported before the run.
func FromCaptures(devices []string, captures []Capture) (*Script, error) {
	f, err := newFeed(devices, captures)
	if err != nil {
		return nil, err
	}
	s := &Script{Devices: devices}
	if f.later() {
		s.Feed = f
		return s, nil
	}
	for all := f.start(); ; all.pop() {
		in := all.head()
		if in == nil {
			return s, all.err
		}
		s.Inputs = append(s.Inputs, *in)
	}
}

// frame is a record of a capture.
type frame struct {
	stamp int64 // microseconds since 1970
	data  []byte
}

func captureErrorf(name, format string, args ...any) error {
	return diag.Errorf(BadCapture, diag.Span{}, "%s: %s", name, fmt.Sprintf(format, args...))
}

// BadCapture is the code of errors in capture files.
const BadCapture diag.Code = "E0501"

// source is a reader for either format.
type source interface {
	ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	LinkType() layers.LinkType
}

// open opens the file, and detects its format from the first bytes.
func (c *Capture) open() (source, io.Closer, error) {
	if c.Open == nil {
		r, err := c.format(bufio.NewReader(bytes.NewReader(c.Data)))
		return r, nil, err
	}
	f, err := c.Open()
	if err != nil {
		return nil, nil, err
	}
	r, err := c.format(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		f.Close()
	}
	return r, f, err
}

func (c *Capture) format(b *bufio.Reader) (source, error) {
	head, err := b.Peek(4)
	if err != nil {
		return nil, captureErrorf(c.Name, "%d bytes are not a capture, expected pcap or pcapng", len(head))
	}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return nil, captureErrorf(c.Name, "the capture is compressed; unpack it with gunzip first")
	}
	if bytes.HasPrefix(head, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		r, err := pcapgo.NewNgReader(b, pcapgo.DefaultNgReaderOptions)
		if err != nil {
			return nil, captureErrorf(c.Name, "broken pcapng header: %s", reason(err))
		}
		return r, nil
	}
	r, err := pcapgo.NewReader(b)
	if err != nil {
		return nil, captureErrorf(c.Name, "no capture, expected pcap or pcapng: %s", reason(err))
	}
	return r, nil
}

// reason explains an error of a reader.
func reason(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the file ends too early"
	}
	return err.Error()
}

// records reads the records of a capture in order.
type records struct {
	c      *Capture
	r      source
	closer io.Closer // nil: nothing to close
	n      int       // number of records so far
	room   []byte    // unused part of the last allocation for frames
}

// roomOfFrames is the size of one allocation, which many small frames share. So a small frame
// needs no allocation of its own.
const roomOfFrames = 1 << 14

func newRecords(c *Capture) (*records, error) {
	r, closer, err := c.open()
	if err != nil {
		return nil, err
	}
	if link, want := r.LinkType(), linkType(c.Messages); link != want {
		err = captureErrorf(c.Name, "link type %d is not %s, expected %d", uint32(link), linkNames[c.Messages], uint32(want))
	}
	out := &records{c: c, r: r, closer: closer}
	if err != nil {
		out.close()
	}
	return out, err
}

func (r *records) close() {
	if r.closer != nil {
		r.closer.Close()
		r.closer = nil
	}
}

// next reads a record, which must contain a whole frame. The second result is false at the end
// of the file.
func (r *records) next() (frame, bool, error) {
	f, ok, err := r.look()
	if len(f.data) > len(r.room) {
		r.room = make([]byte, max(roomOfFrames, len(f.data)))
	}
	n := copy(r.room, f.data)
	f.data, r.room = r.room[:n:n], r.room[n:]
	return f, ok, err
}

// look does the same as next, but the returned bytes are valid only until the next call.
func (r *records) look() (frame, bool, error) {
	data, info, err := r.r.ZeroCopyReadPacketData()
	if errors.Is(err, io.EOF) {
		if info.CaptureLength == 0 {
			return frame{}, false, nil
		}
		err = io.ErrUnexpectedEOF // the file ends after the header of a record
	}
	switch {
	case err != nil:
		err = captureErrorf(r.c.Name, "record %d: %s", r.n, reason(err))
	case info.Length > len(data):
		err = captureErrorf(r.c.Name, "record %d is truncated: %d of %d bytes", r.n, len(data), info.Length)
	case tooLong(r.r, info, len(data)):
		err = captureErrorf(r.c.Name, "record %d has %d bytes, more than the file says that a record may have", r.n, len(data))
	case len(data) == 0:
		err = captureErrorf(r.c.Name, "record %d is empty", r.n)
	}
	r.n++
	return frame{info.Timestamp.UnixMicro(), data}, err == nil, err
}

// tooLong reports whether a record is longer than the limit that its file declares.
func tooLong(r source, info gopacket.CaptureInfo, n int) bool {
	most := uint32(0) // no limit
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

// snapLen is the record length limit that written captures declare.
const snapLen = 65535

// user0 is the link type of captures whose records are messages of a port.
const user0 layers.LinkType = 147

var linkNames = map[bool]string{false: "Ethernet", true: "USER0, whose records are messages"}

func linkType(messages bool) layers.LinkType {
	if messages {
		return user0
	}
	return layers.LinkTypeEthernet
}

// CaptureOf returns the frames that a device sent as a capture, in the format of CaptureWriter.
func CaptureOf(t *trace.Trace, device string, messages bool) ([]byte, error) {
	var b bytes.Buffer
	w, err := NewCaptureWriter(&b, device, messages)
	for i := 0; i < len(t.Events) && err == nil; i++ {
		err = w.Event(&t.Events[i])
	}
	return b.Bytes(), err
}

// CaptureWriter writes the frames that a device sends as a capture: pcap, little-endian,
// microseconds. The timestamp of a frame is the clock when it was sent. The link type is
// Ethernet, or USER0 for a port with messages.
type CaptureWriter struct {
	device string
	w      *pcapgo.Writer
}

// NewCaptureWriter begins the capture of a device.
func NewCaptureWriter(to io.Writer, device string, messages bool) (*CaptureWriter, error) {
	w := &CaptureWriter{device, pcapgo.NewWriter(to)}
	return w, w.w.WriteFileHeader(snapLen, linkType(messages))
}

// Event writes the frame of an event, if the device sent it.
func (w *CaptureWriter) Event(e *trace.Event) error {
	if e.Kind != trace.Out || e.Port != w.device {
		return nil
	}
	if e.Time > maxStamp {
		return captureErrorf(w.device, "a capture cannot hold the time %d us, at most %d", e.Time, uint64(maxStamp))
	}
	info := gopacket.CaptureInfo{Timestamp: time.UnixMicro(int64(e.Time)), CaptureLength: len(e.Data), Length: len(e.Data)}
	return w.w.WritePacket(info, e.Data)
}

// maxStamp is the last microsecond that the 32-bit seconds of a capture can express.
const maxStamp = 1<<32*1000000 - 1
