package riscv

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/fuse"
	"github.com/sinter-lang/sinter/ir/word"
)

// selector turns one function into machine code over virtual registers.
type selector struct {
	tb   *table
	lay  *layout
	f    *ir.Func
	out  *fn
	fns  map[*ir.Func]*fn
	flow *ir.Flow
	use  *usage
	tile tiler

	fused *fuse.Fusions

	cur       *block // the block to which instructions are added
	at        *ir.Instr
	value     int // id of the IR value that is being emitted
	span      diag.Span
	blockOf   map[*ir.Block]*block
	traps     map[trapSite]*block // for the whole program
	regs      []reg               // by value ID
	leaves    []*node             // by value ID
	base      map[*ir.Object]reg
	consts    map[uint32]reg
	mutable   map[reg]bool // block parameters, which must not be renamed
	made      map[madeKey]reg
	done      map[*node]reg
	exitBlock *block
	err       error
}

// madeKey identifies the computation of a line within a block.
type madeKey struct {
	rule          *Rule
	rs1, rs2, rs3 reg
	imm           uint32
}

// selectFn generates the code of f. The functions that f calls are already generated.
func selectFn(tb *table, lay *layout, f *ir.Func, fns map[*ir.Func]*fn, traps map[trapSite]*block, isMain, far bool) (*fn, error) {
	fused := tb.fusedIn(f)
	s := &selector{
		tb: tb, lay: lay, f: f, fns: fns, flow: ir.FlowOf(f), use: analyse(f, fused), fused: fused,
		blockOf: map[*ir.Block]*block{}, traps: traps,
		regs: make([]reg, f.NextID+1), leaves: make([]*node, f.NextID+1),
		base: map[*ir.Object]reg{}, consts: map[uint32]reg{}, mutable: map[reg]bool{},
	}
	s.out = &fn{ir: f, name: f.Name, next: firstVirtual, constOf: map[reg]uint32{}, isMain: isMain, far: far}
	for _, b := range s.flow.Order {
		s.blockOf[f.Blocks[b]] = s.out.newBlock(s.flow.Depth[b])
	}
	s.entry()
	for _, b := range s.flow.Order {
		s.block(b)
	}
	s.exit()
	if s.err == nil {
		s.placeConsts()
		s.out.sinkLoads()
	}
	return s.out, s.err
}

func (s *selector) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *selector) emit(i *inst) *inst {
	i.value, i.span = s.value, s.span
	s.cur.insts = append(s.cur.insts, i)
	return i
}

func (s *selector) move(d, r reg) {
	if d == r {
		return
	}
	s.emit(&inst{code: cMove, rd: d, rs1: r})
}

// regOf is the register that holds a value.
func (s *selector) regOf(v *ir.Value) reg {
	if s.regs[v.ID] == 0 {
		s.regs[v.ID] = s.out.newReg()
	}
	return s.regs[v.ID]
}

// block compiles one block of the IR.
func (s *selector) block(b int) {
	blk := s.f.Blocks[b]
	s.cur = s.blockOf[blk]
	s.tile = tiler{table: s.tb, deep: s.flow.Depth[b] > 0}
	s.made = map[madeKey]reg{}
	for _, i := range blk.Instrs {
		s.at, s.span, s.value = i, i.Span, 0
		if v := i.Result(); v != nil {
			s.value = v.ID
		}
		s.instr(i)
	}
	s.at, s.span, s.value = nil, blk.Term.Span, 0
	s.term(b, &blk.Term)
}

// leaf is the node of a value that is in a register.
func (s *selector) leaf(v *ir.Value) *node {
	if s.leaves[v.ID] == nil {
		n := regNode(s.regOf(v))
		if v.Type == 1 {
			n = flagNode(s.regOf(v))
		}
		s.leaves[v.ID] = n
	}
	return s.leaves[v.ID]
}

// tree is the expression of a value. It includes the values that are inlined into it.
func (s *selector) tree(v *ir.Value) *node {
	switch {
	case v.Def == nil:
		return s.leaf(v)
	case v.Def.Op == ir.OpConst:
		return konst(int(v.Type), v.Def.Imm)
	case v.Def.Op == ir.OpWord && s.use.inlined[v.ID]:
		return s.apply(v)
	}
	return s.leaf(v)
}

// apply builds the node of a word operation.
func (s *selector) apply(v *ir.Value) *node {
	args := make([]*node, len(v.Def.Args))
	for k, a := range v.Def.Args {
		args[k] = s.tree(a)
	}
	return mk(v.Def.Word, int(v.Type), v.Def.Imm, args...)
}

