package core

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// wordLeaf is the leaf of a first operand that was collected. Its name differs from leafA, so that
// operators over collected operands are not taken for the serial ones.
const wordLeaf = "rs1 word"

// collect makes the registers through which operands pass in pre. The register of rs2 also holds
// what is stored, and the word whose digits go to rd.
func (s *serial) collect() {
	collected := s.having(func(f form) bool { return f.collect })
	stores := s.having(func(f form) bool { return f.store })
	sampled := s.having(func(f form) bool { return f.result == wordResult })
	s.words = make([]rtl.Register, 3)
	for i := range s.rf {
		reads := false
		for _, l := range collected {
			reads = reads || l.inst.Format.Sources() > i
		}
		if reads || i == 1 && len(stores) > 0 {
			s.collectWord(i)
		}
	}
	if len(sampled) > 0 && !s.has(1) {
		s.collectWord(1)
	}
	for i := range 3 {
		v := constVec(32, 0)
		if s.has(i) {
			v = s.vec(s.words[i].Q())
		}
		s.x.rs = append(s.x.rs, v)
	}
	if n := s.addressDigits(); n > 0 {
		s.address = s.b.Reg("x.address", n*s.w, 0)
	}
}

// copies reports whether all stores write the low bits of rs2. The digits of a byte or half word then
// pass several times, so that each lane of the collected word has a copy of it.
func (s *serial) copies() bool {
	for _, l := range s.lines {
		if l.store > 0 && l.port == nil && l.data.Leaf != leafRs2 && (l.data.Op != word.Slice || l.data.Imm != 0 || l.data.Args[0].Leaf != leafRs2) {
			return false
		}
	}
	return true
}

// again is the number of the digit of rs2 that is read: for stores of bytes and half words, the number
// in the byte or half word.
func (s *serial) again(index rtl.ID) rtl.ID {
	if s.data == nil || !s.copies() || len(s.data.stores) == 0 {
		return index
	}
	v := append(vec(nil), s.vec(index)...)
	for k := range v {
		var narrow []*line
		for _, l := range s.data.stores {
			if 8*l.store <= s.w<<k {
				narrow = append(narrow, l)
			}
		}
		if len(narrow) == 0 {
			continue
		}
		whole := s.where(func(l *line) bool { return l.inst.Format.Sources() > 1 })
		on := s.b.And(s.pre.Q(), s.ctl("narrow", narrow, except(whole, narrow)))
		v[k] = s.vec(s.b.And(s.pack(v[k:k+1]), s.b.Not(on)))[0]
	}
	return s.pack(v)
}

func (s *serial) has(i int) bool { return s.words[i] != rtl.Register{} }

func (s *serial) collectWord(i int) {
	s.words[i] = s.b.Reg([]string{"x.word1", "x.word2", "x.word3"}[i], 32, 0)
	if i == 1 {
		return // its value also depends on what is sampled
	}
	s.b.If(s.pre.Q(), func() { s.b.Set(s.words[i], s.shiftIn(s.words[i].Q(), s.rf[i].Q())) })
}

// shiftIn moves a word down by a digit, and puts a digit above.
func (s *serial) shiftIn(word, digit rtl.ID) rtl.ID {
	if s.b.Width(word) == s.w {
		return digit
	}
	return s.b.Cat(digit, s.b.Bits(word, s.b.Width(word)-1, s.w))
}

// addressDigits is the number of digits of the register address: for data memory, jumps and shift
// amounts.
func (s *serial) addressDigits() int {
	need := 0
	for _, l := range s.lines {
		switch f := s.forms[l]; {
		case f.amount:
			need = max(need, 5)
		case !f.address:
		case l.addr != nil:
			need = max(need, s.p.Data.N+2)
		default:
			need = max(need, min(32, s.p.PC.N+2))
		}
	}
	return (need + s.w - 1) / s.w
}

