package checks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/sinter-lang/sinter/internal/proc"
)

// passed remembers that an outside simulator ran files without an error. Icarus takes seconds
// for a run, and the result is the same for the same files. The key of a result is a hash of the
// files, the commands, the versions of the tools and this executable. So another build of this
// tool never trusts the results of an earlier build. Failures are not remembered.
//
// A result is an empty file in the user's cache folder. If the folder cannot be used, the
// simulator runs each time.
type passed struct{ path string }

// passedFor finds the place of the result of a simulator for some files.
func passedFor(ctx context.Context, s *simulator, files map[string]string) passed {
	cache, err := os.UserCacheDir()
	if err != nil {
		return passed{}
	}
	self, err := thisTool()
	if err != nil {
		return passed{}
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s %q\n", self, s.commands)
	for _, v := range s.versions {
		said, err := proc.Command(ctx, v[0], v[1:]...).Output()
		if err != nil {
			return passed{}
		}
		fmt.Fprintf(h, "%q\n", said)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%q %q\n", name, files[name])
	}
	return passed{filepath.Join(cache, "sinter", "passed", hex.EncodeToString(h.Sum(nil)))}
}

// before reports whether the files passed in an earlier run.
func (p passed) before() bool {
	if p.path == "" {
		return false
	}
	_, err := os.Stat(p.path)
	return err == nil
}

// remember records that the files passed.
func (p passed) remember() {
	if p.path == "" || os.MkdirAll(filepath.Dir(p.path), 0o755) != nil {
		return
	}
	os.WriteFile(p.path, nil, 0o644) //nolint:errcheck // the simulator runs again next time
}

// thisTool is the hash of this executable.
var thisTool = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	t, err := toolOf(path)
	return t.Hash, err
})
