package x86

import (
	"encoding/binary"
	"fmt"
)

// The header of a 64-bit ELF file (System V ABI, chapter 4): the offsets of some fields.
const (
	elfHeader       = 64
	elfSegmentsAt   = 32 // u64
	elfSectionsAt   = 40 // u64
	elfSegments     = 56 // u16
	elfSections     = 60 // u16, followed by the index of the section with the names
	elfSegmentSize  = 56
	segmentOffset   = 8  // u64
	segmentFileSize = 32 // u64
)

// withoutSections removes the section table and the section names from an executable without
// symbols. Loaders use only segments. For a small program the section table is a fifth of the
// file.
func withoutSections(file []byte) ([]byte, error) {
	u := binary.LittleEndian
	bad := fmt.Errorf("the linker wrote %d bytes that are not an executable", len(file))
	if len(file) < elfHeader {
		return nil, bad
	}
	first, n := u.Uint64(file[elfSegmentsAt:]), uint64(u.Uint16(file[elfSegments:]))
	end := first + n*elfSegmentSize
	if first > uint64(len(file)) || end > uint64(len(file)) {
		return nil, bad
	}
	for p := range n {
		s := file[first+p*elfSegmentSize:]
		end = max(end, u.Uint64(s[segmentOffset:])+u.Uint64(s[segmentFileSize:]))
	}
	if end > uint64(len(file)) {
		return nil, bad
	}
	out := append([]byte(nil), file[:end]...)
	u.PutUint64(out[elfSectionsAt:], 0)
	u.PutUint32(out[elfSections:], 0)
	return out, nil
}