// word32 is the tree of a value as a 32-bit word.
func (s *selector) word32(v *ir.Value) *node { return mk(word.Zext, 32, 0, s.tree(v)) }

// root computes a word operation into the register of its value.
func (s *selector) root(v *ir.Value) {
	if v.Type != 1 && v.Type != 32 {
		s.fail(diag.Errorf("", v.Span, "value %s of @%s has width %d; a program for a 32-bit core is legalised first", v, s.f.Name, v.Type))
		return
	}
	n := mk(word.Zext, 32, 0, s.apply(v))
	s.start()
	if s.regs[v.ID] != 0 {
		s.into(n, s.regs[v.ID])
		return
	}
	r := s.reg(n)
	if r == 0 || n.leaf == register || s.mutable[r] {
		s.into(n, s.regOf(v))
		return
	}
	s.regs[v.ID] = r
}

// start resets the state that belongs to the previous root.
func (s *selector) start() {
	s.tile.memo, s.tile.work = map[*node]*cover{}, 0
	s.done = map[*node]reg{}
}

// wordReg computes a value as a word into some register.
func (s *selector) wordReg(v *ir.Value) reg {
	n := s.word32(v)
	s.start()
	return s.reg(n)
}

// reg computes a node into some register.
func (s *selector) reg(n *node) reg {
	switch n.leaf {
	case register:
		return n.reg
	case constant:
		return s.constReg(uint32(n.imm))
	}
	if r, ok := s.done[n]; ok {
		return r
	}
	r := s.compute(n, 0)
	s.done[n] = r
	return r
}

// into computes a node into a given register.
func (s *selector) into(n *node, d reg) {
	switch n.leaf {
	case register:
		s.move(d, n.reg)
	case constant:
		s.setConst(d, uint32(n.imm))
	default:
		if r, ok := s.done[n]; ok {
			s.move(d, r)
			return
		}
		if r := s.compute(n, d); r != d {
			s.move(d, r)
		}
	}
}

// compute follows the cheapest cover of n; d = 0 asks for a register.
func (s *selector) compute(n *node, d reg) reg {
	c := s.tile.best(n)
	switch {
	case c.rule != nil:
		return s.line(c, d)
	case c.alt != nil && d == 0:
		return s.reg(c.alt)
	case c.alt != nil:
		s.into(c.alt, d)
		return d
	case c.mux:
		return s.mux(n, d)
	}
	if s.err == nil {
		s.fail(s.noCover(n))
	}
	return d
}

func (s *selector) noCover(n *node) error {
	what := "?"
	if n.leaf == inner {
		what = n.op.String()
	}
	return diag.Errorf("", s.span, "target %s has no instruction for %s of %d bits and nothing that could replace it", s.tb.target.Name, what, n.width)
}

// line emits the instruction of a matched line, or reuses an equal result within the block.
func (s *selector) line(c *cover, d reg) reg {
	i := s.bound(c.rule, &c.bind)
	key := madeKey{c.rule, i.rs1, i.rs2, i.rs3, i.imm}
	if r, ok := s.made[key]; ok {
		return r
	}
	i.rd = d
	if d == 0 {
		i.rd = s.out.newReg()
	}
	s.emit(i)
	if !s.mutable[i.rd] {
		s.made[key] = i.rd
	}
	return i.rd
}

// bound makes the instruction for a match after it computes the operands.
func (s *selector) bound(r *Rule, b *binding) *inst {
	i := &inst{code: cLine, rule: r, imm: b.imm}
	fields := [3]*reg{&i.rs1, &i.rs2, &i.rs3}
	// The operand that needs the most registers comes first (Sethi and Ullman, "The Generation
	// of Optimal Code for Arithmetic Expressions", 1970).
	order := [3]int{0, 1, 2}
	slices.SortStableFunc(order[:], func(x, y int) int { return need(b.regs[y]) - need(b.regs[x]) })
	for _, k := range order {
		if b.regs[k] != nil {
			*fields[k] = s.reg(b.regs[k])
		}
	}
	return i
}

// need is the number of registers that the evaluation of a tree takes.
func need(n *node) int {
	if n == nil || n.leaf == constant || n.leaf == register {
		return 0
	}
	if n.need == 0 {
		most, same := 1, 0
		for _, a := range n.args {
			switch k := need(a); {
			case k > most:
				most, same = k, 0
			case k == most:
				same = 1
			}
		}
		n.need = most + same
	}
	return n.need
}

