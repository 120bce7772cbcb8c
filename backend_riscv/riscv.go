// Package riscv makes the program image of a generated core. Sinter's own code generator, cg,
// compiles the program IR to instruction words. The code uses only instructions and registers
// that the target has.
//
// The package names no mnemonic. An instruction line is one line of the instruction table. A
// line such as
//
//	sltu  R  0000000 011 0110011   rd = zext32(rs1 ltu rs2)
//
// becomes a Rule: the meaning of the line as a tree in canonical form (node.go, canon.go). The
// program's values become trees of the same form. The selector covers the trees with the
// cheapest rules (tile.go; Aho and Johnson, "Optimal Code Generation for Expression Trees",
// 1976). A mined line has a larger expression, and the selector uses it like any other line of
// the table. If a line is absent, the selector uses other shapes of the expression (expand.go)
// or reports an error.
//
//	v7: i32 = load4 %hits[v6], v2        lw   x3, 16(x3)
//	v8: i32 = add v7, 1                  addi x4, x4, 1
//	v9: tok = check v5, v1 !2            bgeu x1, x5, trap2
//
// The phases are:
//
//   - reachable functions, callees first, and data with hot and small objects at low
//     addresses (layout.go)
//   - selection (select.go, effect.go, bulk.go, call.go)
//   - constants outside of loops (consts.go)
//   - colouring with coalescing (live.go, alloc.go, assign.go)
//   - block order (order.go) and encoding (emit.go)
//
// There is no recursion, so the allocator knows the registers that every callee changes, and
// the places (registers or slots) of the callee's arguments. Frames have fixed addresses. A
// slot is a word of a frame. An instruction usually reaches a slot by an offset from x0. The
// return address is treated like any other value.
//
// A register that holds an i1 value is 0 or 1. The package does not depend on passes, machines
// or circuits. The input of the package is a program that is legalised for 32 bits and has
// passed ir/pass/tasks.
package riscv

import (
	"sort"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
)

// Options changes how an image is made. The zero value is the default. The function fields are
// hooks with which tests plant faults.
type Options struct {
	// Rules may replace the rules of selection.
	Rules func([]*Rule) []*Rule
	// Colors may change the register of each virtual register of a function.
	Colors func(fn string, colors []uint8)
	// Traps may change the trap table of the image.
	Traps func([]image.Trap) []image.Trap
}

// Compile makes the image of m for a target.
func Compile(m *ir.Module, t *design.Target) (*image.Image, error) {
	return Options{}.Compile(m, t)
}

// Compile makes the image of m for a target.
func (o Options) Compile(m *ir.Module, t *design.Target) (*image.Image, error) {
	if m.Main() == nil {
		return nil, diag.Errorf("", diag.Span{}, "module %s has no main function: the tasks pass runs first", m.Name)
	}
	if n := len(m.Contexts); n > 1 {
		return nil, diag.Errorf("", diag.Span{}, "module %s has %d contexts, a core has one", m.Name, n)
	}
	tb, err := newTable(t, o.Rules)
	if err != nil {
		return nil, err
	}
	order := reachable(m.Main())
	// Slots lie below the objects, but the number of slots is known only at the end. The second
	// round reserves room for them.
	for reserve, far := uint32(0), false; ; {
		lay, err := arrange(m, order, reserve)
		if err != nil {
			return nil, err
		}
		fns, err := o.functions(tb, lay, order, far)
		if err != nil {
			return nil, err
		}
		need := frames(fns)
		if need > reserve || need > slotReach && !far {
			reserve, far = need, far || need > slotReach
			continue
		}
		return o.build(m, t, tb, lay, fns)
	}
}

// slotReach is the number of bytes of slots that an offset from x0 reaches. If there are more
// slots, the most used slots stay within this reach. Instructions address the other slots like
// data.
const slotReach = 2048

// functions compiles the functions, callees first. It returns them with callers first.
func (o Options) functions(tb *table, lay *layout, order []*ir.Func, far bool) ([]*fn, error) {
	byIR := map[*ir.Func]*fn{}
	traps := map[trapSite]*block{}
	out := make([]*fn, len(order))
	for k := len(order) - 1; k >= 0; k-- {
		f, err := selectFn(tb, lay, order[k], byIR, traps, k == 0, far)
		if err != nil {
			return nil, err
		}
		if err := allocate(f, tb.target.Regs, o.Colors); err != nil {
			return nil, err
		}
		f.heatSlots()
		f.arrangeBlocks()
		byIR[order[k]], out[k] = f, f
	}
	return out, nil
}

