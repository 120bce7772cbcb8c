package image

import (
	"fmt"
	"math/bits"
	"sort"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
)

// Contract lists the instructions, registers and ports that an image really contains, and not the
// features that a user has requested. The hardware generator makes the core from the contract. The
// proof that the image uses no removed part also depends on the contract. All lists are sorted. In
// an entry, At is the first source position that needs the entry.
type Contract struct {
	Name      string
	TextWords int
	PCBits    int // bits of a word index into the text
	DataBytes int
	Ops       []OpUse    // in the order of the instruction set
	Regs      []RegUse   // in ascending order; x0 is included if an instruction names it
	Shifts    []ShiftUse // shifts by constant amounts
	Ports     []PortUse
}

// OpUse is an instruction line that the image contains. Lo and Hi are the range of its immediates.
// For a branch or jump, the immediate is the distance to the target. For a format without an
// immediate, Lo and Hi are 0.
type OpUse struct {
	Name     string
	Count    int
	Lo, Hi   int32
	Mul, Div bool   // whether the meaning of the line multiplies or divides
	RegShift string // direction of a shift by an amount in a register, "" if the line has no such shift
	At       string
}

// RegUse is a register that an instruction names.
type RegUse struct {
	Reg int
	At  string
}

// ShiftUse is a shift by a constant amount in one direction: "left", "right" or "arith" (an
// arithmetic right shift).
type ShiftUse struct {
	Direction string
	Amount    int
	At        string
}

// PortUse is a port register that a load (Read) or a store accesses.
type PortUse struct {
	Name string
	Read bool
	At   string
}

// Mul reports whether some instruction multiplies.
func (c *Contract) Mul() bool { return c.any(func(o *OpUse) bool { return o.Mul }) }

// Div reports whether some instruction divides.
func (c *Contract) Div() bool { return c.any(func(o *OpUse) bool { return o.Div }) }

// RegShift reports whether some instruction shifts by an amount in a register.
func (c *Contract) RegShift() bool { return c.any(func(o *OpUse) bool { return o.RegShift != "" }) }

func (c *Contract) any(has func(*OpUse) bool) bool {
	for i := range c.Ops {
		if has(&c.Ops[i]) {
			return true
		}
	}
	return false
}

// Op returns the use of a line. If the image does not contain the line, the result is nil.
func (c *Contract) Op(name string) *OpUse {
	for i := range c.Ops {
		if c.Ops[i].Name == name {
			return &c.Ops[i]
		}
	}
	return nil
}

// Admits returns nil if the contract covers an instruction. In that case the contract has the
// line, the registers and the shift amount of the instruction, and a range that contains its
// immediate. Otherwise Admits returns the reason.
func (c *Contract) Admits(in *isa.Inst, ops isa.Ops) error {
	u := c.Op(in.Name)
	if u == nil {
		return fmt.Errorf("`%s` is not in the contract", in.Name)
	}
	for _, r := range in.Regs(ops) {
		at := sort.Search(len(c.Regs), func(i int) bool { return c.Regs[i].Reg >= int(r) })
		if at == len(c.Regs) || c.Regs[at].Reg != int(r) {
			return fmt.Errorf("x%d is not in the contract", r)
		}
	}
	if in.Format.HasImm() && (ops.Imm < u.Lo || ops.Imm > u.Hi) {
		return fmt.Errorf("`%s`: %d is outside of the immediates %d..%d", in.Name, ops.Imm, u.Lo, u.Hi)
	}
	for _, s := range shiftsOf(in) {
		if s.byImm && !c.shifts(s.direction, int(ops.Imm)&31) {
			return fmt.Errorf("a shift %s by %d is not in the contract", s.direction, ops.Imm&31)
		}
	}
	return nil
}

func (c *Contract) shifts(direction string, amount int) bool {
	for _, s := range c.Shifts {
		if s.Direction == direction && s.Amount == amount {
			return true
		}
	}
	return false
}

// ContractOf computes the contract of a valid image.
func ContractOf(im *Image) (*Contract, error) {
	if err := im.Verify(); err != nil {
		return nil, err
	}
	b := contractor{
		c: &Contract{
			Name: im.Name, TextWords: len(im.Text), PCBits: bits.Len(uint(len(im.Text) - 1)), DataBytes: int(im.DataEnd),
		},
		ops: map[*isa.Inst]*OpUse{}, regs: map[int]string{}, shifts: map[ShiftUse]string{}, ports: map[PortUse]string{},
	}
	dec := isa.NewDecoder(im.Target.Set)
	for i, w := range im.Text {
		in, ops, _ := dec.Decode(w)
		b.instruction(in, ops, place(im.Spans[i], i))
	}
	b.finish(im.Target.Set)
	return b.c, nil
}