// constReg is the function's register for a constant. placeConsts adds the definition.
func (s *selector) constReg(v uint32) reg {
	if v == 0 {
		return 0
	}
	if s.consts[v] == 0 {
		r := s.out.newReg()
		s.consts[v] = r
		s.out.constOf[r] = v
	}
	return s.consts[v]
}

func (s *selector) setConst(d reg, v uint32) {
	if v == 0 {
		s.move(d, 0)
		return
	}
	s.emit(&inst{code: cConst, rd: d, imm: v})
}

// mux chooses between two computed values with a branch.
func (s *selector) mux(n *node, d reg) reg {
	x, y := s.armReg(n.args[1]), s.armReg(n.args[2])
	out := s.out.newReg()
	s.mutable[out] = true
	join := s.out.newBlock(s.cur.depth)
	s.arm(out, n.args[1], x)
	s.branch(n.args[0], join)
	s.arm(out, n.args[2], y)
	s.jump(join)
	s.cur = join
	if d != 0 {
		s.move(d, out)
	}
	return out
}

func (s *selector) armReg(n *node) reg {
	if n.isConst() {
		return 0
	}
	return s.reg(n)
}

func (s *selector) arm(d reg, n *node, r reg) {
	if n.isConst() {
		s.setConst(d, uint32(n.imm))
		return
	}
	s.move(d, r)
}

func (s *selector) jump(to *block) {
	s.emit(&inst{code: cJump, target: to})
	s.leads(to)
}

// leads records a successor of the block. It ignores a trap block, because this block may
// belong to another function that checks the same site.
func (s *selector) leads(to *block) {
	if !to.cold {
		s.cur.succs = append(s.cur.succs, to)
	}
}

// branch jumps to a block when c holds and continues in a new block otherwise.
func (s *selector) branch(c *node, to *block) {
	next := s.out.newBlock(s.cur.depth)
	s.fork(c, to, next)
	s.cur = next
}

// fork ends the block: it jumps to yes if c holds, else to no.
func (s *selector) fork(c *node, yes, no *block) {
	if c.isConst() {
		s.jump(map[bool]*block{true: yes, false: no}[c.imm == 1])
		return
	}
	if s.forkParts(c, yes, no) {
		return
	}
	b := s.tile.branch(c)
	if b.rule == nil {
		s.fail(s.noCover(c))
		return
	}
	i := s.bound(b.rule, &b.bind)
	if b.flip {
		yes, no = no, yes
	}
	i.code, i.target = cBranch, yes
	s.emit(i)
	s.leads(yes)
	s.jump(no)
}

// forkParts branches on each part of a conjunction or disjunction separately.
func (s *selector) forkParts(c *node, yes, no *block) bool {
	if c.isOp(word.Not) {
		return s.forkParts(c.args[0], no, yes)
	}
	if c.width != 1 || !c.isOp(word.And) && !c.isOp(word.Or) {
		return false
	}
	next := s.out.newBlock(s.cur.depth)
	if c.op == word.And {
		s.fork(c.args[0], next, no)
	} else {
		s.fork(c.args[0], yes, next)
	}
	s.cur = next
	s.fork(c.args[1], yes, no)
	return true
}

// check branches to the trap block of a site unless c holds.
func (s *selector) check(i *ir.Instr) {
	s.start()
	s.checkNode(s.tree(i.Args[0]), i)
}

func (s *selector) checkNode(c *node, i *ir.Instr) {
	if c.is(1) {
		return
	}
	if c.isOp(word.And) {
		s.checkNode(c.args[0], i)
		s.checkNode(c.args[1], i)
		return
	}
	trap := s.trapBlock(i)
	b := s.tile.branch(mk(word.Not, 1, 0, c))
	if c.isConst() || b.rule == nil || b.flip && b.rule.inverse == nil {
		next := s.out.newBlock(s.cur.depth)
		s.fork(c, next, trap)
		s.cur = next
		return
	}
	in := s.bound(b.rule, &b.bind)
	if b.flip {
		in.rule = b.rule.inverse
	}
	in.code, in.target = cBranch, trap
	s.emit(in)
}

// trapSite is a check site and one task that executes the check. The site alone is not enough,
// because a trap is an event of a task.
type trapSite struct{ site, task int }

// trapBlock is the trap block of a site. All copies of the check in a task share it.
func (s *selector) trapBlock(i *ir.Instr) *block {
	at := trapSite{i.Site, i.Task}
	if b := s.traps[at]; b != nil {
		return b
	}
	b := s.out.newBlock(0)
	b.cold = true
	b.insts = []*inst{{code: cTrapped, site: i.Site, task: i.Task, span: i.Span}}
	s.traps[at] = b
	return b
}
