package x86

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"sort"
)

// maxRows bounds the total rows of the line tables of an executable, so that a hostile file
// cannot make the reader work for hours.
const maxRows = 1 << 20

// Places reads the line table of an executable and returns a function from an address to
// "file:line". The result is "-" if the line is unknown.
func Places(executable []byte) func(rip uint64) string {
	place := Lines(executable)
	return func(rip uint64) string {
		file, line := place(rip)
		if line == 0 {
			return "-"
		}
		return fmt.Sprintf("%s:%d", file, line)
	}
}

// Lines reads the line table of an executable and returns a function from an address to the
// file and line of this address. An unknown line is 0. All lines after a damaged part of the
// tables are unknown. In a file that is not an executable, every line is unknown.
func Lines(executable []byte) func(rip uint64) (file string, line int) {
	rows := lines(executable)
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].from < rows[j].from })
	return func(rip uint64) (string, int) {
		for i := sort.Search(len(rows), func(i int) bool { return rows[i].from > rip }) - 1; i >= 0; i-- {
			if r := rows[i]; rip < r.to {
				return r.file, r.line
			}
		}
		return "", 0
	}
}

// Symbols reads the symbols of an executable. It returns a function from an address to the name
// of the function that contains the address. The name is empty if there is no such function.
func Symbols(executable []byte) func(rip uint64) string {
	f, err := elf.NewFile(bytes.NewReader(executable))
	if err != nil {
		return func(uint64) string { return "" }
	}
	all, err := f.Symbols()
	if err != nil {
		all = nil
	}
	return func(rip uint64) string {
		for _, s := range all {
			if elf.ST_TYPE(s.Info) == elf.STT_FUNC && s.Value <= rip && rip-s.Value < s.Size {
				return s.Name
			}
		}
		return ""
	}
}

// lineRow is a range of addresses compiled from one line.
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
	tables := lineTables(f)
	var rows []lineRow
	left := maxRows
	for r := data.Reader(); ; r.SkipChildren() {
		entry, err := r.Next()
		if err != nil || entry == nil || left <= 0 {
			return rows
		}
		if entry.Tag == dwarf.TagCompileUnit && tables.readable(entry) {
			rows = append(rows, unitLines(data, entry, &left)...)
		}
	}
}

// lineSection holds the line tables of an executable.
type lineSection struct {
	data  []byte
	order binary.ByteOrder
}

func lineTables(f *elf.File) lineSection {
	s := f.Section(".debug_line")
	if s == nil {
		return lineSection{}
	}
	data, err := s.Data()
	if err != nil {
		return lineSection{}
	}
	return lineSection{data, f.ByteOrder}
}

// readable reports whether a table has at most DWARF 4, the version that we make. The header of
// a later version contains lists (DWARF 5, 6.2.4). debug/dwarf trusts the lengths of these
// lists, so a damaged header could make the package take all memory.
func (s lineSection) readable(unit *dwarf.Entry) bool {
	at, ok := unit.Val(dwarf.AttrStmtList).(int64)
	if !ok || at < 0 || at > int64(len(s.data)) {
		return false
	}
	head := s.data[at:]
	if len(head) >= 4 && s.order.Uint32(head) == 0xffffffff { // 64-bit DWARF: the length follows
		head = head[min(8, len(head)):]
	}
	return len(head) >= 6 && s.order.Uint16(head[4:]) <= 4
}

// unitLines reads one line table. A sequence that begins at address 0 belongs to a function
// that the linker has dropped, because page 0 is never mapped.
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
