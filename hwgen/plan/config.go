// Package plan decides what a core is made of: it turns an image into a design
// point, one choice a line with the reason that a report prints.
//
//	p, err := plan.Make(im, plan.Options{Core: plan.Pipe3})
//	fmt.Print(design.Print(p))
//
//	point filter
//	  core pipe3
//	  keep sltiu "2 in the image, first at filter.sn:97.3"
//	  shifts constant "6 constant shifts"
//	  amounts "slli 8 16 24" "all in the image"
//	  text 9 "308 words of text"
//	  regs 16 "the highest register in the image is x15"
//	  store go "first at filter.sn:111.3"
//	end
//
// The contract of the image (ir/image) is the only input: what the words of
// text contain, not what a target allowed. A point is the authority for what
// follows. Decode reads it back into the Config that hwgen/core works with, so
// an edited point gives the core that it describes.
//
// The package knows no circuit but its price. Start reading at Make.
package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// The organisations.
const (
	Multi = "multi"
	Pipe3 = "pipe3"
)

// Port is a port register and the directions of it that are in use.
type Port struct {
	port.Reg
	Load, Store bool
}

// Config is a design point as the generator uses it.
type Config struct {
	Name        string
	Core        string
	Keep        []*isa.Inst
	Amounts     map[string][]int // constant shift amounts by line; no entry: shifted by a barrel
	Regs        int              // x0..x(Regs-1)
	RegBits     int
	TextBits    int // the text memory has 1<<TextBits words
	PCBits      int // of the program counter as a word index
	DataBits    int // the data memory has 1<<DataBits words; 0: there is none
	PointerBits int // of ADDR as a word index
	LenBits     int // of LEN
	Ports       []Port
	Devices     []image.Device
}

// Uses reports whether the core has a port register.
func (c *Config) Uses(reg port.Reg) bool {
	for _, p := range c.Ports {
		if p.Reg == reg {
			return true
		}
	}
	return false
}

// PortsOf lists the port registers that a load or store reaches: those of its
// direction when it moves a word.
func (c *Config) PortsOf(in *isa.Inst) []Port {
	var out []Port
	for _, p := range c.Ports {
		load := in.Meaning.Load != nil && in.Meaning.Load.Bytes == 4 && p.Load
		store := in.Meaning.Store != nil && in.Meaning.Store.Bytes == 4 && p.Store
		if load || store {
			out = append(out, p)
		}
	}
	return out
}

// Memory reports whether loads and stores reach data memory.
func (c *Config) Memory() bool { return c.DataBits > 0 }

// FirstPC is the word index of the first instruction.
func (c *Config) FirstPC() uint64 { return design.TextBase / 4 & (1<<c.PCBits - 1) }

// Decode reads a design point back; im gives the lines, memories and devices
// that its choices name.
func Decode(im *image.Image, p *design.Point) (*Config, error) {
	c := &Config{Name: p.Program, Core: p.Core, Amounts: map[string][]int{}}
	for _, ch := range p.Choices {
		if err := c.set(im, ch); err != nil {
			return nil, fmt.Errorf("design point %s: %s %s: %w", p.Program, ch.Key, ch.Value, err)
		}
	}
	return c, c.check(im)
}

// set applies one choice.
func (c *Config) set(im *image.Image, ch design.Choice) error {
	switch ch.Key {
	case "keep":
		in := lookup(im, ch.Value)
		if in == nil {
			return fmt.Errorf("the instruction set has no such line")
		}
		c.Keep = append(c.Keep, in)
		return nil
	case "amounts":
		return c.amounts(ch.Value)
	case "load", "store":
		return c.port(ch.Value, ch.Key == "load")
	case "device":
		for _, d := range im.Devices {
			if d.Name == ch.Value {
				c.Devices = append(c.Devices, d)
				return nil
			}
		}
		return fmt.Errorf("the image has no such device")
	}
	return c.number(ch)
}

// port adds a direction of a port register.
func (c *Config) port(name string, load bool) error {
	row, ok := port.Named(name)
	if !ok || load && !row.Load || !load && !row.Store {
		return fmt.Errorf("expected a port register with that direction")
	}
	for i := range c.Ports {
		if q := &c.Ports[i]; q.Reg == row.Reg {
			q.Load, q.Store = q.Load || load, q.Store || !load
			return nil
		}
	}
	c.Ports = append(c.Ports, Port{row.Reg, load, !load})
	return nil
}

// number applies a choice whose value is a number; others inform the reader.
func (c *Config) number(ch design.Choice) error {
	field, ok := map[string]*int{
		"regs": &c.Regs, "text": &c.TextBits, "pc": &c.PCBits, "data": &c.DataBits,
		"pointer": &c.PointerBits, "length": &c.LenBits,
	}[ch.Key]
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(ch.Value)
	if err != nil {
		return fmt.Errorf("expected a number")
	}
	*field = n
	return nil
}

// amounts reads "slli 2 8 16".
func (c *Config) amounts(value string) error {
	words := strings.Fields(value)
	if len(words) < 2 {
		return fmt.Errorf("expected an instruction and shift amounts")
	}
	for _, w := range words[1:] {
		n, err := strconv.Atoi(w)
		if err != nil || n < 0 || n > 31 {
			return fmt.Errorf("expected an amount in 0..31, got %q", w)
		}
		c.Amounts[words[0]] = append(c.Amounts[words[0]], n)
	}
	return nil
}

// check reports numbers that no core has, or that do not hold the image.
func (c *Config) check(im *image.Image) error {
	within := func(key string, n, lo, hi int) error {
		if n < lo || n > hi {
			return diag.Errorf("", diag.Span{}, "design point %s: %s is in %d..%d, got %d", c.Name, key, lo, hi, n)
		}
		return nil
	}
	c.RegBits = bitsFor(c.Regs)
	for _, x := range []struct {
		key       string
		n, lo, hi int
	}{
		{"regs", c.Regs, 2, 32},
		{"text", c.TextBits, bitsFor(len(im.Text)), 18},
		{"pc", c.PCBits, c.TextBits, 30},
		{"data", c.DataBits, 0, 20},
		{"pointer", c.PointerBits, 0, 30},
		{"length", c.LenBits, 0, 32},
	} {
		if err := within(x.key, x.n, x.lo, x.hi); err != nil {
			return err
		}
	}
	if c.Uses(port.Go) && (c.DataBits == 0 || c.PointerBits < c.DataBits || c.LenBits < 3) {
		return diag.Errorf("", diag.Span{}, "design point %s: frames need a data memory, ADDR and LEN", c.Name)
	}
	return nil
}

func lookup(im *image.Image, name string) *isa.Inst {
	if im.Target != nil && im.Target.Set != nil {
		if in := im.Target.Set.Lookup(name); in != nil {
			return in
		}
	}
	return isa.RV32IM().Lookup(name)
}

// bitsFor is the number of address bits for n things, at least 1.
func bitsFor(n int) int {
	b := 1
	for 1<<b < n {
		b++
	}
	return b
}
