package live

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/sinter-lang/sinter/monitor"
)

// mostState bounds what is read of a snapshot.
const mostState = 1 << 30

// snapshots makes the monitor keep snapshots in a file, and go on where one ends.
func (s *service) snapshots(conf *monitor.Config) error {
	if s.o.Snapshot != "" {
		conf.Save = func(state []byte) error { return replaceFile(s.o.Snapshot, state) }
	}
	if s.o.Restore == "" {
		return nil
	}
	f, err := os.Open(s.o.Restore)
	if err != nil {
		return wrong("--restore: cannot read %s: %s", s.o.Restore, reason(err))
	}
	defer f.Close()
	if conf.State, err = io.ReadAll(io.LimitReader(f, mostState)); err != nil {
		return wrong("--restore: cannot read %s: %s", s.o.Restore, reason(err))
	}
	return nil
}

// replaceFile writes a file as a whole: whoever reads it finds the old one or the new one.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".snapshot-")
	if err == nil {
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
		if err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}
	if err != nil {
		return wrong("--snapshot: cannot write %s: %s", path, reason(err))
	}
	return nil
}
