package checks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"github.com/sinter-lang/sinter/internal/proc"
)

// library is a set of object files that an outside tool makes in the same way in each run. An
// example is Verilator's own C++ code, which takes several seconds to compile. The objects are
// kept in the user's cache folder, under the versions of the tools that make the objects. If
// the folder cannot be used, each run makes the objects again, which only costs time.
type library struct {
	step     int    // number of the command that makes the objects
	dir      string // where the command looks for the objects, within the folder of the run
	files    string // file name pattern of the objects
	versions [][]string
	known    string // the result of place
}

// place is the folder of the kept objects. The result is empty if there is no such folder.
func (b *library) place(ctx context.Context) string {
	if b.known != "" {
		return b.known
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	h := sha256.New()
	for _, v := range b.versions {
		said, err := proc.Command(ctx, v[0], v[1:]...).Output()
		if err != nil {
			return ""
		}
		h.Write(said)
	}
	b.known = filepath.Join(cache, "sinter", "objects-"+hex.EncodeToString(h.Sum(nil))[:16])
	return b.known
}

// lend copies kept objects to the place where command number i of a run in dir looks for them.
func (b *library) lend(ctx context.Context, i int, dir string) {
	if b == nil || i != b.step {
		return
	}
	if from := b.place(ctx); from != "" {
		copyFiles(filepath.Join(from, b.files), filepath.Join(dir, b.dir))
	}
}

// keep stores the objects that command number i has made. The whole folder appears at once, so
// that simultaneous runs never see an incomplete folder.
func (b *library) keep(ctx context.Context, i int, dir string) {
	if b == nil || i != b.step {
		return
	}
	to := b.place(ctx)
	if to == "" {
		return
	}
	if _, err := os.Stat(to); err == nil {
		return
	}
	if os.MkdirAll(filepath.Dir(to), 0o755) != nil {
		return
	}
	part, err := os.MkdirTemp(filepath.Dir(to), "part-")
	if err != nil {
		return
	}
	if !copyFiles(filepath.Join(dir, b.dir, b.files), part) || os.Rename(part, to) != nil {
		os.RemoveAll(part)
	}
}

// copyFiles copies the files that match a pattern into a folder. It reports whether at least
// one file matched and all were copied.
func copyFiles(pattern, dir string) bool {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return false
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil || os.WriteFile(filepath.Join(dir, filepath.Base(f)), data, 0o644) != nil {
			return false
		}
	}
	return true
}
