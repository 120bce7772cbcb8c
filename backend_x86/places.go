package x86

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"io"
)

// Places reads the line table of an executable and returns a function from an
// address to "file:line", "-" where it knows nothing.
func Places(executable []byte) func(rip uint64) string {
	rows := lines(executable)
	return func(rip uint64) string {
		for i := len(rows) - 1; i >= 0; i-- {
			if r := rows[i]; r.from <= rip && rip < r.to {
				return fmt.Sprintf("%s:%d", r.file, r.line)
			}
		}
		return "-"
	}
}

// lineRow is a range of addresses that come from one line.
type lineRow struct {
	from, to uint64
	file     string
	line     int
}

func lines(executable []byte) []lineRow {
	f, err := elf.NewFile(bytes.NewReader(executable))
	if err != nil {
		return nil
	}
	data, err := f.DWARF()
	if err != nil {
		return nil
	}
	var rows []lineRow
	for r := data.Reader(); ; {
		entry, err := r.Next()
		if err != nil || entry == nil {
			return rows
		}
		if entry.Tag == dwarf.TagCompileUnit {
			rows = append(rows, unitLines(data, entry)...)
		}
		r.SkipChildren()
	}
}

func unitLines(data *dwarf.Data, unit *dwarf.Entry) []lineRow {
	lr, err := data.LineReader(unit)
	if err != nil || lr == nil {
		return nil
	}
	var rows []lineRow
	var prev, next dwarf.LineEntry
	for lr.Next(&next) != io.EOF {
		if prev.File != nil && !prev.EndSequence && prev.Line > 0 {
			rows = append(rows, lineRow{prev.Address, next.Address, prev.File.Name, prev.Line})
		}
		prev = next
	}
	return rows
}
