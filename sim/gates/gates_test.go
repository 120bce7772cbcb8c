package gates

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/stretchr/testify/require"
)

// reference runs one lane of a netlist in the simplest way. It evaluates all cells in order,
// repeatedly, until asynchronous reads settle.
type reference struct {
	n    *gate.Netlist
	leaf map[gate.Net]uint64
	mems [][]uint64
	v    []uint64
}

func newReference(n *gate.Netlist) *reference {
	r := &reference{n: n, leaf: map[gate.Net]uint64{}}
	for _, g := range n.Regs {
		for i, q := range g.Q {
			r.leaf[q] = g.Reset >> i & 1
		}
	}
	for _, m := range n.Mems {
		words := make([]uint64, 1<<m.AddrBits)
		copy(words, m.Init)
		r.mems = append(r.mems, words)
	}
	return r
}

func (r *reference) get(bits []gate.Net) uint64 {
	var v uint64
	for i, b := range bits {
		v |= (r.v[b] & 1) << i
	}
	return v
}

func (r *reference) set(bits []gate.Net, v uint64) {
	for i, b := range bits {
		r.leaf[b] = v >> i & 1
	}
}

func (r *reference) eval() {
	for range 12 { // more than the longest chain of asynchronous ports
		r.v = r.n.Eval(func(x gate.Net) uint64 { return r.leaf[x] })
		for i, m := range r.n.Mems {
			for _, p := range m.Reads {
				if !p.Sync {
					r.set(p.Data, r.mems[i][r.get(p.Addr)])
				}
			}
		}
	}
}

func (r *reference) clock() {
	type change struct {
		bits []gate.Net
		v    uint64
	}
	var changes []change
	for _, g := range r.n.Regs {
		if r.get([]gate.Net{g.Enable}) == 1 {
			changes = append(changes, change{g.Q, r.get(g.D)})
		}
	}
	for i, m := range r.n.Mems {
		old := append([]uint64(nil), r.mems[i]...)
		for _, w := range m.Writes {
			if r.get([]gate.Net{w.Enable}) == 0 {
				continue
			}
			for l := range w.Lanes {
				if step := m.Width / m.Lanes; r.get(w.Lanes)>>l&1 == 1 {
					mask := (uint64(1)<<step - 1) << (l * step)
					a := r.get(w.Addr)
					r.mems[i][a] = r.mems[i][a]&^mask | r.get(w.Data)&mask
				}
			}
		}
		for _, p := range m.Reads {
			if p.Sync && r.get([]gate.Net{p.Enable}) == 1 {
				word := old[r.get(p.Addr)]
				if p.Policy == rtl.New {
					word = r.mems[i][r.get(p.Addr)]
				}
				changes = append(changes, change{p.Data, word})
			}
		}
	}
	for _, c := range changes {
		r.set(c.bits, c.v)
	}
}

func netlist(t testing.TB, c *rtl.Circuit) *gate.Netlist {
	g, err := gate.Build(c, gate.Options{Probes: true})
	require.NoError(t, err)
	n, err := gate.Map(g)
	require.NoError(t, err)
	return n
}

// follow runs the machine with several lanes, and one reference for each lane, on random
// inputs. It compares every output and probe in every cycle.
func follow(t *testing.T, n *gate.Netlist, lanes, cycles int) {
	for _, engine := range Engines() {
		followed(t, n, engine, lanes, cycles)
	}
}

func followed(t *testing.T, n *gate.Netlist, engine string, lanes, cycles int) {
	p, err := Compile(n, engine)
	require.NoError(t, err)
	require.Equal(t, engine == Native, p.native != nil)
	s, r := p.NewState(lanes), rand.New(rand.NewPCG(3, uint64(lanes)))
	var refs []*reference
	for range lanes {
		refs = append(refs, newReference(n))
	}
	for cycle := range cycles {
		for l, ref := range refs {
			for i := range n.Inputs {
				v := r.Uint64() >> r.UintN(64)
				s.Set(s.Shell().Inputs[i].Bits, l, v)
				ref.set(n.Inputs[i].Bits, v)
			}
			ref.eval()
		}
		s.Eval()
		for l, ref := range refs {
			for i := range n.Outputs {
				require.Equal(t, ref.get(n.Outputs[i].Bits), s.Get(s.Shell().Outputs[i].Bits, l), "cycle %d lane %d output %s", cycle, l, n.Outputs[i].Name)
			}
			for i := range n.Probes {
				require.Equal(t, ref.get(n.Probes[i].Bits), s.Get(s.Shell().Probes[i].Bits, l), "cycle %d lane %d probe %s", cycle, l, n.Probes[i].Name)
			}
			ref.clock()
		}
		s.Clock()
		for l, ref := range refs {
			for i := range n.Regs {
				var want uint64
				for b, q := range n.Regs[i].Q {
					want |= ref.leaf[q] << b
				}
				require.Equal(t, want, s.Get(s.Shell().Regs[i].Q, l), "cycle %d lane %d register %s", cycle, l, n.Regs[i].Name)
			}
			for i := range n.Mems {
				for a, want := range ref.mems[i] {
					require.Equal(t, want, s.Word(i, a, l), "cycle %d lane %d memory %s[%d]", cycle, l, n.Mems[i].Name, a)
				}
			}
		}
	}
}

