package x86

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"sort"
)

// maxRows bounds what the line tables of an executable may hold together, so
// that a hostile file cannot make the reader work for hours.
const maxRows = 1 << 20

// Places reads the line table of an executable and returns a function from an
// address to "file:line", "-" where it knows nothing. A file that is no
// executable, or whose tables are damaged, has no places behind the damage.
func Places(executable []byte) func(rip uint64) string {
	rows := lines(executable)
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].from < rows[j].from })
	return func(rip uint64) string {
		for i := sort.Search(len(rows), func(i int) bool { return rows[i].from > rip }) - 1; i >= 0; i-- {
			if r := rows[i]; rip < r.to {
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
	left := maxRows
	for r := data.Reader(); ; r.SkipChildren() {
		entry, err := r.Next()
		if err != nil || entry == nil || left <= 0 {
			return rows
		}
		if entry.Tag == dwarf.TagCompileUnit {
			rows = append(rows, unitLines(data, entry, &left)...)
		}
	}
}

// unitLines reads one line table. A sequence that begins at 0 is of a function
// that the linker has dropped: page 0 is never mapped.
func unitLines(data *dwarf.Data, unit *dwarf.Entry, left *int) []lineRow {
	lr, err := data.LineReader(unit)
	if err != nil || lr == nil {
		return nil
	}
	var rows []lineRow
	var prev, next dwarf.LineEntry
	dropped := false
	for ; *left > 0 && lr.Next(&next) == nil; *left-- {
		if prev.File == nil || prev.EndSequence {
			dropped = next.Address == 0
		} else if !dropped && prev.Line > 0 && prev.Address < next.Address {
			rows = append(rows, lineRow{prev.Address, next.Address, prev.File.Name, prev.Line})
		}
		prev = next
	}
	return rows
}
