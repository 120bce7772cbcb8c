package explore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Folder is the folder of a sweep:
//
//	manifest.json            what was swept, by which tool, and the texts
//	points.csv, points.jsonl the table; front.svg: its picture
//	points/KEY.json          a result, under the hash of all that it depends on
//	inputs/HASH              texts and captures
//	queue/                   work for nodes of a cluster
//	lock                     held by the running sweep
type Folder struct {
	Dir  string
	lock *os.File
}

// names within a folder.
const (
	lockName    = "lock"
	partsName   = "parts"
	pointsName  = "points"
	inputsName  = "inputs"
	queueName   = "queue"
	maxResult   = 1 << 16
	maxManifest = 1 << 28
)

// Problem is an error of the user or the system: a folder that cannot be used, or a missing
// tool. It is not a bug.
type Problem struct{ Message string }

// Error gives the message.
func (p *Problem) Error() string { return p.Message }

func problem(format string, args ...any) error { return &Problem{fmt.Sprintf(format, args...)} }

// fileProblem describes a failed operation on a file and its cause, without repeating the path.
func fileProblem(what, path string, err error) error {
	reason := err
	if p := new(os.PathError); errors.As(err, &p) {
		reason = p.Err
	}
	if l := new(os.LinkError); errors.As(err, &l) {
		reason = l.Err
	}
	return problem("cannot %s %s: %v", what, path, reason)
}

// Open creates a folder, or continues an existing one, and locks it. The lock ends when the
// process that holds it ends, even after a crash.
func Open(dir string) (*Folder, error) {
	f := &Folder{Dir: dir}
	for _, sub := range []string{"", partsName, pointsName, inputsName} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fileProblem("make", filepath.Join(dir, sub), err)
		}
	}
	path := filepath.Join(dir, lockName)
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fileProblem("open", path, err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		lock.Close()
		return nil, problem("another sweep is at work in %s: wait for it, or name another folder with -o", dir)
	}
	if err != nil {
		lock.Close()
		return nil, fileProblem("lock", path, err)
	}
	f.lock = lock
	return f, nil
}

// Join opens a folder that another process has locked. The workers of that process call Join.
func Join(dir string) *Folder { return &Folder{Dir: dir} }

// Close unlocks the folder.
func (f *Folder) Close() {
	if f.lock != nil {
		f.lock.Close()
		f.lock = nil
	}
}

// Clean removes files that interrupted writers have left. No other process may be writing.
func (f *Folder) Clean() error {
	dir := filepath.Join(f.Dir, partsName)
	list, err := os.ReadDir(dir)
	for _, e := range list {
		if err == nil {
			err = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	if err != nil {
		return fileProblem("clean", dir, err)
	}
	return nil
}

// write writes a file completely or not at all.
func (f *Folder) write(name string, data []byte) error {
	path := filepath.Join(f.Dir, name)
	part, err := os.CreateTemp(filepath.Join(f.Dir, partsName), "part-*")
	if err != nil {
		return fileProblem("write", path, err)
	}
	_, err = part.Write(data)
	if err == nil {
		err = part.Chmod(0o644)
	}
	if e := part.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		os.Remove(part.Name())
		return fileProblem("write", path, err)
	}
	return nil
}

// Hash is the name under which data is stored.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Keep stores an input under its hash.
func (f *Folder) Keep(data []byte) (string, error) {
	hash := Hash(data)
	if _, err := f.Input(hash); err == nil {
		return hash, nil
	}
	return hash, f.write(filepath.Join(inputsName, hash), data)
}

// InputPath is the path of an input.
func (f *Folder) InputPath(hash string) string { return filepath.Join(f.Dir, inputsName, hash) }

// Input reads an input and checks that it is unchanged.
func (f *Folder) Input(hash string) ([]byte, error) {
	if len(hash) != 2*sha256.Size || strings.Trim(hash, "0123456789abcdef") != "" {
		return nil, problem("%q is not the hash of an input", hash)
	}
	data, err := os.ReadFile(f.InputPath(hash))
	if err != nil {
		return nil, fileProblem("read", f.InputPath(hash), err)
	}
	if Hash(data) != hash {
		return nil, problem("%s has changed: the content does not have the hash in the file name", f.InputPath(hash))
	}
	return data, nil
}

// result is the content of a point's result file.
type result struct {
	Key     string  `json:"key"`
	Figures Figures `json:"figures"`
	Sum     string  `json:"sum"` // of the key and the figures, as written here
}

func (r *result) sum() string { return Hash([]byte(r.Key + quote(r.Figures)))[:16] }

// state of a result in the folder.
type state uint8

const (
	missing state = iota
	damaged
	present
)

// get reads the result of a point.
func (f *Folder) get(key string) (Figures, state) {
	data, err := readAtMost(filepath.Join(f.Dir, pointsName, key+".json"), maxResult)
	if errors.Is(err, os.ErrNotExist) {
		return Figures{}, missing
	}
	var r result
	if err != nil || json.Unmarshal(data, &r) != nil || r.Key != key || r.Sum != r.sum() {
		return Figures{}, damaged
	}
	return r.Figures, present
}

// Has reports whether the folder holds a complete result of a point.
func (f *Folder) Has(key string) bool {
	_, s := f.get(key)
	return s == present
}

// Put stores the result of a point.
func (f *Folder) Put(key string, figures Figures) error {
	r := result{Key: key, Figures: figures}
	r.Sum = r.sum()
	return f.write(filepath.Join(pointsName, key+".json"), []byte(quote(&r)+"\n"))
}

func readAtMost(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > most {
		return nil, fmt.Errorf("%s is not a file of at most %d bytes", path, most)
	}
	return os.ReadFile(path)
}

// quote is a value as one line of JSON.
func quote(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("explore: %T as JSON: %v", v, err)) // only our own values
	}
	return strings.TrimSuffix(b.String(), "\n")
}