func TestMachineFollowsTheNetlist(t *testing.T) {
	for seed := range int64(30) {
		n := netlist(t, rtltest.Make(rtltest.Config{Seed: seed, Size: 25, MaxWidth: 12}))
		follow(t, n, 1, 12)
		follow(t, n, 4, 4)
		follow(t, n, 9, 4)
	}
	follow(t, netlist(t, rtltest.Random(77, 30)), MaxLanes, 3)
}

func TestTablesKeepTheirFunction(t *testing.T) {
	for table := range 1 << 16 {
		f := newFormula()
		var in []ref
		for range 4 {
			in = append(in, f.fresh(value{kind: source}))
		}
		got := evalFormula(f, f.table(uint16(table), in), [4]uint64{0xAAAA, 0xCCCC, 0xF0F0, 0xFF00})
		if uint16(got) != uint16(table) {
			t.Fatalf("table %04x became %04x", table, uint16(got))
		}
	}
}

// evalFormula computes a reference whose sources are values 2 to 5.
func evalFormula(f *formula, r ref, in [4]uint64) uint64 {
	v := make([]uint64, len(f.values))
	v[ones] = ^uint64(0)
	copy(v[2:], in[:])
	for i := 6; i < len(f.values); i++ {
		switch x := f.values[i]; x.kind {
		case and:
			v[i] = v[x.a] & v[x.b]
		case andn:
			v[i] = v[x.a] &^ v[x.b]
		case nor:
			v[i] = ^(v[x.a] | v[x.b])
		case xor:
			v[i] = v[x.a] ^ v[x.b]
		case mux:
			v[i] = v[x.c]&v[x.a] | ^v[x.c]&v[x.b]
		case muxn:
			v[i] = v[x.c]&v[x.a] | ^v[x.c]&^v[x.b]
		}
	}
	if r.flipped() == 1 {
		return ^v[r.value()]
	}
	return v[r.value()]
}

// Several matrices of h rows are next to each other in the same h words.
func TestTranspose(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, h := range []int{8, 16, 32, 64} {
		m := make([]uint64, h)
		for i := range m {
			m[i] = r.Uint64()
		}
		was := slices.Clone(m)
		transpose(m)
		for i := range h {
			for j := range 64 {
				side := j &^ (h - 1)
				require.Equal(t, was[i]>>j&1, m[j-side]>>(side+i)&1, "%d rows", h)
			}
		}
	}
}

// Words of each width go to the lanes and come back, for the lanes of a mask and any number of
// lanes.
func TestGatherAndScatter(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for _, lanes := range []int{1, 3, 8, 9, 16, 17, 32, 33, MaxLanes} {
		for _, n := range []int{1, 7, 8, 9, 16, 17, 32, 33, 64} {
			s := &State{lanes: lanes, live: ^uint64(0) >> (MaxLanes - lanes), slots: new([1 << 16]uint64)}
			var bits []uint16
			for i := range n {
				bits = append(bits, uint16(n-i)) // in any order
				s.slots[n-i] = r.Uint64()
			}
			var was, words, got [MaxLanes]uint64
			s.gather(bits, &was)
			for l := range lanes {
				require.Equal(t, s.Get(bits, l), was[l], "%d bits, lane %d of %d", n, l, lanes)
				words[l] = r.Uint64()
			}
			mask := r.Uint64()
			s.scatter(bits, &words, mask)
			s.gather(bits, &got)
			for l := range lanes {
				want := was[l]
				if mask>>l&1 == 1 {
					want = words[l] & (1<<n - 1)
				}
				require.Equal(t, want, got[l], "%d bits, lane %d of %d", n, l, lanes)
			}
		}
	}
}

func BenchmarkRandomCircuit(b *testing.B) {
	n := netlist(b, rtltest.Make(rtltest.Config{Seed: 4, Size: 90, MaxWidth: 32}))
	for _, engine := range Engines() {
		p, err := Compile(n, engine)
		require.NoError(b, err)
		for _, lanes := range []int{1, MaxLanes} {
			b.Run(fmt.Sprintf("%s/%d", engine, lanes), func(b *testing.B) {
				s := p.NewState(lanes)
				for range b.N {
					s.Eval()
					s.Clock()
				}
				ops, runs, slots := p.Size()
				b.ReportMetric(float64(b.N)*float64(lanes)/b.Elapsed().Seconds(), "lane-cycles/s")
				b.Logf("%d tables, %d operations, %d runs, %d slots", len(n.Cells), ops, runs, slots)
			})
		}
	}
}