// place returns the source position of a word, or else its address.
func place(at diag.Span, i int) string {
	if at.IsZero() {
		return fmt.Sprintf("pc %#x", PC(i))
	}
	return at.String()
}

// contractor collects uses. The values of the maps are the first source positions of the uses.
type contractor struct {
	c      *Contract
	ops    map[*isa.Inst]*OpUse
	regs   map[int]string
	shifts map[ShiftUse]string
	ports  map[PortUse]string
}

func (b *contractor) instruction(in *isa.Inst, ops isa.Ops, at string) {
	u := b.ops[in]
	if u == nil {
		u = &OpUse{Name: in.Name, Lo: ops.Imm, Hi: ops.Imm, At: at}
		u.Mul, u.Div = in.Contains(word.Mul), in.Divides()
		b.ops[in] = u
	}
	u.Count++
	u.Lo, u.Hi = min(u.Lo, ops.Imm), max(u.Hi, ops.Imm)
	for _, r := range in.Regs(ops) {
		first(b.regs, int(r), at)
	}
	for _, s := range shiftsOf(in) {
		switch {
		case s.byImm:
			first(b.shifts, ShiftUse{Direction: s.direction, Amount: int(ops.Imm) & 31}, at)
		case u.RegShift == "":
			u.RegShift = s.direction
		}
	}
	if addr, ok := fixedAddress(in, ops); ok {
		if reg := port.At(addr); reg != port.None {
			first(b.ports, PortUse{Name: reg.String(), Read: in.Meaning.Load != nil}, at)
		}
	}
}

// first records the position of a key, if the key is new.
func first[K comparable](m map[K]string, k K, at string) {
	if _, ok := m[k]; !ok {
		m[k] = at
	}
}

// finish sorts the collected uses.
func (b *contractor) finish(set *isa.Set) {
	c := b.c
	for _, in := range set.Insts {
		if u := b.ops[in]; u != nil {
			c.Ops = append(c.Ops, *u)
		}
	}
	for r := range 32 {
		if at, ok := b.regs[r]; ok {
			c.Regs = append(c.Regs, RegUse{r, at})
		}
	}
	for s, at := range b.shifts {
		s.At = at
		c.Shifts = append(c.Shifts, s)
	}
	sort.Slice(c.Shifts, func(i, j int) bool {
		x, y := c.Shifts[i], c.Shifts[j]
		return x.Direction < y.Direction || x.Direction == y.Direction && x.Amount < y.Amount
	})
	for p, at := range b.ports {
		p.At = at
		c.Ports = append(c.Ports, p)
	}
	sort.Slice(c.Ports, func(i, j int) bool {
		x, y := c.Ports[i], c.Ports[j]
		return x.Name < y.Name || x.Name == y.Name && x.Read && !y.Read
	})
}

// shift is a shift in the meaning of a line, whose amount is an operand (the immediate or a
// register). A shift by a constant of the line itself does not count, because it costs no
// hardware.
type shift struct {
	direction string
	byImm     bool
}

func shiftsOf(in *isa.Inst) []shift {
	directions := map[word.Op]string{word.Shl: "left", word.Shru: "right", word.Shrs: "arith", word.Rotl: "left"}
	var out []shift
	in.Meaning.EachNode(func(e *word.Expr) {
		if d, ok := directions[e.Op]; ok && !e.Args[1].IsConst() {
			out = append(out, shift{d, e.Args[1].Leaf == "imm"})
		}
	})
	return out
}

// fixedAddress is the address of an access whose base register is x0.
func fixedAddress(in *isa.Inst, ops isa.Ops) (uint32, bool) {
	a := in.Meaning.Load
	if a == nil {
		a = in.Meaning.Store
	}
	if a == nil {
		return 0, false
	}
	fields := map[string]uint8{"rs1": ops.Rs1, "rs2": ops.Rs2, "rs3": ops.Rs3, "pc": 1}
	fixed := true
	addr := a.Addr.Eval(func(leaf string) uint64 {
		if leaf == "imm" {
			return uint64(uint32(ops.Imm))
		}
		fixed = fixed && fields[leaf] == 0
		return 0
	})
	return uint32(addr), fixed
}
