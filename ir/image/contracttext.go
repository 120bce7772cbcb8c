package image

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

// PrintContract returns the text form of c, which ParseContract reads. In this grammar,
// newlines are significant:
//
//	contract = "contract" name newline "text" words newline "data" bytes newline { use newline } "end"
//	use      = "op" name count "imm" low high { "multiplies" | "divides" | "regshift" direction } place
//	         | "reg" number place
//	         | "shift" direction amount place
//	         | "port" name ( "read" | "write" ) place
//	place    = string
func PrintContract(c *Contract) string {
	var b strings.Builder
	fmt.Fprintf(&b, "contract %s\n  text %d\n  data %d\n", text.QuoteName(c.Name), c.TextWords, c.DataBytes)
	for _, o := range c.Ops {
		flags := ""
		if o.Mul {
			flags += " multiplies"
		}
		if o.Div {
			flags += " divides"
		}
		if o.RegShift != "" {
			flags += " regshift " + o.RegShift
		}
		fmt.Fprintf(&b, "  op %s %d imm %d %d%s %s\n", text.QuoteName(o.Name), o.Count, o.Lo, o.Hi, flags, strconv.Quote(o.At))
	}
	for _, r := range c.Regs {
		fmt.Fprintf(&b, "  reg %d %s\n", r.Reg, strconv.Quote(r.At))
	}
	for _, s := range c.Shifts {
		fmt.Fprintf(&b, "  shift %s %d %s\n", s.Direction, s.Amount, strconv.Quote(s.At))
	}
	for _, p := range c.Ports {
		how := "write"
		if p.Read {
			how = "read"
		}
		fmt.Fprintf(&b, "  port %s %s %s\n", text.QuoteName(p.Name), how, strconv.Quote(p.At))
	}
	b.WriteString("end\n")
	return b.String()
}

// ParseContract reads a contract and verifies it.
func ParseContract(f *diag.File) (*Contract, error) {
	r := &contractReader{parser{sc: text.New(f)}, &Contract{}}
	r.sc.SkipNewlines()
	head := r.sc.Peek().Span
	if err := r.contract(); err != nil {
		return nil, err
	}
	if problem := r.c.check(); problem != "" {
		return nil, diag.Errorf("", head, "contract %s: %s", r.c.Name, problem)
	}
	return r.c, nil
}

type contractReader struct {
	parser
	c *Contract
}

func (r *contractReader) contract() error {
	if err := r.sc.Expect("contract"); err != nil {
		return err
	}
	if err := r.name("the name of the contract", &r.c.Name); err != nil {
		return err
	}
	for _, head := range []struct {
		word string
		to   *int
	}{{"text", &r.c.TextWords}, {"data", &r.c.DataBytes}} {
		if err := r.sc.EndLine(); err != nil {
			return err
		}
		if err := r.sc.Expect(head.word); err != nil {
			return err
		}
		if err := r.num("the size", 1<<20, head.to); err != nil {
			return err
		}
	}
	r.c.PCBits = bits.Len(uint(max(r.c.TextWords, 1) - 1))
	for {
		if err := r.sc.EndLine(); err != nil {
			return err
		}
		if r.sc.Accept("end") {
			break
		}
		if err := r.use(); err != nil {
			return err
		}
	}
	if err := r.sc.EndLine(); err != nil {
		return err
	}
	if !r.sc.AtEnd() {
		return r.sc.Errorf("expected nothing after `end`, found %s", r.sc.Peek())
	}
	return nil
}

func (r *contractReader) use() error {
	switch {
	case r.sc.Accept("op"):
		return r.op()
	case r.sc.Accept("reg"):
		var u RegUse
		if err := r.num("a register", 31, &u.Reg); err != nil {
			return err
		}
		err := r.place(&u.At)
		r.c.Regs = append(r.c.Regs, u)
		return err
	case r.sc.Accept("shift"):
		var u ShiftUse
		if err := r.direction(&u.Direction); err != nil {
			return err
		}
		if err := r.num("the amount", 31, &u.Amount); err != nil {
			return err
		}
		err := r.place(&u.At)
		r.c.Shifts = append(r.c.Shifts, u)
		return err
	case r.sc.Accept("port"):
		return r.port()
	}
	return r.sc.Errorf("expected op, reg, shift, port or `end`, found %s", r.sc.Peek())
}

func (r *contractReader) place(to *string) error {
	t, err := r.sc.Quoted("a place in quotes")
	*to = t.Str
	return err
}

func (r *contractReader) direction(to *string) error {
	for _, d := range []string{"left", "right", "arith"} {
		if r.sc.Accept(d) {
			*to = d
			return nil
		}
	}
	return r.sc.Errorf("expected left, right or arith, found %s", r.sc.Peek())
}

func (r *contractReader) op() error {
	var u OpUse
	if err := r.name("an instruction", &u.Name); err != nil {
		return err
	}
	if err := r.num("the count", 1<<20, &u.Count); err != nil {
		return err
	}
	if err := r.sc.Expect("imm"); err != nil {
		return err
	}
	for _, to := range []*int32{&u.Lo, &u.Hi} {
		v, err := r.sc.Int("an immediate", -1<<31, 1<<31-1)
		if err != nil {
			return err
		}
		*to = int32(v)
	}
	u.Mul = r.sc.Accept("multiplies")
	u.Div = r.sc.Accept("divides")
	if r.sc.Accept("regshift") {
		if err := r.direction(&u.RegShift); err != nil {
			return err
		}
	}
	err := r.place(&u.At)
	r.c.Ops = append(r.c.Ops, u)
	return err
}

func (r *contractReader) port() error {
	var u PortUse
	if err := r.name("a port register", &u.Name); err != nil {
		return err
	}
	u.Read = r.sc.Accept("read")
	if !u.Read {
		if err := r.sc.Expect("write"); err != nil {
			return r.sc.Errorf("expected read or write, found %s", r.sc.Peek())
		}
	}
	err := r.place(&u.At)
	r.c.Ports = append(r.c.Ports, u)
	return err
}

// Verify checks a contract. The image must have text and at least one instruction. The counts of
// the lines must add up to the number of words. Ranges of immediates must not be empty, and each
// entry must occur only once.
func (c *Contract) Verify() error {
	if problem := c.check(); problem != "" {
		return diag.Errorf("", diag.Span{}, "contract %s: %s", c.Name, problem)
	}
	return nil
}

func (c *Contract) check() string {
	total := 0
	seen := map[string]bool{}
	twice := ""
	note := func(format string, args ...any) {
		key := fmt.Sprintf(format, args...)
		if seen[key] && twice == "" {
			twice = key
		}
		seen[key] = true
	}
	for _, o := range c.Ops {
		note("op %s", o.Name)
		total += o.Count
		if o.Lo > o.Hi || o.Count < 1 {
			return fmt.Sprintf("expected op %s to be used, with a range of immediates", o.Name)
		}
	}
	for i, r := range c.Regs {
		note("reg %d", r.Reg)
		if i > 0 && c.Regs[i-1].Reg >= r.Reg {
			return fmt.Sprintf("expected registers in ascending order, found %d", r.Reg)
		}
	}
	for _, s := range c.Shifts {
		note("shift %s %d", s.Direction, s.Amount)
	}
	for _, p := range c.Ports {
		note("port %s %t", p.Name, p.Read)
	}
	switch {
	case twice != "":
		return fmt.Sprintf("expected each use once, found %s twice", twice)
	case c.TextWords == 0 || total != c.TextWords:
		return fmt.Sprintf("expected %d uses of instructions, one per word, found %d", c.TextWords, total)
	}
	return ""
}
