package top

import (
	"fmt"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Restart makes a circuit that starts the program at each reset. A reset alone changes no memory,
// so after a reset in the middle of a run a core would find the data of that run. In the new
// circuit, each written memory with initial contents (`data`) is filled again after every reset,
// from a copy that is never written. The core stands still until the memory is filled:
//
//	restart.at       the word that the copy outputs next; its top bit is set after the last word
//	restart.to       the word that is written in this cycle, when restart.writing is 1
//
// If few words are not zero, the copy is a list of addresses and words. The restart first sets
// all words to zero. Then it writes the words of the list with their initial values.
//
// Other memories, such as a register file, need no filling: a program writes a register before it
// reads the register.
func Restart(c *rtl.Circuit) (*rtl.Circuit, error) {
	d := *c
	mem := -1
	for i := range c.Mems {
		if c.Mems[i].Name == "data" && len(c.Mems[i].Writes) > 0 {
			mem = i
		}
	}
	if mem < 0 {
		return c, nil
	}
	if n := len(c.Mems[mem].Writes); n != 1 {
		return nil, fmt.Errorf("circuit %s: the memory `data` has %d write ports, and a restart can only fill a memory with one", c.Name, n)
	}
	r := &restarter{c: &d, mem: mem}
	d.Nodes = append([]rtl.Node(nil), c.Nodes...)
	d.Regs = append([]rtl.Reg(nil), c.Regs...)
	d.Mems = append([]rtl.Mem(nil), c.Mems...)
	r.build()
	return &d, d.Verify()
}

// FillCycles is the number of cycles after a reset for which a core made by Restart stands
// still.
func FillCycles(c *rtl.Circuit) int {
	for i := range c.Mems {
		if m := &c.Mems[i]; m.Name == "data" && len(m.Writes) > 0 {
			n := 1 << m.AddrBits
			if l := listOf(m); l != nil {
				n += len(l.words)
			}
			return n + 1
		}
	}
	return 0
}

// restarter is a circuit to which a restart is added.
type restarter struct {
	c      *rtl.Circuit
	mem    int
	enable rtl.ID // 1 when the core writes
}

func (r *restarter) node(n rtl.Node) rtl.ID {
	r.c.Nodes = append(r.c.Nodes, n)
	return rtl.ID(len(r.c.Nodes) - 1)
}

func (r *restarter) constant(width int, v uint64) rtl.ID {
	return r.node(rtl.Node{Kind: rtl.KConst, Width: width, Imm: v})
}

func (r *restarter) op(op word.Op, width int, args ...rtl.ID) rtl.ID {
	return r.node(rtl.Node{Kind: rtl.KOp, Op: op, Width: width, Args: args})
}

func (r *restarter) slice(x rtl.ID, high, low int) rtl.ID {
	return r.node(rtl.Node{Kind: rtl.KOp, Op: word.Slice, Width: high - low + 1, Args: []rtl.ID{x}, Imm: uint64(low)})
}

// mux chooses between two values of equal width.
func (r *restarter) mux(cond, then, els rtl.ID) rtl.ID {
	return r.op(word.Mux, r.c.Nodes[then].Width, cond, then, els)
}

func (r *restarter) reg(name string, width int) (index int, q rtl.ID) {
	index = len(r.c.Regs)
	q = r.node(rtl.Node{Kind: rtl.KReg, Width: width, Index: index, Name: name})
	r.c.Regs = append(r.c.Regs, rtl.Reg{Name: name, Width: width, Node: q})
	return index, q
}

func (r *restarter) set(reg int, value rtl.ID) rtl.Effect {
	return rtl.Effect{Kind: rtl.SetReg, Index: reg, Value: value, Cond: rtl.None}
}

// build adds the registers and the copy, and takes control of the write port.
func (r *restarter) build() {
	m := r.c.Mems[r.mem]
	n := m.AddrBits
	list := listOf(&m)
	at, atQ := r.reg("restart.at", n+1)
	to, toQ := r.reg("restart.to", n+1)
	writing, writingQ := r.reg("restart.writing", 1)
	given := r.slice(atQ, n, n)
	if list != nil {
		given = r.op(word.And, 1, given, r.slice(atQ, list.indexBits, list.indexBits))
	}
	giving := r.op(word.Not, 1, given)
	loading := r.op(word.Or, 1, giving, writingQ)
	addr := r.slice(toQ, n-1, 0)
	var data rtl.ID
	if list == nil {
		data = r.contents(m, r.slice(atQ, n-1, 0), addr)
	} else {
		addr, data = r.listed(m, list, atQ, toQ)
	}

	r.enable = r.constant(1, 0)
	rest := r.without(r.c.Body, r.constant(1, 1))
	old := m.Writes[0]
	port := rtl.Write{
		Addr: r.mux(loading, addr, old.Addr), Data: r.mux(loading, data, old.Data), Lanes: rtl.None,
	}
	if old.Lanes != rtl.None {
		port.Lanes = r.mux(loading, r.constant(m.Lanes, word.Mask(m.Lanes)), old.Lanes)
	}
	r.c.Mems[r.mem].Writes = []rtl.Write{port}
	r.c.Mems[r.mem].Reads = append([]rtl.Read(nil), m.Reads...)
	for i := range r.c.Mems[r.mem].Reads { // while the memory is filled, a read may collide with the write, but the result is not used
		r.c.Mems[r.mem].Reads[i].Policy = rtl.Old
	}
	write := rtl.Effect{Kind: rtl.WriteMem, Index: r.mem, Value: rtl.None, Cond: rtl.None}
	r.c.Body = []rtl.Effect{
		r.set(to, atQ),
		r.set(writing, giving),
		{Kind: rtl.If, Cond: giving, Value: rtl.None, Then: []rtl.Effect{r.set(at, r.op(word.Add, n+1, atQ, r.constant(n+1, 1)))}},
		{Kind: rtl.If, Cond: r.mux(loading, writingQ, r.enable), Value: rtl.None, Then: []rtl.Effect{write}},
		{Kind: rtl.If, Cond: r.op(word.Not, 1, loading), Value: rtl.None, Then: rest},
	}
}

// lengthOf is the number of words of a memory up to the last word that is not zero.
func lengthOf(m *rtl.Mem) int {
	length := len(m.Init)
	for length > 0 && m.Init[length-1] == 0 {
		length--
	}
	return length
}

// list has the nonzero words of a memory. Each entry is an address, with the word's value in
// the low bits.
type list struct {
	words     []uint64
	indexBits int
}

// listOf makes the list of a memory. The result is nil if a copy of the memory's beginning
// takes fewer bits than the list.
func listOf(m *rtl.Mem) *list {
	l := &list{}
	for a, v := range m.Init {
		if v != 0 {
			l.words = append(l.words, uint64(a)<<m.Width|v)
		}
	}
	length := lengthOf(m)
	if length == 0 || m.Width+m.AddrBits > 64 {
		return nil
	}
	l.indexBits = bits.Len(uint(len(l.words) - 1))
	for len(l.words) < 1<<l.indexBits { // a duplicate entry does no harm
		l.words = append(l.words, l.words[len(l.words)-1])
	}
	if l.indexBits == 0 || l.indexBits >= m.AddrBits || (m.Width+m.AddrBits)<<l.indexBits >= m.Width<<bits.Len(uint(length-1)) {
		return nil
	}
	return l
}

// shortList is the largest number of words for which a list is made of gates instead of block
// RAM.
const shortList = 64

// listed outputs zero for each address in turn, and then the words of the list.
func (r *restarter) listed(m rtl.Mem, l *list, atQ, toQ rtl.ID) (addr, data rtl.ID) {
	entries := rtl.Mem{Name: "data_list", Width: m.Width + m.AddrBits, AddrBits: l.indexBits, Lanes: 1, Init: l.words}
	read := rtl.Read{Addr: r.slice(atQ, l.indexBits-1, 0), Sync: true, Enable: rtl.None}
	if len(l.words) <= shortList {
		read = rtl.Read{Addr: r.slice(toQ, l.indexBits-1, 0), Enable: rtl.None}
	}
	q := r.node(rtl.Node{Kind: rtl.KRead, Width: entries.Width, Index: len(r.c.Mems)})
	read.Node = q
	entries.Reads = []rtl.Read{read}
	r.c.Mems = append(r.c.Mems, entries)
	listing := r.slice(toQ, m.AddrBits, m.AddrBits)
	addr = r.mux(listing, r.slice(q, entries.Width-1, m.Width), r.slice(toQ, m.AddrBits-1, 0))
	return addr, r.mux(listing, r.slice(q, m.Width-1, 0), r.constant(m.Width, 0))
}

// contents returns the word of the copy at the address of the previous cycle. The register `to`
// holds this address. The copy is as long as the program's data. After the end of the copy, the
// result is 0.
func (r *restarter) contents(m rtl.Mem, at, to rtl.ID) rtl.ID {
	length := lengthOf(&m)
	if length == 0 {
		return r.constant(m.Width, 0)
	}
	n := max(bits.Len(uint(length-1)), 1)
	if n > m.AddrBits {
		n = m.AddrBits
	}
	copied := rtl.Mem{Name: "data_copy", Width: m.Width, AddrBits: n, Lanes: 1, Init: m.Init[:length]}
	q := r.node(rtl.Node{Kind: rtl.KRead, Width: m.Width, Index: len(r.c.Mems)})
	if n < m.AddrBits {
		at = r.slice(at, n-1, 0)
	}
	copied.Reads = []rtl.Read{{Node: q, Addr: at, Sync: true, Enable: rtl.None}}
	r.c.Mems = append(r.c.Mems, copied)
	if n == m.AddrBits {
		return q
	}
	high := r.slice(to, m.AddrBits-1, n)
	beyond := r.op(word.Not, 1, r.op(word.Eq, 1, high, r.constant(m.AddrBits-n, 0)))
	return r.mux(beyond, r.constant(m.Width, 0), q)
}

// without returns the effects without the core's write. It records the condition of that write.
func (r *restarter) without(list []rtl.Effect, under rtl.ID) []rtl.Effect {
	var out []rtl.Effect
	for _, e := range list {
		switch {
		case e.Kind == rtl.WriteMem && e.Index == r.mem:
			r.enable = under
		case e.Kind == rtl.If:
			e.Then = r.without(e.Then, r.op(word.And, 1, under, e.Cond))
			if len(e.Else) > 0 {
				e.Else = r.without(e.Else, r.op(word.And, 1, under, r.op(word.Not, 1, e.Cond)))
			}
			if len(e.Then)+len(e.Else) > 0 {
				out = append(out, e)
			}
		default:
			out = append(out, e)
		}
	}
	return out
}
