package flow

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/docs/errors"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
)

// Version is the version of the tool.
const Version = "0.1.0"

// UserError is a user's mistake without a source position.
type UserError struct{ Message string }

// Error gives the message.
func (u UserError) Error() string { return u.Message }

// UserErrorf makes a UserError.
func UserErrorf(format string, args ...any) error { return UserError{fmt.Sprintf(format, args...)} }

// Set adds a setting written as name=value.
func (o *Options) Set(define string) error {
	name, value, ok := strings.Cut(define, "=")
	if !ok || name == "" || value == "" {
		return UserErrorf("-D wants NAME=VALUE, got %q", define)
	}
	for _, s := range o.Settings {
		if s.Name == name {
			return UserErrorf("-D sets %s twice, to %s and to %s", name, s.Value, value)
		}
	}
	o.Settings = append(o.Settings, types.Setting{Name: name, Value: number(value)})
	return nil
}

// number turns an IPv4 address into its number, and leaves other values unchanged.
func number(value string) string {
	a, err := netip.ParseAddr(value)
	if err != nil || !a.Is4() {
		return value
	}
	b := a.As4()
	return fmt.Sprintf("%#x", binary.BigEndian.Uint32(b[:]))
}

// AddLines adds the lines of an instruction set in a file to the core's instruction set.
func (o *Options) AddLines(path string) error {
	f, err := readFile(path)
	if err != nil {
		return err
	}
	set, err := isa.Parse(f)
	if err != nil {
		return err
	}
	if o.Lines != nil {
		if set, err = o.Lines.Extend(o.Lines.Name+"_"+set.Name, set.Insts...); err != nil {
			return err
		}
	}
	o.Lines = set
	_, err = o.withLines(baseSet())
	return err
}

// maxMined is the largest number of mined lines that a user may set.
const maxMined = 64

// SetMine sets the number of mined lines: off, a number, or auto.
func (o *Options) SetMine(value string) error {
	switch value {
	case "off":
		o.Mine = 0
		return nil
	case Auto:
		o.Mine = MineWherePays
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxMined {
		return UserErrorf("--mine wants auto, off or 1 to %d, got %s", maxMined, value)
	}
	o.Mine = n
	return nil
}

// withLines is a set together with the added lines. An added line that shares encodings with
// the set is an error, reported at the position of the line.
func (o *Options) withLines(base *isa.Set) (*isa.Set, error) {
	if o.Lines == nil {
		return base, nil
	}
	return base.Extend(base.Name+"_"+o.Lines.Name, o.Lines.Insts...)
}

// ReadPoint reads a design point from a file.
func ReadPoint(path string) (*design.Point, error) {
	f, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return design.Parse(f)
}

// Trap is a source position that may trap at run time.
type Trap struct {
	Code  string `json:"code"`
	Place string `json:"place"`
}

// Summary is the list of a program's declarations.
type Summary struct {
	Program  string `json:"program"`
	Tasks    int    `json:"tasks"`
	Channels int    `json:"channels"`
	Devices  int    `json:"devices"`
	Sockets  int    `json:"sockets"`
	// Services are library tasks that the program needs, such as stack.nic. The counts above do
	// not include the services and their channels.
	Services   []string `json:"services,omitempty"`
	StateBytes int      `json:"state_bytes"` // bytes of memory for the declarations with state and var
	Traps      []Trap   `json:"traps"`
}

// Summary lists the declarations of the program and the positions that may trap.
func (p *Program) Summary() Summary {
	s := Summary{Program: p.Name, Traps: []Trap{}}
	for _, t := range p.Tree.Traps {
		if t.Const {
			continue
		}
		s.Traps = append(s.Traps, Trap{t.Code, t.Span.String()})
	}
	if p.Tree.System == nil {
		return s
	}
	sys := p.Tree.System
	s.Tasks, s.Devices, s.Sockets = len(sys.Tasks()), len(sys.Devices), len(sys.Sockets)
	for _, c := range sys.Chans {
		if !sys.Runs[c.Writer].Service && !sys.Runs[c.Reader].Service {
			s.Channels++
		}
	}
	for _, r := range sys.Services() {
		s.Services = append(s.Services, r.Name)
	}
	for _, r := range sys.Tasks() {
		for _, l := range r.Task.Locals {
			if l.Kind == tree.StateLocal || l.Kind == tree.VarLocal {
				s.StateBytes += lower.Size(l.Type)
			}
		}
	}
	return s
}

// FormatText formats a text.
func FormatText(name, text string) (string, error) {
	out, list := syntax.FormatSource(&diag.File{Name: name, Text: text})
	return out, list.Err()
}

// Format formats a file, or the .sn files below a folder. It returns the names of the files
// that changed or would change. Files are written only if write is set. If one file has an
// error, no file is written.
func Format(path string, write bool) ([]string, error) {
	names, err := sourceFiles(path)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, diag.Errorf("E0001", diag.Span{}, "%s holds no .sn file", path)
	}
	var changed []string
	texts := map[string]string{}
	for _, name := range names {
		f, err := readFile(name)
		if err != nil {
			return nil, err
		}
		out, err := FormatText(name, f.Text)
		if err != nil {
			return nil, err
		}
		if out != f.Text {
			changed, texts[name] = append(changed, name), out
		}
	}
	for _, name := range changed {
		if !write {
			break
		}
		if err := WriteFile(name, []byte(texts[name])); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// sourceFiles lists a file, or the .sn files below a folder in path order.
func sourceFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, diag.Errorf("E0001", diag.Span{}, "cannot read %s: %s", path, Reason(err))
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var names []string
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".sn") {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// Explain returns the page of a diagnostic.
func Explain(code string) (string, error) {
	text, ok := errors.Page(strings.ToUpper(code))
	if !ok {
		return "", UserErrorf("there is no diagnostic %s; the known ones are %s", code, strings.Join(errors.Codes(), " "))
	}
	return text, nil
}

// ReadText reads a file that is not source text, such as the space file of a sweep.
func ReadText(path string) (*diag.File, error) {
	data, err := readInput(path, "an input", maxCapture)
	if err != nil {
		return nil, err
	}
	return &diag.File{Name: path, Text: string(data)}, nil
}
