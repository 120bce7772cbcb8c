package world

import (
	"math"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
)

// BadAnswers is the code of errors in answer files.
const BadAnswers diag.Code = "E0504"

// answerLine is a line of an answer file: a time, a command, a colon and the answer.
type answerLine struct {
	span    diag.Span
	time    uint64
	command []string
	answer  string
}

// eachAnswer reads the lines of an answer file. Times must not decrease. The text after # is a
// comment. form describes the format of a line for error messages.
func eachAnswer(name string, data []byte, form string, do func(answerLine) error) error {
	file := &diag.File{Name: name, Text: string(data)}
	last := uint64(0)
	for at := 0; at < len(file.Text); {
		line, _, _ := strings.Cut(file.Text[at:], "\n")
		span := diag.Span{File: file, Start: at, End: at + len(line)}
		at += len(line) + 1
		text, _, _ := strings.Cut(line, "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		before, after, colon := strings.Cut(text, ":")
		fields := strings.Fields(before)
		if !colon || len(fields) == 0 {
			return diag.Errorf(BadAnswers, span, "expected %s, got %q", form, strings.TrimSpace(text))
		}
		time, err := strconv.ParseUint(fields[0], 10, 63)
		switch {
		case err != nil:
			return diag.Errorf(BadAnswers, span, "expected a time in microseconds, got %q", fields[0])
		case time < last:
			return diag.Errorf(BadAnswers, span, "the time %d lies before that of the line above, %d", time, last)
		}
		last = time
		if err := do(answerLine{span, time, fields[1:], strings.TrimSpace(after)}); err != nil {
			return err
		}
	}
	return nil
}

// ReadAnswers reads an answer file. Each line has a time in microseconds, a command, the
// sectors of the command, a colon, and `ok` or a minus. From that time on, the disk executes
// the command (ok), or the command fails (minus). A line without sectors applies to all
// sectors.
//
//	0     read 5 : -        # sector 5 cannot be read
//	2000  write 3..=9 : -
//	2000  read : ok
//	2000  flush : -
func (d *Disk) ReadAnswers(k *port.Kind, name string, data []byte) error {
	const form = "a time, a command, its sectors, a colon, and - or ok, as in `0 read 5 : -`"
	return eachAnswer(name, data, form, func(l answerLine) error {
		if l.answer != "-" && l.answer != "ok" || len(l.command) == 0 || len(l.command) > 2 {
			return diag.Errorf(BadAnswers, l.span, "expected %s", form)
		}
		m := k.Method(l.command[0])
		if m == nil {
			return diag.Errorf(BadAnswers, l.span, "a disk has no command %q; it has %s", l.command[0], strings.Join(k.MethodNames(), ", "))
		}
		a := Able{Time: l.time, Op: m.Code, To: math.MaxUint32, Can: l.answer == "ok"}
		if len(l.command) == 2 {
			var ok bool
			if a.From, a.To, ok = sectors(l.command[1]); !ok || m.ArgBits == 0 {
				return diag.Errorf(BadAnswers, l.span, "%q does not name sectors of a %s; sectors are written 5, 5..9 or 5..=8", l.command[1], m.Name)
			}
		}
		d.Add(a)
		return nil
	})
}

// sectors reads a sector number or a range of them.
func sectors(text string) (from, to uint32, ok bool) {
	lo, hi, ranged := strings.Cut(text, "..")
	closed := strings.HasPrefix(hi, "=")
	first, err := strconv.ParseUint(lo, 10, 32)
	if err != nil || !ranged {
		return uint32(first), uint32(first), err == nil
	}
	last, err := strconv.ParseUint(strings.TrimPrefix(hi, "="), 10, 32)
	if !closed {
		last--
	}
	return uint32(first), uint32(last), err == nil && first <= last && last <= math.MaxUint32
}

// Refuses reports whether a device is a disk that currently refuses a command. A command
// for a missing sector does not count as refused.
func (w *World) Refuses(dev int, command []byte) bool {
	d := w.Disk(dev)
	return d != nil && len(command) >= port.CommandSize && !d.Can(w.now, command)
}

// AbleTo sets whether a disk can execute a command on a sector from now on. For a command
// without a sector, the sector number is ignored.
func (d *Disk) AbleTo(m *port.Method, sector uint32, can bool) {
	a := Able{Op: m.Code, From: sector, To: sector, Can: can}
	if m.ArgBits == 0 {
		a.From, a.To = 0, math.MaxUint32
	}
	d.Add(a)
}
