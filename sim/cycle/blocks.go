package cycle

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// lazyCost is the smallest number of nodes in a multiplexer arm for which a jump over the arm
// pays.
const lazyCost = 3

// blockID is the number of a block: code that either runs completely or not at all in a cycle.
type blockID int32

// top is the block that runs in every cycle. noBlock is the block for unused nodes.
const (
	top     blockID = 0
	noBlock blockID = -1
)

// block is a piece of conditional code: an arm of a region (an if) or of a select (sel).
type block struct {
	parent blockID
	depth  int
	cost   int  // number of nodes in it and in the blocks inside it
	arm    bool // an arm of a select, which may be merged into its parent
	merged bool
}

// sel is a node that needs one or two of its operands only under a condition. Such a node is a
// mux, or the conjunction of a value and a repeated bit.
type sel struct {
	cond      rtl.ID
	then, els rtl.ID // if els is None, the value is 0 when the condition is 0
	thenBlock blockID
	elseBlock blockID
}

// placer finds, for each node, the innermost block that contains all uses of the node. So the
// engine computes a node only in cycles that need the node.
type placer struct {
	c      *rtl.Circuit
	blocks []block
	home   []blockID      // for each node
	uses   []int          // for each node
	region map[int]blocks // keyed by the number of the If effect in pre-order
	enable map[rtl.ID]blockID
	sels   map[rtl.ID]*sel
	ifs    int
}

// blocks are the blocks of the two arms of a region.
type blocks struct{ then, els blockID }

// place computes the home block of each node. The roots are needed in every cycle.
func place(c *rtl.Circuit, roots []rtl.ID) *placer {
	p := &placer{
		c: c, blocks: []block{{parent: noBlock}},
		home: make([]blockID, len(c.Nodes)), uses: make([]int, len(c.Nodes)),
		region: map[int]blocks{}, enable: map[rtl.ID]blockID{}, sels: map[rtl.ID]*sel{},
	}
	for i := range p.home {
		p.home[i] = noBlock
	}
	for _, r := range roots {
		p.use(r, top)
	}
	p.effects(c.Body, top)
	p.reads()
	for id := rtl.ID(len(c.Nodes) - 1); id >= 0; id-- {
		p.args(id)
	}
	p.merge()
	return p
}

func (p *placer) open(parent blockID, arm bool) blockID {
	p.blocks = append(p.blocks, block{parent: parent, depth: p.blocks[parent].depth + 1, arm: arm})
	return blockID(len(p.blocks) - 1)
}

// use records that block b needs a node.
func (p *placer) use(id rtl.ID, b blockID) {
	p.uses[id]++
	if p.home[id] == noBlock {
		p.home[id] = b
		return
	}
	p.home[id] = p.common(p.home[id], b)
}

// common returns the innermost block that contains both a and b.
func (p *placer) common(a, b blockID) blockID {
	for a != b {
		if p.blocks[a].depth < p.blocks[b].depth {
			a, b = b, a
		}
		a = p.blocks[a].parent
	}
	return a
}

func (p *placer) effects(list []rtl.Effect, b blockID) {
	for i := range list {
		e := &list[i]
		switch e.Kind {
		case rtl.SetReg:
			p.use(e.Value, b)
		case rtl.WriteMem:
			w := p.c.Mems[e.Index].Writes[e.Port]
			p.use(w.Addr, b)
			p.use(w.Data, b)
			if w.Lanes != rtl.None {
				p.use(w.Lanes, b)
			}
		case rtl.If:
			p.use(e.Cond, b)
			arms := blocks{p.open(b, false), p.open(b, false)}
			p.region[p.ifs] = arms
			p.ifs++
			p.effects(e.Then, arms.then)
			p.effects(e.Else, arms.els)
		}
	}
}

// reads makes a block for each synchronous read port that has an enable.
func (p *placer) reads() {
	for i := range p.c.Mems {
		for _, r := range p.c.Mems[i].Reads {
			switch {
			case !r.Sync:
			case r.Enable == rtl.None:
				p.use(r.Addr, top)
			default:
				p.use(r.Enable, top)
				b := p.open(top, false)
				p.enable[r.Node] = b
				p.use(r.Addr, b)
			}
		}
	}
}

// args records that a node uses its operands. All uses of the node itself must be known
// already.
func (p *placer) args(id rtl.ID) {
	n, home := &p.c.Nodes[id], p.home[id]
	if home == noBlock {
		return
	}
	for b := home; b != noBlock && n.Kind >= rtl.KRead; b = p.blocks[b].parent {
		p.blocks[b].cost++
	}
	if n.Kind == rtl.KRead && !p.c.Mems[n.Index].Reads[n.Port].Sync {
		p.use(p.c.Mems[n.Index].Reads[n.Port].Addr, home)
	}
	if s := p.selects(n); s != nil {
		p.sels[id] = s
		p.use(s.cond, home)
		s.thenBlock = p.open(home, true)
		p.use(s.then, s.thenBlock)
		s.elseBlock = p.open(home, true)
		if s.els != rtl.None {
			p.use(s.els, s.elseBlock)
		}
		return
	}
	for _, a := range n.Args {
		p.use(a, home)
	}
}

// selects reports whether a node is a select: mux(c, x, y), or "x and sext(bit)", which OneHot
// produces.
func (p *placer) selects(n *rtl.Node) *sel {
	if n.Kind != rtl.KOp {
		return nil
	}
	switch n.Op {
	case word.Mux:
		return &sel{cond: n.Args[0], then: n.Args[1], els: n.Args[2]}
	case word.And:
		for i := range 2 {
			m := &p.c.Nodes[n.Args[i]]
			if m.Kind == rtl.KOp && m.Op == word.Sext && p.c.Nodes[m.Args[0]].Width == 1 {
				return &sel{cond: m.Args[0], then: n.Args[1-i], els: rtl.None}
			}
		}
	}
	return nil
}

// merge removes blocks of arms that are too cheap to jump over, innermost first.
func (p *placer) merge() {
	for i := len(p.blocks) - 1; i > 0; i-- {
		if b := &p.blocks[i]; b.arm && b.cost < lazyCost {
			b.merged = true
		}
	}
	for i := range p.home {
		if p.home[i] != noBlock {
			p.home[i] = p.find(p.home[i])
		}
	}
}

// find returns the block into which b was merged.
func (p *placer) find(b blockID) blockID {
	for p.blocks[b].merged {
		b = p.blocks[b].parent
	}
	return b
}
