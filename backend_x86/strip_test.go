package x86

import (
	"bytes"
	"debug/elf"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWithoutSections checks that the segments stay unchanged and that the file ends after the
// last segment. A file that is not an executable is an error.
func TestWithoutSections(t *testing.T) {
	head := []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00\x01\x00\x00\x00")
	file := append(head, make([]byte, elfHeader+elfSegmentSize-len(head))...)
	file[elfSegmentsAt], file[elfSegments], file[54] = elfHeader, 1, elfSegmentSize
	file[elfSectionsAt], file[58], file[elfSections] = 130, 64, 1
	segment := file[elfHeader:]
	segment[0], segment[segmentOffset], segment[segmentFileSize], segment[40] = 1, 120, 4, 4
	file = append(file, "text names and the table"...)
	out, err := withoutSections(file)
	require.NoError(t, err)
	require.Len(t, out, 124)
	f, err := elf.NewFile(bytes.NewReader(out))
	require.NoError(t, err)
	require.Empty(t, f.Sections)
	require.Len(t, f.Progs, 1)
	data := make([]byte, 4)
	_, err = f.Progs[0].ReadAt(data, 0)
	require.NoError(t, err)
	require.Equal(t, "text", string(data))
	for cut := range 123 {
		_, err := withoutSections(file[:cut])
		require.Error(t, err, cut)
	}
}
