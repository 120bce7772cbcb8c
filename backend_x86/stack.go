package x86

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir"
)

// stackSize is the most stack that any path of calls needs, in whole pages. There is no
// recursion, so the program's call graph gives the deepest path. The result also includes all
// frames of the layer below. An object file holds the sizes of the frames in sections
// .stack_sizes, one for each section with a function.
func stackSize(m *ir.Module, program, hal []byte) (int, error) {
	own, err := frames(program)
	if err != nil {
		return 0, err
	}
	below, err := frames(hal)
	if err != nil {
		return 0, err
	}
	known := map[*ir.Func]int{}
	total := depth(m.Main(), "sn_main", own, known)
	for _, n := range below {
		total += n
	}
	return (total + page - 1) / page * page, nil
}

const page = 4096

// depth is the stack that f and the deepest path below f need. An inlined function has no
// frame. LLVM may make several copies of a function. The largest copy counts.
func depth(f *ir.Func, symbol string, frames map[string]int, known map[*ir.Func]int) int {
	if d, ok := known[f]; ok {
		return d
	}
	below := 0
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			if in.Op == ir.OpCall {
				below = max(below, depth(in.Callee, "fn."+in.Callee.Name, frames, known))
			}
		}
	}
	own := 0
	for name, n := range frames {
		if name == symbol || strings.HasPrefix(name, symbol+".") {
			own = max(own, n)
		}
	}
	known[f] = own + below
	return known[f]
}

// returnAddress is the number of bytes that a call pushes on the stack.
const returnAddress = 8

// frames reads how many bytes of stack each function of an object file takes.
func frames(object []byte) (map[string]int, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, fmt.Errorf("cannot read the output of clang: %w", err)
	}
	out := map[string]int{}
	for _, s := range f.Sections {
		if s.Name != ".stack_sizes" || int(s.Link) >= len(f.Sections) {
			continue
		}
		data, err := s.Data()
		if err != nil || len(data) < 9 {
			return nil, fmt.Errorf("cannot read the output of clang: a section .stack_sizes of %d bytes", len(data))
		}
		n, _ := binary.Uvarint(data[8:]) // the number follows an address
		out[strings.TrimPrefix(f.Sections[s.Link].Name, ".text.")] = int(n) + returnAddress
	}
	return out, nil
}
