package equiv

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
)

// Counterexample is an assignment of the leaves for which the two sides of a cone differ. First
// and Second come from a replay on both sides, and not from the formulas.
type Counterexample struct {
	Leaves        []LeafValue // the leaves that the cone depends on, in the order of the side
	First, Second uint64      // the value of the cone on each side
}

// LeafValue is the value of an input, a register or a read port.
type LeafValue struct {
	Name  string
	Value uint64
}

// String prints the counterexample with names.
func (e *Counterexample) String() string {
	var parts []string
	for _, l := range e.Leaves {
		parts = append(parts, fmt.Sprintf("%s = %#x", l.Name, l.Value))
	}
	return fmt.Sprintf("%#x on the first side, %#x on the second, with %s", e.First, e.Second, strings.Join(parts, ", "))
}

// settle decides one bit of a cone and records the result in the report.
func (s *sweeper) settle(rep *Report, p pair, a, b *side) error {
	item := &rep.Items[p.item]
	if item.Status == Different {
		return nil
	}
	switch st, values := s.prove(s.of(p.a), s.of(p.b), s.limit); st {
	case sat.Unknown:
		item.Status = Undecided
		item.Reason = fmt.Sprintf("bit %d: no answer within %d conflicts", p.bit, s.limit)
	case sat.Sat:
		example, err := s.replay(item, values, a, b)
		if err != nil {
			return err
		}
		item.Status, item.Example = Different, example
		item.Reason = example.String()
	}
	return nil
}

// replay runs both sides on a model that the solver found.
func (s *sweeper) replay(item *Item, values map[int]bool, a, b *side) (*Counterexample, error) {
	words := map[blast.Place]uint64{}
	e := &Counterexample{}
	for _, place := range s.leaves.order {
		used := false
		for i, l := range s.leaves.bits[place] {
			v, known := values[s.of(l).Node()]
			used = used || known
			if v {
				words[place] |= 1 << i
			}
		}
		if used {
			e.Leaves = append(e.Leaves, LeafValue{place.String(), words[place]})
		}
	}
	leaf := func(p blast.Place) uint64 { return words[p] }
	e.First, e.Second = a.replay(leaf)[item.place], b.replay(leaf)[item.place]
	if e.First == e.Second {
		return nil, fmt.Errorf("equiv: the counterexample for %s does not replay: both sides give %#x with %v", item.Name, e.First, e.Leaves)
	}
	return e, nil
}
