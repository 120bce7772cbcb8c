package live

import (
	"io"
	"os"

	"github.com/sinter-lang/sinter/monitor"
)

// mostState is the largest snapshot that is read.
const mostState = 1 << 30

// snapshots sets up the monitor to save snapshots, and to continue from the snapshot in a file.
func (s *service) snapshots(conf *monitor.Config) error {
	conf.Save = s.o.Snapshot
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