// elaborate gives the expressions of lines their operands: the flags of comparisons, the address,
// and collected words.
func (s *serial) elaborate() {
	g := s.gen
	e := &elab{g: g, memo: map[int]vec{}, units: map[int]vec{}, whole: map[int]vec{}, keys: map[keyOf]int{}, numbers: map[*word.Expr]int{}}
	g.el = e
	e.leaves = map[string]vec{
		leafImm: g.x.imm, leafPC: g.address(g.x.pc),
		wordLeaf: g.x.rs[0], leafRs2: g.x.rs[1], leafRs3: g.x.rs[2],
	}
	for _, l := range s.having(func(f form) bool { return f.collect }) {
		from := leafRs2
		if l.bImm {
			from = leafImm
		}
		l.each(func(x *word.Expr) *word.Expr {
			x = replaceLeaf(x, leafB, &word.Expr{Width: 32, Leaf: from})
			return replaceLeaf(x, leafA, &word.Expr{Width: 32, Leaf: wordLeaf})
		})
		if earlyResult(l) {
			e.leaves[leafEarly] = g.add(g.address(g.x.pc), g.immediate(g.where(earlyResult), 0, 32))
		}
	}
	if s.address != (rtl.Register{}) {
		e.units[e.ab(word.Add, 32)] = g.vec(s.address.Q()).zext(32)
	}
	if s.less != (rtl.Register{}) {
		e.units[e.ab(word.Ltu, 1)] = g.vec(s.less.Q())
		e.units[e.ab(word.Lts, 1)] = g.vec(s.less.Q())
	}
	if s.differ != (rtl.Register{}) {
		e.units[e.ab(word.Eq, 1)] = g.vec(g.b.Not(s.differ.Q()))
	}
	g.x.next = g.vec(g.b.Name("next", s.nextWord()))
	e.leaves[leafNext] = g.address(g.x.next)
}

// earlyResult reports whether the result of a line depends on pc + imm.
func earlyResult(l *line) bool { return uses(l.rd, leafEarly) || uses(l.cond, leafEarly) }

// shifter reads the digits of a shifted operand. A shift to the left reads and writes the digits
// from the top down, so it never reads a digit that it has written.
type shifter struct {
	lines, left, byReg []*line
	down               rtl.ID       // digits go from the top down
	fill               rtl.Register // the digit lies outside of the operand
	previous           rtl.Register
	digit              vec // the digit read, or the fill
	loaded             rtl.Register
	started            rtl.Register // digits of more bits: the first digit is read
	start              rtl.ID       // index gets the amount from a register
	early              rtl.ID       // a digit is read before the line leaves exec
	amount             vec
}

func (s *serial) shifts() {
	g, b := s.gen, s.b
	lines := s.having(func(f form) bool { return f.result == shiftResult })
	if len(lines) == 0 {
		return
	}
	h := &shifter{lines: lines, start: g.bool(false), early: g.bool(false), down: g.bool(false)}
	s.shift = h
	var arith []*line
	for _, l := range lines {
		switch shiftOf(l.rd) {
		case word.Shl:
			h.left = append(h.left, l)
		case word.Shrs:
			arith = append(arith, l)
		}
		if s.forms[l].amount {
			h.byReg = append(h.byReg, l)
		}
	}
	if len(h.left) > 0 {
		h.down = b.And(g.exactly("left", h.left), b.Or(s.exec.Q(), s.post.Q()))
	}
	h.fill, h.previous = b.Reg("x.fill", 1, 0), b.Reg("x.previous", s.w, 0)
	outside := g.bool(false)
	if len(arith) > 0 {
		outside = b.And(b.Bit(h.previous.Q(), s.w-1), g.ctl("arithmetic", arith, except(lines, arith)))
	}
	h.digit = g.vec(b.Mux(h.fill.Q(), b.Repeat(outside, s.w), g.rf[0].Q()))
	b.Set(h.previous, g.pack(h.digit))
	b.Set(h.fill, b.Bit(s.index.Q(), word.AmountBits(s.n)))
	waiting := g.bool(false)
	if len(h.byReg) > 0 {
		h.loaded = b.Reg("x.loaded", 1, 0)
		on := b.And(s.exec.Q(), g.exactly("amount", h.byReg))
		h.start = b.And(on, b.Not(h.loaded.Q()))
		b.Set(h.loaded, on)
		g.holdWhile(h.start, g.bool(true))
		waiting = h.start
	}
	if s.w > 1 {
		h.started = b.Reg("x.started", 1, 0)
		on := b.And(s.exec.Q(), g.exactly("shift", lines), b.Not(waiting))
		h.early = b.And(on, b.Not(h.started.Q()))
		b.Set(h.started, h.early)
		g.holdWhile(h.early, g.bool(true))
	}
	h.amount = s.amounts()
}

