package medium

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// The layout of a FAT32 file system with clusters of one sector. A reader recognises FAT32 by
// the number of clusters.
const (
	leastClusters = 65_600
	reserved      = 32
	media         = 0xf8
	endOfChain    = 0x0fffffff
	firstCluster  = 2
	directory     = 0x10
	volume        = 0x08
	oldest        = 0x21 // the first day that the file system can represent
)

// The clusters of directories. The clusters of the file follow.
const (
	rootAt = firstCluster + iota
	efiAt
	bootAt
	fileAt
)

// fileSystem is a partition that contains only this file.
func fileSystem(file []byte) []byte {
	clusters := (len(file) + sector - 1) / sector
	count := max(leastClusters, fileAt+clusters)
	fatSize := ((count+firstCluster)*4 + sector - 1) / sector
	image := make([]byte, (reserved+2*fatSize+count)*sector)
	copy(image, bootSector(len(image)/sector, fatSize, file))
	copy(image[sector:], freeSpace(count-(fileAt-firstCluster)-clusters, fileAt+clusters))
	copy(image[6*sector:], image[:2*sector]) // the second copy, to which the boot sector refers
	fat := chains(clusters)
	copy(image[reserved*sector:], fat)
	copy(image[(reserved+fatSize)*sector:], fat)
	at := func(cluster int) []byte { return image[(reserved+2*fatSize+cluster-firstCluster)*sector:] }
	copy(at(rootAt), join(entry("SINTER", "", volume, 0, 0), entry("EFI", "", directory, efiAt, 0)))
	copy(at(efiAt), join(entry(".", "", directory, efiAt, 0), entry("..", "", directory, 0, 0), entry("BOOT", "", directory, bootAt, 0)))
	copy(at(bootAt), join(entry(".", "", directory, bootAt, 0), entry("..", "", directory, efiAt, 0), entry("BOOTX64", "EFI", 0, fileAt, len(file))))
	copy(at(fileAt), file)
	return image
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// bootSector describes the layout. Its serial number is derived from the file.
func bootSector(total, fatSize int, file []byte) []byte {
	sum := sha256.Sum256(file)
	var b bytes.Buffer
	b.Write([]byte{0xeb, 0x58, 0x90}) // a jump over the fields that follow
	b.WriteString("SINTER  ")
	put(&b, uint16(sector), uint8(1), uint16(reserved), uint8(2), uint16(0), uint16(0), uint8(media), uint16(0))
	put(&b, uint16(32), uint16(2), uint32(firstAt), uint32(total)) // sectors per track, heads, sectors before the partition, size
	put(&b, uint32(fatSize), uint16(0), uint16(0), uint32(rootAt), uint16(1), uint16(6))
	b.Write(make([]byte, 12))
	put(&b, uint8(0x80), uint8(0), uint8(0x29), binary.LittleEndian.Uint32(sum[:]))
	b.WriteString("SINTER     FAT32   ")
	b.Write(make([]byte, 510-b.Len()))
	b.Write([]byte{0x55, 0xaa})
	return b.Bytes()
}

// freeSpace is the sector that holds the number of free clusters. With this number an
// operating system need not count the free clusters.
func freeSpace(free, next int) []byte {
	b := make([]byte, sector)
	copy(b, "RRaA")
	copy(b[484:], "rrAa")
	binary.LittleEndian.PutUint32(b[488:], uint32(free))
	binary.LittleEndian.PutUint32(b[492:], uint32(next))
	b[510], b[511] = 0x55, 0xaa
	return b
}

// chains returns the table of cluster chains. Each directory has one cluster. The file has
// the clusters after the directories.
func chains(clusters int) []byte {
	var b bytes.Buffer
	put(&b, uint32(0x0fffff00|media), uint32(endOfChain), uint32(endOfChain), uint32(endOfChain), uint32(endOfChain))
	for k := 1; k < clusters; k++ {
		put(&b, uint32(fileAt+k))
	}
	put(&b, uint32(endOfChain))
	return b.Bytes()
}

// entry is a directory entry.
func entry(name, ext string, kind byte, cluster, size int) []byte {
	b := bytes.Repeat([]byte{' '}, 11)
	copy(b, name)
	copy(b[8:], ext)
	b = append(b, kind, 0, 0)
	for _, v := range []int{0, oldest, oldest, cluster >> 16, 0, oldest, cluster} {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return binary.LittleEndian.AppendUint32(b, uint32(size))
}
