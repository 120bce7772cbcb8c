package gate

import (
	"fmt"
	"strconv"
	"strings"
)

// shell uses the symbols to group inputs, latches and outputs into words, registers and memory
// ports.
func (p *parser) shell() {
	p.line = p.at
	for i, l := range p.inputs {
		prefix, name, bit := p.symbol('i', i, "in")
		switch prefix {
		case "in":
			p.bit(p.word(&p.g.Inputs, name), l, name, bit)
		case "read":
			if r := p.readPort(name); r != nil {
				p.bit(&r.Data, l, name, bit)
			}
		default:
			p.fail("input %d: no kind %s", i, prefix)
		}
	}
	for i, l := range p.latches {
		_, name, bit := p.symbol('l', i, "reg")
		r := p.register(name)
		p.bit(&r.Q, l, name, bit)
		if p.err != nil {
			return
		}
		r.D, r.Reset = append(r.D, p.lit(p.next[i])), r.Reset|p.resets[i]<<bit
	}
	for i := range p.outs {
		prefix, name, bit := p.symbol('o', i, "out")
		p.output(prefix, name, bit, p.lit(p.outs[i]))
	}
	p.complete()
}

// symbol splits a symbol into kind, name and bit index. A bit whose symbol has another form
// becomes a separate word.
func (p *parser) symbol(letter byte, i int, kind string) (prefix, name string, bit int) {
	key := fmt.Sprintf("%c%d", letter, i)
	s := p.symbols[key]
	prefix, rest, ok := strings.Cut(s, ":")
	if ok && strings.HasSuffix(rest, "]") {
		if open := strings.LastIndexByte(rest, '['); open > 0 {
			if n, err := strconv.Atoi(rest[open+1 : len(rest)-1]); err == nil && n >= 0 && n < 64 {
				return prefix, rest[:open], n
			}
		}
	}
	if s == "" {
		s = key
	}
	return kind, s, 0
}

// bit appends l as the next bit of a word.
func (p *parser) bit(bits *[]Lit, l Lit, name string, bit int) {
	if len(*bits) != bit {
		p.fail("%s: expected bit %d, got bit %d", name, len(*bits), bit)
		return
	}
	*bits = append(*bits, l)
}

// word returns the last word of a list if it has the name. Otherwise it begins a new word.
func (p *parser) word(list *[]Word[Lit], name string) *[]Lit {
	if n := len(*list); n == 0 || (*list)[n-1].Name != name {
		*list = append(*list, Word[Lit]{Name: name})
	}
	return &(*list)[len(*list)-1].Bits
}

func (p *parser) register(name string) *Reg[Lit] {
	if n := len(p.g.Regs); n == 0 || p.g.Regs[n-1].Name != name {
		p.g.Regs = append(p.g.Regs, Reg[Lit]{Name: name, Enable: True})
	}
	return &p.g.Regs[len(p.g.Regs)-1]
}

// port splits a name such as "ram.0" and finds the memory.
func (p *parser) port(name string) (m *Mem[Lit], port int) {
	dot := strings.LastIndexByte(name, '.')
	if dot > 0 {
		if i, ok := p.mems[name[:dot]]; ok {
			if n, err := strconv.Atoi(name[dot+1:]); err == nil && n >= 0 {
				return &p.g.Mems[i], n
			}
		}
	}
	p.fail("no memory port %s is declared", name)
	return nil, 0
}

func (p *parser) readPort(name string) *Read[Lit] {
	m, i := p.port(name)
	if m == nil || i >= len(m.Reads) {
		p.fail("no read port %s is declared", name)
		return nil
	}
	return &m.Reads[i]
}

func (p *parser) writePort(name string) *Write[Lit] {
	m, i := p.port(name)
	if m == nil || i >= len(m.Writes) {
		p.fail("no write port %s is declared", name)
		return nil
	}
	return &m.Writes[i]
}

func (p *parser) output(prefix, name string, bit int, l Lit) {
	switch prefix {
	case "out":
		p.bit(p.word(&p.g.Outputs, name), l, name, bit)
	case "assert":
		p.bit(p.word(&p.g.Asserts, name), l, name, bit)
	case "probe":
		p.bit(p.word(&p.g.Probes, name), l, name, bit)
	case "raddr", "ren":
		if r := p.readPort(name); r != nil && prefix == "raddr" {
			p.bit(&r.Addr, l, name, bit)
		} else if r != nil {
			r.Enable = l
		}
	case "waddr", "wdata", "wlane", "wen":
		if w := p.writePort(name); w != nil {
			p.writeBit(w, prefix, name, bit, l)
		}
	default:
		p.fail("output %s: no kind %s", name, prefix)
	}
}

func (p *parser) writeBit(w *Write[Lit], prefix, name string, bit int, l Lit) {
	switch prefix {
	case "waddr":
		p.bit(&w.Addr, l, name, bit)
	case "wdata":
		p.bit(&w.Data, l, name, bit)
	case "wlane":
		p.bit(&w.Lanes, l, name, bit)
	default:
		w.Enable = l
	}
}

// complete checks that all declared ports have all their signals. Verify checks the widths.
func (p *parser) complete() {
	for i := range p.g.Mems {
		m := &p.g.Mems[i]
		for j := range m.Reads {
			if m.Reads[j].Enable == undefined {
				p.fail("read port %s.%d has no enable", m.Name, j)
			}
		}
		for j := range m.Writes {
			if m.Writes[j].Enable == undefined {
				p.fail("write port %s.%d has no enable", m.Name, j)
			}
		}
	}
}