// amounts is the amount of the shift that is decoded, for amounts in the instruction word, else 0.
func (s *serial) amounts() vec {
	out := constVec(5, 0)
	for i := range out {
		by := map[bit][]*line{}
		var order []bit
		for _, l := range s.shift.lines {
			if s.forms[l].amount {
				continue
			}
			from := bit{rtl.None, 0}
			if n := l.rd.Args[1]; n.IsConst() && l.amount < 0 {
				from = constVec(5, n.Imm)[i]
			} else if k := immSources(l.inst)[i]; k >= 0 {
				from = bit{s.word, k}
			}
			if by[from] == nil {
				order = append(order, from)
			}
			by[from] = append(by[from], l)
		}
		sum := s.bool(false)
		for _, from := range order {
			if from != (bit{rtl.None, 0}) {
				sum = s.b.Or(sum, s.b.And(s.now(by[from]), s.pack(vec{from})))
			}
		}
		out[i] = s.vec(sum)[0]
	}
	return out
}

// shifted makes the digit of the result in both directions.
func (h *shifter) shifted(s *serial) (right, left vec) {
	if s.w == 1 {
		return h.digit, h.digit
	}
	n := h.amount[:word.AmountBits(s.w)]
	if len(h.byReg) > 0 {
		some := s.vec(s.exactly("amount", h.byReg))
		n = s.op(word.Mux, len(n), 0, some, s.vec(s.address.Q())[:len(n)], n)
	}
	before := s.vec(h.previous.Q())
	right = s.op(word.Shru, 2*s.w, 0, concat(before, h.digit), n)[:s.w]
	left = s.op(word.Shl, 2*s.w, 0, concat(h.digit, before), n)[s.w:]
	return right, left
}

// result makes the digit that post writes.
func (s *serial) result() rtl.ID {
	var uses []use
	var right, left vec
	if s.shift != nil {
		right, left = s.shift.shifted(s)
	}
	for _, l := range s.lines {
		s.b.At(l.inst.Span)
		switch s.forms[l].result {
		case sumResult:
			uses = append(uses, use{[]*line{l}, s.vec(s.sum)})
		case digitResult:
			uses = append(uses, use{[]*line{l}, s.digit(l.rd)})
		case wordResult:
			uses = append(uses, use{[]*line{l}, s.x.rs[1][:s.w]})
		case shiftResult:
			v := right
			if shiftOf(l.rd) == word.Shl {
				v = left
			}
			uses = append(uses, use{[]*line{l}, v})
		}
	}
	s.b.At(diag.Span{})
	if len(uses) == 0 {
		return s.b.Const(s.w, 0)
	}
	return s.b.Name("result", s.pack(s.bus("result", uses)))
}

// sample makes the register of rs2. When a line acts whose result is a word, the register takes
// this word.
func (s *serial) sample() {
	g, b := s.gen, s.b
	if !s.has(1) {
		return
	}
	reg := s.words[1]
	digit := b.Const(s.w, 0)
	if len(g.rf) > 1 {
		digit = g.rf[1].Q()
	}
	b.If(b.Or(s.pre.Q(), s.post.Q()), func() { b.Set(reg, s.shiftIn(reg.Q(), digit)) })
	sampled := s.having(func(f form) bool { return f.result == wordResult })
	if len(sampled) == 0 {
		return
	}
	var uses []use
	for _, l := range sampled {
		b.At(l.inst.Span)
		var v vec
		if l.port != nil {
			v = g.ports.value(l.port.Reg)
		} else {
			v = g.el.value(l.rd)
		}
		uses = append(uses, use{[]*line{l}, v})
	}
	b.At(diag.Span{})
	word := g.pack(g.bus("sample", uses))
	b.If(b.And(s.exec.Q(), g.exactly("sampled", sampled)), func() { b.Set(reg, word) })
}