// heatSlots numbers the slots of f by their frequency of use, if offsets from x0 do not
// reach all slots.
func (f *fn) heatSlots() {
	if !f.far {
		return
	}
	heat, order, rank := make([]float64, f.slots), make([]int, f.slots), make([]int, f.slots)
	f.eachSlot(func(s *slot, freq float64) { heat[s.at] += freq })
	for k := range order {
		order[k] = k
	}
	sort.SliceStable(order, func(i, j int) bool { return heat[order[i]] > heat[order[j]] })
	for k, old := range order {
		rank[old] = k
	}
	f.eachSlot(func(s *slot, _ float64) { s.at = rank[s.at] })
}

// eachSlot visits each mention of a slot of f with its frequency.
func (f *fn) eachSlot(visit func(s *slot, freq float64)) {
	for _, b := range f.blocks {
		for _, i := range b.insts {
			if i.slot.of == f {
				visit(&i.slot, freqOf(min(b.depth, 8)))
			}
		}
	}
	for _, ps := range [][]place{f.params, f.results} {
		for k := range ps {
			if ps[k].slot.of == f {
				visit(&ps[k].slot, 1)
			}
		}
	}
}

// frames puts the slots of each function above the slots of all its callers. It returns the
// total size of all slots in bytes.
func frames(fns []*fn) uint32 {
	top := uint32(0)
	for _, f := range fns {
		end := f.frame + 4*uint32(f.slots)
		top = max(top, end)
		for _, c := range f.calls {
			c.frame = max(c.frame, end)
		}
	}
	return top
}

func (o Options) build(m *ir.Module, t *design.Target, tb *table, lay *layout, fns []*fn) (*image.Image, error) {
	l, err := link(tb, fns)
	if err != nil {
		return nil, err
	}
	img := &image.Image{Name: m.Name, Target: t, Data: lay.data, DataEnd: lay.end, Logs: m.Logs, Marks: marks(m)}
	if err := l.encode(img); err != nil {
		return nil, err
	}
	for i := range img.Traps {
		img.Traps[i].Code = m.Traps[img.Traps[i].Site].Code
	}
	if o.Traps != nil {
		img.Traps = o.Traps(img.Traps)
	}
	tables(img, m)
	img.Contexts = []image.Context{{Name: fns[0].name, Entry: uint32(design.TextBase + 4*l.entry[fns[0]])}}
	img.Symbols = symbols(lay, l, fns)
	return img, nil
}

// tables gives the image its tables of tasks, channels and devices.
func tables(img *image.Image, m *ir.Module) {
	for _, task := range m.Tasks {
		img.Tasks = append(img.Tasks, task.Name)
	}
	for i := range m.Chans {
		c := &m.Chans[i]
		out := image.Channel{Name: c.Name, Writer: c.Writer, Reader: c.Reader, Cap: c.Cap, Objects: c.Objs}
		for _, w := range c.Words {
			out.Words = append(out.Words, int(w))
		}
		img.Channels = append(img.Channels, out)
	}
	for i, d := range m.Devices {
		img.Devices = append(img.Devices, image.Device{Name: d.Name, Kind: d.Kind, Index: i, Task: d.Task, Rx: d.Rx, Tx: d.Tx})
	}
}

// marks names the timed regions, each with the task that runs its operations.
func marks(m *ir.Module) []image.Mark {
	out := make([]image.Mark, len(m.Marks))
	for k, name := range m.Marks {
		out[k].Name = name
	}
	for _, f := range m.Funcs {
		eachInstr(f, func(_ int, i *ir.Instr) {
			if i.Op == ir.OpMark {
				out[i.Imm/2].Task = max(i.Task, 0)
			}
		})
	}
	return out
}

func symbols(lay *layout, l *linker, fns []*fn) []image.Symbol {
	var out []image.Symbol
	for _, o := range lay.objs {
		out = append(out, image.Symbol{Name: o.Name, Addr: lay.addr[o], Size: uint32(o.Size)})
	}
	for k, f := range fns {
		end := len(l.items)
		if k+1 < len(fns) {
			end = l.entry[fns[k+1]]
		}
		at := l.entry[f]
		out = append(out, image.Symbol{Name: f.name, Addr: uint32(design.TextBase + 4*at), Size: uint32(4 * (end - at))})
	}
	return out
}
