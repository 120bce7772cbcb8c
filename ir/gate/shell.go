package gate

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// verifyShell checks names and widths (see Graph.Verify).
func verifyShell[R any](s *Shell[R]) error {
	v := shellVerifier{seen: map[string]bool{}}
	for i := range s.Inputs {
		v.name("in:"+s.Inputs[i].Name, s.Inputs[i].Name, len(s.Inputs[i].Bits))
	}
	for i := range s.Outputs {
		v.name("out:"+s.Outputs[i].Name, s.Outputs[i].Name, len(s.Outputs[i].Bits))
	}
	for i := range s.Asserts {
		v.name("assert:"+s.Asserts[i].Name, s.Asserts[i].Name, len(s.Asserts[i].Bits))
		v.width(s.Asserts[i].Name, "assert", len(s.Asserts[i].Bits), 1)
	}
	for i := range s.Probes {
		v.name("probe:"+s.Probes[i].Name, s.Probes[i].Name, len(s.Probes[i].Bits))
	}
	for i := range s.Regs {
		r := &s.Regs[i]
		v.name("reg:"+r.Name, r.Name, len(r.Q))
		v.width(r.Name, "next value", len(r.D), len(r.Q))
		if len(r.Q) < 64 && r.Reset>>len(r.Q) != 0 {
			v.fail("register %s: reset value %d does not fit %d bits", r.Name, r.Reset, len(r.Q))
		}
	}
	for i := range s.Mems {
		verifyMem(&v, &s.Mems[i])
	}
	return v.err
}

type shellVerifier struct {
	seen map[string]bool
	err  error
}

func (v *shellVerifier) fail(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf("gate: "+format, args...)
	}
}

func (v *shellVerifier) name(key, name string, width int) {
	if name == "" {
		v.fail("%s has no name", key)
	}
	if v.seen[key] {
		v.fail("two things are named %s", key)
	}
	v.seen[key] = true
	if width < 1 || width > 64 {
		v.fail("%s has %d bits, want 1 to 64", key, width)
	}
}

func (v *shellVerifier) width(name, what string, got, want int) {
	if got != want {
		v.fail("%s: %s has %d bits, want %d", name, what, got, want)
	}
}

func verifyMem[R any](v *shellVerifier, m *Mem[R]) {
	v.name("mem:"+m.Name, m.Name, m.Width)
	if m.AddrBits < 1 || m.AddrBits > rtl.MaxAddrBits {
		v.fail("memory %s: %d address bits, want 1 to %d", m.Name, m.AddrBits, rtl.MaxAddrBits)
		return
	}
	if m.Lanes < 1 || m.Width%m.Lanes != 0 {
		v.fail("memory %s: %d lanes do not divide %d bits", m.Name, m.Lanes, m.Width)
	}
	if len(m.Init) > 1<<m.AddrBits {
		v.fail("memory %s: %d initial words do not fit %d address bits", m.Name, len(m.Init), m.AddrBits)
	}
	for _, w := range m.Init {
		if m.Width < 64 && w>>m.Width != 0 {
			v.fail("memory %s: initial word %d does not fit %d bits", m.Name, w, m.Width)
		}
	}
	for i := range m.Reads {
		p := &m.Reads[i]
		v.width(m.Name, "read data", len(p.Data), m.Width)
		v.width(m.Name, "read address", len(p.Addr), m.AddrBits)
	}
	for i := range m.Writes {
		p := &m.Writes[i]
		v.width(m.Name, "write data", len(p.Data), m.Width)
		v.width(m.Name, "write address", len(p.Addr), m.AddrBits)
		v.width(m.Name, "write lanes", len(p.Lanes), m.Lanes)
	}
}
