package cycle

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim"
)

// burst is the largest number of cycles in one Skip. So many cycles take a few milliseconds.
const burst = 1 << 14

// skipping is the state of a Machine for Skip. While no data passes a port, the engine runs
// cycles without the harness.
type skipping struct {
	run  Runner // nil: the engine or the options need every cycle
	stop Stop
	of   []int // for each entry of stop.Moved: the number of the device
	busy int   // steps until the next attempt
	cost int   // value of busy after the next attempt that fails
}

var _ sim.Skipper = (*Machine)(nil)

// skipper prepares Skip. Retire records, meters, waves and watchers need each cycle.
func (m *Machine) skipper() error {
	run, ok := m.e.(Runner)
	if !ok || m.opts.Retire || m.opts.Wave != nil || len(m.opts.Meters) > 0 || m.opts.Settled != nil {
		return nil
	}
	s := &m.skip
	any := []string{rtl.PortLogValid, rtl.PortMarkValid, rtl.PortHalted, rtl.PortTrap}
	for k := range m.idle {
		any = append(any, rtl.PortIdleOf(k))
	}
	for i, d := range m.core.Devices {
		switch {
		case d.Bits > 0 && d.Tx:
			s.stop.Moved = append(s.stop.Moved, Moved{Node: m.outputs[rtl.PortLevelOut(d.Name)]})
			s.of = append(s.of, i)
		case d.Bits == 0:
			any = append(any, rtl.TxPorts(d.Name).Valid, rtl.PortOversize(d.Name))
			m.both(rtl.RxPorts(d.Name).Valid, rtl.RxPorts(d.Name).Ready)
		}
	}
	for _, name := range any {
		if id, ok := m.outputs[name]; ok {
			s.stop.Any = append(s.stop.Any, id)
		}
	}
	if !m.opts.SkipAsserts {
		for _, a := range m.c.Asserts {
			s.stop.Zero = append(s.stop.Zero, a.Node)
		}
	}
	s.run = run
	return run.Prepare(&s.stop)
}

// both adds a stop condition for a beat that is transferred.
func (m *Machine) both(valid, ready string) {
	in, ok := m.inputs[valid]
	out, there := m.outputs[ready]
	if ok && there {
		m.skip.stop.Both = append(m.skip.stop.Both, [2]rtl.ID{in, out})
	}
}

// Skip runs up to limit cycles, as long as no data passes a port and no assert fails. It
// returns the number of cycles that it ran, and has the same effect as this number of Steps.
func (m *Machine) Skip(limit uint64) uint64 {
	s := &m.skip
	if s.run == nil || !m.h.Steady() {
		return 0
	}
	if s.busy > 0 {
		s.busy--
		return 0
	}
	m.drive()
	for i, at := range s.of {
		*s.stop.Moved[i].Was = m.out.Levels[at]
	}
	n := s.run.Run(min(limit, burst))
	m.h.Skip(n)
	if n > 1 {
		s.cost = 0
	} else { // otherwise a core that uses a port in every cycle would run every cycle twice
		s.cost = min(2*s.cost+1, 15)
		s.busy = s.cost
	}
	return n
}
