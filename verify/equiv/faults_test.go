package equiv

import (
	"math/rand/v2"
	"testing"

	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/stretchr/testify/require"
)

// wrongRules are bit rules with a fault, by name.
func wrongRules() map[string]func(gate.Rules[gate.Lit]) word.Op {
	type lit = gate.Lit
	type logic = gate.Logic[lit]
	return map[string]func(gate.Rules[lit]) word.Op{
		"shrs fills with zero": func(r gate.Rules[lit]) word.Op { r[word.Shrs] = r[word.Shru]; return word.Shrs },
		"lts is ltu":           func(r gate.Rules[lit]) word.Op { r[word.Lts] = r[word.Ltu]; return word.Lts },
		"sext is zext":         func(r gate.Rules[lit]) word.Op { r[word.Sext] = r[word.Zext]; return word.Sext },
		"sub forgets the carry in": func(r gate.Rules[lit]) word.Op {
			add, not := r[word.Add], r[word.Not]
			r[word.Sub] = func(l logic, w int, a [][]lit, _ uint64) []lit {
				return add(l, w, [][]lit{a[0], not(l, w, a[1:2], 0)}, 0)
			}
			return word.Sub
		},
		"add drops the top carry": func(r gate.Rules[lit]) word.Op {
			add := r[word.Add]
			r[word.Add] = func(l logic, w int, a [][]lit, _ uint64) []lit {
				out, low := add(l, w, a, 0), w-1
				part := add(l, low, [][]lit{a[0][:low], a[1][:low]}, 0)
				x, y := a[0][low], a[1][low]
				top := l.Not(l.And(l.Not(l.And(x, l.Not(y))), l.Not(l.And(l.Not(x), y))))
				return append(append(out[:0:0], part...), top)
			}
			return word.Add
		},
		"mux arms are swapped": func(r gate.Rules[lit]) word.Op {
			mux := r[word.Mux]
			r[word.Mux] = func(l logic, w int, a [][]lit, _ uint64) []lit { return mux(l, w, [][]lit{a[0], a[2], a[1]}, 0) }
			return word.Mux
		},
		"mul loses its last row": func(r gate.Rules[lit]) word.Op {
			mul := r[word.Mul]
			r[word.Mul] = func(l logic, w int, a [][]lit, _ uint64) []lit {
				b := append([]lit(nil), a[1]...)
				b[w-1] = l.Lit(false)
				return mul(l, w, [][]lit{a[0], b}, 0)
			}
			return word.Mul
		},
		"a shift ignores its highest amount bit": func(r gate.Rules[lit]) word.Op {
			shl := r[word.Shl]
			r[word.Shl] = func(l logic, w int, a [][]lit, _ uint64) []lit { return shl(l, w, [][]lit{a[0], a[1][:3]}, 0) }
			return word.Shl
		},
	}
}

func TestWrongRulesAreFound(t *testing.T) {
	for name, plant := range wrongRules() {
		t.Run(name, func(t *testing.T) {
			rules := gate.CoreRules[gate.Lit]()
			op := plant(rules)
			c := oneOperator(t, op, 16)
			rep, err := Check(c, mapped(t, c, gate.Options{Rules: rules}), Options{})
			require.NoError(t, err)
			require.Equal(t, Different, rep.Status())
			item := rep.First(Different)
			require.Equal(t, "output out", item.Name)
			require.NotNil(t, item.Example)
			require.NotEqual(t, item.Example.First, item.Example.Second)
			require.Contains(t, item.Reason, "input x")
		})
	}
}

// TestDamagedNetlists flips single bits of look-up tables. If the proof accepts a damaged
// netlist as equal, a simulation of this netlist must also be equal. The proof must find most
// of the changes.
func TestDamagedNetlists(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	found := 0
	const tries = 60
	for seed := range int64(tries) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 20, MaxWidth: 8})
		n := mapped(t, c, gate.Options{})
		if len(n.Cells) == 0 {
			continue
		}
		cell := &n.Cells[r.IntN(len(n.Cells))]
		if cell.Kind != gate.LUT || cell.N == 0 {
			continue
		}
		row := r.IntN(1 << cell.N)
		for k := row; k < 16; k += 1 << cell.N {
			cell.Table ^= 1 << k
		}
		rep, err := Check(c, n, Options{})
		require.NoError(t, err)
		require.Zero(t, rep.Count(Undecided))
		if rep.Status() == Different {
			found++
		}
	}
	require.Greater(t, found, tries/3)
}

// memoryCircuit has all parts that are compared as data.
func memoryCircuit(t *testing.T) *rtl.Circuit {
	b := rtl.NewBuilder("m")
	a, d, on := b.Input("a", 3), b.Input("d", 8), b.Input("on", 1)
	r := b.Reg("r", 8, 3)
	m := b.Mem("ram", 8, 3, 2, []uint64{7, 8})
	q := b.ReadSync(m, a, on, rtl.Old)
	b.If(on, func() {
		b.Set(r, b.Add(r.Q(), d))
		b.WriteMem(m, a, r.Q(), b.Bits(d, 1, 0))
	})
	b.Output("q", b.Xor(q, r.Q()))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func TestDamagedShells(t *testing.T) {
	damage := map[string]func(n *gate.Netlist){
		"reset r":             func(n *gate.Netlist) { n.Regs[0].Reset ^= 4 },
		"contents ram":        func(n *gate.Netlist) { n.Mems[0].Init[1]++ },
		"read port ram.0":     func(n *gate.Netlist) { n.Mems[0].Reads[0].Policy = rtl.New },
		"next r":              func(n *gate.Netlist) { n.Regs[0].Enable = gate.Net1 },
		"read enable ram.0":   func(n *gate.Netlist) { n.Mems[0].Reads[0].Enable = gate.Net1 },
		"read address ram.0":  func(n *gate.Netlist) { n.Mems[0].Reads[0].Addr[2] = gate.Net0 },
		"write enable ram.0":  func(n *gate.Netlist) { n.Mems[0].Writes[0].Enable = gate.Net1 },
		"write lanes ram.0":   func(n *gate.Netlist) { p := n.Mems[0].Writes[0].Lanes; p[0], p[1] = p[1], p[0] },
		"write data ram.0":    func(n *gate.Netlist) { n.Mems[0].Writes[0].Data[0] = gate.Net1 },
		"write address ram.0": func(n *gate.Netlist) { p := n.Mems[0].Writes[0].Addr; p[0], p[1] = p[1], p[0] },
		"output q":            func(n *gate.Netlist) { p := n.Outputs[0].Bits; p[0], p[7] = p[7], p[0] },
		"output other":        func(n *gate.Netlist) { n.Outputs[0].Name = "other" },
		"input renamed":       func(n *gate.Netlist) { n.Inputs[0].Name = "renamed" },
		"memory ram":          func(n *gate.Netlist) { n.Mems[0].Lanes = 2; n.Mems[0].Writes = nil },
		"reset another":       func(n *gate.Netlist) { n.Regs[0].Name = "another" },
	}
	for name, hurt := range damage {
		t.Run(name, func(t *testing.T) {
			c := memoryCircuit(t)
			n := mapped(t, c, gate.Options{})
			hurt(n)
			rep, err := Check(c, n, Options{})
			require.NoError(t, err)
			var names []string
			for _, item := range rep.Items {
				if item.Status == Different {
					require.NotEmpty(t, item.Reason)
					names = append(names, item.Name)
				}
			}
			require.Contains(t, names, name)
		})
	}
}
