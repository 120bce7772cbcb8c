package monitor

import (
	"fmt"
	"os"
	"syscall"
)

// FileBlock is a disk whose sectors are in a file. Only one FileBlock at a time may have a file
// open.
type FileBlock struct {
	*os.File
	sectors uint64
}

// OpenBlock opens the image of a disk and locks it.
func OpenBlock(path string) (*FileBlock, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size()%SectorSize != 0 {
		err = fmt.Errorf("%s has %d bytes, expected whole sectors of %d", path, info.Size(), SectorSize)
	}
	if err == nil {
		if lock := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); lock != nil {
			err = fmt.Errorf("%s is the disk of another run: %w", path, lock)
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &FileBlock{File: f, sectors: uint64(info.Size()) / SectorSize}, nil
}

// Sectors is the size of the disk.
func (f *FileBlock) Sectors() uint64 { return f.sectors }
