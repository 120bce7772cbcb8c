package gates

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/amd64"
)

const maxSlots = 1 << 16

// Shell is the shell of a netlist (gate.Shell) whose references are slots.
type Shell = gate.Shell[uint16]

// Program is a netlist that was compiled to a linear list of operations on slots. A run does
// not change the program, so several runs may share one program.
type Program struct {
	shell  Shell // all references are slots
	ops    []operation
	runs   []run
	async  []port // asynchronous reads, in the order of their operations
	sync   []port // synchronous reads
	writes []writePort
	regs   []flop
	slots  int
	native *native // nil: State interprets the program
}

// flop is one register bit. At the clock edge, q takes d if enable is 1.
type flop struct {
	q, d, enable uint16
	reset        bool
}

// port is a read port whose signals are slots.
type port struct {
	mem        int
	addr, data []uint16
	enable     uint16
	afterWrite bool // it has policy New
}

// writePort is a write port whose signals are slots, with the data bits that each lane covers.
type writePort struct {
	mem               int
	addr, data, lanes []uint16
	enable            uint16
}

// Compile makes the program of a netlist for an engine. An empty name stands for the first
// engine of Engines.
func Compile(n *gate.Netlist, engine string) (*Program, error) {
	if err := n.Verify(); err != nil {
		return nil, err
	}
	f, nets := formulaOf(n)
	shell := gate.MapShell(&n.Shell, func(x gate.Net) int { return f.plain(nets[x]) })
	needed := reachable(f, &shell)
	fast := engine == Native || engine == "" && amd64.Available()
	order := schedule(f, needed)
	if fast {
		order = inDepth(f, needed)
	}
	slots, count := allocate(f, order, &shell)
	if spare := len(n.Shell.Regs) * 64; count+spare > maxSlots {
		return nil, fmt.Errorf("gates: the netlist needs %d slots, the machine has %d", count, maxSlots)
	}
	p := &Program{slots: count, shell: gate.MapShell(&shell, func(v int) uint16 { return slots[v] })}
	p.emit(f, order, slots)
	p.ports()
	if fast {
		if p.native = assemble(p, pinned(f, &shell, slots)); p.native == nil && engine == Native {
			return nil, fmt.Errorf("gates: the engine %s does not run here", Native)
		}
	}
	return p, nil
}

// inDepth orders the needed values depth-first. Operands come shortly before their readers, so
// that operands can stay in registers.
func inDepth(f *formula, needed []bool) []int {
	var order []int
	done := make([]bool, len(f.values))
	var visit func(v int)
	visit = func(v int) {
		if done[v] || f.values[v].kind <= source {
			return
		}
		done[v] = true
		for _, o := range operandsOf(f, v) {
			visit(o)
		}
		order = append(order, v)
	}
	for v := range f.values {
		if needed[v] {
			visit(v)
		}
	}
	return order
}

// pinned returns the slots that must hold their values after Eval, or for an asynchronous read.
func pinned(f *formula, shell *gate.Shell[int], slots []uint16) []bool {
	out := make([]bool, maxSlots)
	shell.Readers(func(v int) { out[slots[v]] = true })
	for _, addr := range f.addrs {
		for _, v := range addr {
			out[slots[v]] = true
		}
	}
	return out
}

// reachable returns the values that the shell reads, directly or indirectly.
func reachable(f *formula, shell *gate.Shell[int]) []bool {
	needed := make([]bool, len(f.values))
	var visit func(v int)
	visit = func(v int) {
		if r, ok := f.after[v]; ok {
			v = r
		}
		if needed[v] {
			return
		}
		needed[v] = true
		for _, o := range operandsOf(f, v) {
			visit(o)
		}
	}
	shell.Readers(visit)
	return needed
}

// allocate assigns a slot to every value. Constants, sources and values that the shell reads
// keep their slots. The slot of any other value is free after its last use.
func allocate(f *formula, order []int, shell *gate.Shell[int]) (slots []uint16, count int) {
	slot, last := make([]int, len(f.values)), make([]int, len(f.values))
	pinned := make([]bool, len(f.values))
	for v := range f.values {
		if f.values[v].kind <= source {
			pinned[v], slot[v] = true, count
			count++
		}
	}
	shell.Readers(func(v int) { pinned[v] = true })
	for at, v := range order {
		for _, o := range operandsOf(f, v) {
			last[o] = at
		}
	}
	var free []int
	for at, v := range order {
		for _, o := range distinct(operandsOf(f, v)) {
			if last[o] == at && !pinned[o] {
				free = append(free, slot[o])
			}
		}
		if len(free) > 0 && !pinned[v] {
			slot[v], free = free[len(free)-1], free[:len(free)-1]
		} else {
			slot[v] = count
			count++
		}
	}
	slots = make([]uint16, len(slot))
	for v, s := range slot {
		slots[v] = uint16(s)
	}
	return slots, count
}

// distinct drops repeated members of a list with at most three members.
func distinct(list []int) []int {
	var out []int
	for i, v := range list {
		seen := false
		for _, w := range list[:i] {
			seen = seen || w == v
		}
		if !seen {
			out = append(out, v)
		}
	}
	return out
}

func (p *Program) emit(f *formula, order []int, slots []uint16) {
	for i, v := range order {
		x := &f.values[v]
		if i == 0 || p.runs[len(p.runs)-1].kind != x.kind {
			p.runs = append(p.runs, run{kind: x.kind, lo: i})
		}
		p.runs[len(p.runs)-1].hi = i + 1
		if x.kind == read {
			p.ops = append(p.ops, operation{a: uint16(len(p.async))})
			r := &p.shell.Mems[x.a].Reads[x.b]
			p.async = append(p.async, port{mem: x.a, addr: r.Addr, data: r.Data, enable: r.Enable})
			continue
		}
		p.ops = append(p.ops, operation{dst: slots[v], a: slots[x.a], b: slots[x.b], c: slots[x.c]})
	}
}

// ports collects the registers and memory ports for the clock edge.
func (p *Program) ports() {
	for i := range p.shell.Regs {
		r := &p.shell.Regs[i]
		for j := range r.Q {
			p.regs = append(p.regs, flop{r.Q[j], r.D[j], r.Enable, r.Reset>>j&1 == 1})
		}
	}
	for i := range p.shell.Mems {
		m := &p.shell.Mems[i]
		for j := range m.Reads {
			if r := &m.Reads[j]; r.Sync {
				p.sync = append(p.sync, port{i, r.Addr, r.Data, r.Enable, r.Policy == rtl.New})
			}
		}
		for j := range m.Writes {
			w := &m.Writes[j]
			p.writes = append(p.writes, writePort{i, w.Addr, w.Data, w.Lanes, w.Enable})
		}
	}
}

// Size returns the number of operations in a cycle, the number of runs of equal operations, and
// the number of slots.
func (p *Program) Size() (operations, runs, slots int) { return len(p.ops), len(p.runs), p.slots }
