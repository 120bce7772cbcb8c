// Package medium writes a disk image that a computer with UEFI firmware can boot. The disk has
// a partition table (GPT), one partition, and a FAT32 file system with one file. The firmware
// looks for that file on any unknown disk.
//
//	sector 0           a protective MBR, which says that the disk is in use
//	sectors 1 to 33    header and entries of the GPT
//	sectors 2048 on    the file system with \EFI\BOOT\BOOTX64.EFI
//	last 33 sectors    entries and header again
//
// The same file always gives the same image, because all identifiers are derived from the
// file's bytes. The package does not depend on the compiler. Sources: UEFI specification 2.10,
// sections 5 and 13.3; Microsoft, FAT file system specification 1.03. Start reading at Image.
package medium

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
)

const (
	sector     = 512
	firstAt    = 2048 // start of the partition, a whole MiB
	entries    = 128
	entrySize  = 128
	tableSize  = entries * entrySize / sector
	headerSize = 92
)

// partitionType is the type of an EFI system partition, in the disk's byte order.
var partitionType = []byte{0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b}

// Image is a disk that boots a UEFI application.
func Image(application []byte) []byte {
	files := fileSystem(application)
	partition := len(files) / sector
	total := firstAt + partition + tableSize + 1
	image := make([]byte, total*sector)
	copy(image[firstAt*sector:], files)
	copy(image, protective(total))
	sum := sha256.Sum256(application)
	table := partitions(sum[16:], partition)
	last := total - 1
	copy(image[2*sector:], table)
	copy(image[(last-tableSize)*sector:], table)
	copy(image[sector:], header(1, last, 2, sum[:16], table))
	copy(image[last*sector:], header(last, 1, last-tableSize, sum[:16], table))
	return image
}

// protective is a protective MBR. It has one partition, and old tools do not touch the type of this
// partition.
func protective(total int) []byte {
	b := make([]byte, sector)
	entry := []byte{0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff}
	entry = binary.LittleEndian.AppendUint32(entry, 1)
	entry = binary.LittleEndian.AppendUint32(entry, uint32(total-1))
	copy(b[446:], entry)
	b[510], b[511] = 0x55, 0xaa
	return b
}

// identity turns 16 bytes into the form of a random UUID (version 4).
func identity(seed []byte) []byte {
	id := bytes.Clone(seed[:16])
	id[7] = id[7]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

func partitions(seed []byte, size int) []byte {
	var b bytes.Buffer
	b.Write(partitionType)
	b.Write(identity(seed))
	put(&b, uint64(firstAt), uint64(firstAt+size-1), uint64(0))
	for _, c := range "EFI" {
		put(&b, uint16(c))
	}
	b.Write(make([]byte, entries*entrySize-b.Len()))
	return b.Bytes()
}

// header is one of the two GPT headers. A header contains its own position, the position of
// the other header, and the position of its table.
func header(at, other, tableAt int, seed, table []byte) []byte {
	build := func(sum uint32) []byte {
		var b bytes.Buffer
		b.WriteString("EFI PART")
		put(&b, uint32(0x10000), uint32(headerSize), sum, uint32(0), uint64(at), uint64(other))
		usable := max(at, other) - tableSize - 1
		put(&b, uint64(2+tableSize), uint64(usable))
		b.Write(identity(seed))
		put(&b, uint64(tableAt), uint32(entries), uint32(entrySize), crc32.ChecksumIEEE(table))
		return b.Bytes()
	}
	return build(crc32.ChecksumIEEE(build(0)))
}

func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		binary.Write(b, binary.LittleEndian, v) //nolint:errcheck // numbers, to memory
	}
}
