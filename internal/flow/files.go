package flow

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// The largest sizes of the files that the tool reads. With these limits a wrong path gives an
// error instead of a long wait.
const (
	maxSource   = 16 << 20
	maxCapture  = 128 << 20
	maxDisk     = 64 << 20
	maxWaveform = 128 << 20
)

// readInput reads a file of at most `most` bytes. Devices and pipes are refused, because
// these have no size and may never end.
func readInput(name, what string, most int64) ([]byte, error) {
	if _, err := sizeOf(name, what); err != nil {
		return nil, err
	}
	f, err := openInput(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, cannotRead(name, Reason(err))
	case int64(len(data)) > most:
		return nil, diag.Errorf("E0001", diag.Span{}, "%s has more than %d bytes; %s may have %d", name, most, what, most)
	}
	return data, nil
}

// sizeOf is the size of a regular file.
func sizeOf(name, what string) (int64, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return 0, cannotRead(name, Reason(err))
	case info.IsDir():
		return 0, cannotRead(name, "is a directory")
	case !info.Mode().IsRegular():
		return 0, cannotRead(name, "it is a device or a pipe; "+what+" is a regular file")
	}
	return info.Size(), nil
}

func openInput(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, cannotRead(name, Reason(err))
	}
	return f, nil
}

func cannotRead(name, why string) error {
	return diag.Errorf("E0001", diag.Span{}, "cannot read %s: %s", name, why)
}

// Reason is the cause of a file error, without the path.
func Reason(err error) string {
	if i := strings.LastIndex(err.Error(), ": "); i >= 0 {
		return err.Error()[i+2:]
	}
	return err.Error()
}

// WriteFile writes a file completely or not at all.
func WriteFile(path string, data []byte) error { return writeFile(path, data, 0o644) }

func writeFile(path string, data []byte, mode os.FileMode) error {
	if isDevice(path) {
		return writeDevice(path, data)
	}
	part, err := writePart(path, data, mode)
	if err != nil {
		return err
	}
	return commit(part, path)
}

// isDevice reports whether a path exists and is neither a regular file nor a folder.
func isDevice(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// writeDevice writes to a terminal or another special file. Such a file cannot be replaced,
// and output to it cannot be undone.
func writeDevice(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.Write(data)
		if e := f.Close(); err == nil {
			err = e
		}
	}
	return cannotWrite(path, err)
}

// writePart writes the content of a file under a temporary name in the same folder.
func writePart(path string, data []byte, mode os.FileMode) (part string, err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".sinter-*")
	if err != nil {
		return "", cannotWrite(path, err)
	}
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Chmod(mode)
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(tmp.Name())
		return "", cannotWrite(path, err)
	}
	return tmp.Name(), nil
}

// commit renames the temporary file of writePart to its final name.
func commit(part, path string) error {
	err := os.Rename(part, path)
	if err != nil {
		os.Remove(part)
	}
	return cannotWrite(path, err)
}

func cannotWrite(path string, err error) error {
	if err == nil {
		return nil
	}
	return UserError{fmt.Sprintf("cannot write %s: %s", path, Reason(err))}
}

// WriteFolder writes files into a folder, and creates the folder if necessary. If one file
// cannot be written, no file is written.
func WriteFolder(dir string, names []string, content func(name string) []byte) error {
	_, missing := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return UserErrorf("cannot make %s: %s", dir, Reason(err))
	}
	files := make([]file, len(names))
	for i, name := range names {
		files[i] = file{filepath.Join(dir, name), content(name), 0o644}
	}
	err := writeAll(files)
	if err != nil && missing != nil {
		os.Remove(dir) // the folder is removed, because it is empty again
	}
	return err
}

// file is a file to be written.
type file struct {
	path string
	data []byte
	mode os.FileMode
}

// WriteArtefacts writes files under their names. Executable files get the permission to
// execute. If one file cannot be written, no file is written.
func WriteArtefacts(names []string, data [][]byte) error {
	files := make([]file, len(names))
	for i, name := range names {
		files[i] = file{name, data[i], 0o644}
		if executable(name) {
			files[i].mode = 0o755
		}
	}
	return writeAll(files)
}

// writeAll writes files. If one file cannot be written, no file is written. Only output to
// a device cannot be undone.
func writeAll(files []file) (err error) {
	var parts []string
	var paths []string
	var devices []file
	defer func() {
		for _, part := range parts { // these parts do not have their final names yet
			os.Remove(part)
		}
	}()
	for _, f := range files {
		if isDevice(f.path) {
			devices = append(devices, f)
			continue
		}
		part, err := writePart(f.path, f.data, f.mode)
		if err != nil {
			return err
		}
		parts, paths = append(parts, part), append(paths, f.path)
	}
	for _, f := range devices {
		if err := writeDevice(f.path, f.data); err != nil {
			return err
		}
	}
	for ; len(parts) > 0; parts, paths = parts[1:], paths[1:] {
		if err := commit(parts[0], paths[0]); err != nil {
			return err
		}
	}
	return nil
}
