package cycle

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim"
)

// Record holds the probes with which a circuit shows the instruction that retires in a cycle.
// If the circuit lacks a probe, the field of the probe is nil and reads as 0.
type Record struct{ valid, context, pc, insn, rd, value, addr, mask, data *uint64 }

// RecordOf finds the probes of the record by name. RecordOf returns nil if the circuit has no
// probe that says when an instruction retires.
func RecordOf(probe func(name string) *uint64) *Record {
	if probe(rtl.ProbeRetireValid) == nil {
		return nil
	}
	return &Record{
		valid: probe(rtl.ProbeRetireValid), context: probe(rtl.ProbeRetireContext),
		pc: probe(rtl.ProbeRetirePC), insn: probe(rtl.ProbeRetireInsn),
		rd: probe(rtl.ProbeRetireRd), value: probe(rtl.ProbeRetireValue),
		addr: probe(rtl.ProbeRetireAddr), mask: probe(rtl.ProbeRetireMask), data: probe(rtl.ProbeRetireData),
	}
}

// Retired reads the record of the present cycle. Eval must have run. Retired reports whether an
// instruction retires, and `order` is the number of that instruction.
func (r *Record) Retired(order uint64) (sim.Retire, bool) {
	if r == nil || *r.valid == 0 {
		return sim.Retire{}, false
	}
	return sim.Retire{
		Order: order, Context: int(low32(r.context)), PC: low32(r.pc), Insn: low32(r.insn),
		Rd: uint8(low32(r.rd)), Value: low32(r.value), Addr: low32(r.addr), Mask: uint8(low32(r.mask)), Data: low32(r.data),
	}, true
}

func low32(at *uint64) uint32 {
	if at == nil {
		return 0
	}
	return uint32(*at)
}
