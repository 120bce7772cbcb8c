package pass

import (
	"math/rand/v2"

	"github.com/sinter-lang/sinter/ir"
)

// shuffle permutes the instructions of each block whose order has no meaning. A word operator
// or constant may go anywhere after its operands and before its users. All other instructions
// keep their order.
func shuffle(m *ir.Module, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			b.Instrs = shuffled(b.Instrs, r)
		}
	}
}

func isPure(i *ir.Instr) bool { return isValue(i) }

// shuffled schedules a block at random. At each step it takes any pure instruction whose
// operands are defined, or the next of the other instructions if its operands are defined.
func shuffled(in []*ir.Instr, r *rand.Rand) []*ir.Instr {
	missing := map[*ir.Instr]int{}
	users := map[*ir.Instr][]*ir.Instr{}
	here := map[*ir.Instr]bool{}
	for _, i := range in {
		here[i] = true
	}
	var ready []*ir.Instr // pure instructions
	var fixed []*ir.Instr // the other instructions, in order
	for _, i := range in {
		i.Uses(func(v **ir.Value) {
			if d := (*v).Def; d != nil && here[d] {
				missing[i]++
				users[d] = append(users[d], i)
			}
		})
		if !isPure(i) {
			fixed = append(fixed, i)
		} else if missing[i] == 0 {
			ready = append(ready, i)
		}
	}
	out := make([]*ir.Instr, 0, len(in))
	take := func(i *ir.Instr) {
		out = append(out, i)
		for _, u := range users[i] {
			if missing[u]--; missing[u] == 0 && isPure(u) {
				ready = append(ready, u)
			}
		}
	}
	for len(out) < len(in) {
		canFix := len(fixed) > 0 && missing[fixed[0]] == 0
		n := len(ready)
		if canFix {
			n++
		}
		k := r.IntN(n)
		if k == len(ready) {
			i := fixed[0]
			fixed = fixed[1:]
			take(i)
			continue
		}
		i := ready[k]
		ready[k] = ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		take(i)
	}
	return out
}
