package world

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
)

// Source is a source of random bytes for scripted runs. A Source gives the same bytes in each
// run: first the bytes that were passed to Give. Then come the high bytes of the states of a
// linear congruential generator modulo 2^64. A run consumes the bytes in the order of the
// commands. Each World begins with the first byte.
type Source struct {
	given *[]byte // shared by all runs
	taken int     // number of given bytes that this run has consumed
	state uint64  // of the generator
}

func newSource() *Source { return &Source{given: new([]byte)} }

// begin returns the source in its state at the start of a run.
func (s *Source) begin() *Source { return &Source{given: s.given} }

// The constants of the generator (Knuth, The Art of Computer Programming, volume 2, 3.3.4). The
// first state is 0.
const (
	sourceFactor = 6364136223846793005
	sourceAdds   = 1442695040888963407
)

// Give adds bytes that come before the bytes of the generator.
func (s *Source) Give(data []byte) { *s.given = append(*s.given, data...) }

// Next returns the next n bytes and consumes them.
func (s *Source) Next(n int) []byte {
	left := (*s.given)[s.taken:]
	out := slices.Clone(left[:min(n, len(left))])
	s.taken += len(out)
	for len(out) < n {
		s.state = s.state*sourceFactor + sourceAdds
		out = append(out, byte(s.state>>56))
	}
	return out
}

// do answers a command for random bytes.
func (s *Source) do(command []byte) []byte {
	wanted := binary.LittleEndian.Uint32(command[4:]) >> port.WantedAt
	return append(status(BusOK), s.Next(int(wanted))...)
}

// ReadAnswers reads a file with the given bytes, which come first, in hexadecimal. The text
// after # is a comment.
func (s *Source) ReadAnswers(name string, data []byte) error {
	file := &diag.File{Name: name, Text: string(data)}
	at := 0
	for line := range strings.Lines(file.Text) {
		span := diag.Span{File: file, Start: at, End: at + len(strings.TrimSuffix(line, "\n"))}
		at += len(line)
		text, _, _ := strings.Cut(line, "#")
		given, err := hexBytes(span, strings.Fields(text))
		if err != nil {
			return err
		}
		s.Give(given)
	}
	return nil
}
