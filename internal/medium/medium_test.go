package medium

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"
)

var little = binary.LittleEndian

// headerAt reads a header of the partition table and checks both of its checksums.
func headerAt(t *testing.T, image []byte, at uint64) (other, first, last uint64, table []byte) {
	h := bytes.Clone(image[at*sector : at*sector+headerSize])
	require.Equal(t, "EFI PART", string(h[:8]))
	sum := little.Uint32(h[16:])
	copy(h[16:20], make([]byte, 4))
	require.Equal(t, crc32.ChecksumIEEE(h), sum)
	require.Equal(t, at, little.Uint64(h[24:]))
	tableAt := little.Uint64(h[72:]) * sector
	table = image[tableAt : tableAt+uint64(little.Uint32(h[80:]))*uint64(little.Uint32(h[84:]))]
	require.Equal(t, crc32.ChecksumIEEE(table), little.Uint32(h[88:]))
	return little.Uint64(h[32:]), little.Uint64(h[40:]), little.Uint64(h[48:]), table
}

// volumeOf reads a FAT32 file system with the layout that its boot sector gives.
type volumeOf struct {
	t       *testing.T
	data    []byte
	fat     []byte
	cluster int // bytes
	first   int // where the clusters begin
}

func open(t *testing.T, data []byte) (*volumeOf, uint32) {
	require.Equal(t, []byte{0x55, 0xaa}, data[510:512])
	bytesIn, sectors := int(little.Uint16(data[11:])), int(data[13])
	reserved, fats, size := int(little.Uint16(data[14:])), int(data[16]), int(little.Uint32(data[36:]))
	require.Equal(t, len(data), int(little.Uint32(data[32:]))*bytesIn)
	begin, first := reserved*bytesIn, (reserved+fats*size)*bytesIn
	require.Equal(t, data[begin:begin+size*bytesIn], data[begin+size*bytesIn:first], "both tables are one")
	clusters := (len(data) - first) / (bytesIn * sectors)
	require.GreaterOrEqual(t, clusters, 65525, "that is what makes it FAT32")
	require.GreaterOrEqual(t, size*bytesIn, (clusters+2)*4)
	backup := int(little.Uint16(data[50:])) * bytesIn
	require.Equal(t, data[:2*bytesIn], data[backup:backup+2*bytesIn])
	v := &volumeOf{t, data, data[begin : begin+size*bytesIn], bytesIn * sectors, first}
	free := 0
	for k := range clusters {
		if little.Uint32(v.fat[4*(k+2):]) == 0 {
			free++
		}
	}
	require.EqualValues(t, free, little.Uint32(data[bytesIn+488:]))
	return v, little.Uint32(data[44:])
}

func (v *volumeOf) read(cluster uint32) (out []byte) {
	for ; cluster < 0x0ffffff8; cluster = little.Uint32(v.fat[4*cluster:]) & 0x0fffffff {
		at := v.first + (int(cluster)-2)*v.cluster
		out = append(out, v.data[at:at+v.cluster]...)
	}
	return out
}

// find returns the first cluster and the size of a directory entry.
func (v *volumeOf) find(directory uint32, name string) (uint32, int) {
	for d := v.read(directory); len(d) >= 32 && d[0] != 0; d = d[32:] {
		if string(d[:11]) == name && d[11]&volume == 0 {
			return uint32(little.Uint16(d[20:]))<<16 | uint32(little.Uint16(d[26:])), int(little.Uint32(d[28:]))
		}
	}
	require.Fail(v.t, "no entry "+name)
	return 0, 0
}

// TestImage reads disks with files of several lengths back, with the layout that the disk's
// headers give.
func TestImage(t *testing.T) {
	for _, n := range []int{1, 511, 512, 513, 100_000, 40 << 20} {
		file := bytes.Repeat([]byte("application "), n/12+1)[:n]
		image := Image(file)
		require.Equal(t, byte(0xee), image[450])
		require.EqualValues(t, len(image)/sector-1, little.Uint32(image[458:]))
		last, first, usable, table := headerAt(t, image, 1)
		require.EqualValues(t, len(image)/sector-1, last)
		back, _, _, copied := headerAt(t, image, last)
		require.EqualValues(t, 1, back)
		require.Equal(t, table, copied)
		begin, end := little.Uint64(table[32:]), little.Uint64(table[40:])
		require.True(t, first <= begin && end <= usable)
		require.Zero(t, begin%2048)
		v, root := open(t, image[begin*sector:(end+1)*sector])
		efi, _ := v.find(root, "EFI        ")
		boot, _ := v.find(efi, "BOOT       ")
		at, size := v.find(boot, "BOOTX64 EFI")
		up, _ := v.find(boot, "..         ")
		require.Equal(t, efi, up)
		require.Equal(t, n, size)
		require.True(t, bytes.Equal(file, v.read(at)[:size]))
	}
	require.True(t, bytes.Equal(Image([]byte("a")), Image([]byte("a"))))
	require.False(t, bytes.Equal(Image([]byte("a"))[512:1024], Image([]byte("b"))[512:1024]), "two of them have two identities")
}
