package equiv

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
)

// contents models the read ports of memories without writes, cycle by cycle. An enabled port
// shows one of the words of its memory. A disabled port keeps its word. The model has only the
// bits on which claims depend, and words that agree in these bits count once. The other bits
// are free. The model may therefore allow more words than the memory has, but never fewer.
type contents struct {
	g     *leaves
	ports []*constPort
}

type constPort struct {
	place blast.Place
	width int
	mask  uint64
	words []uint64 // bit patterns under mask, sorted; before the first read, the port may also show 0
	now   []blast.Lit
}

func contentsOf(g *leaves, c *rtl.Circuit) (*contents, error) {
	k := &contents{g: g}
	support, err := claimSupport(c)
	if err != nil {
		return nil, err
	}
	for _, m := range constants(c) {
		for j, r := range m.Reads {
			p := blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}
			if !r.Sync || support[p] == 0 {
				continue
			}
			port := &constPort{place: p, width: m.Width, mask: support[p]}
			for _, w := range m.Init {
				port.words = append(port.words, w&port.mask)
			}
			if len(m.Init) < 1<<m.AddrBits {
				port.words = append(port.words, 0)
			}
			slices.Sort(port.words)
			port.words = slices.Compact(port.words)
			port.now = k.word(port, "at first", append([]uint64{0}, port.words...))
			k.ports = append(k.ports, port)
		}
	}
	return k, nil
}

// claimSupport finds the bits of read ports that asserts depend on within one cycle.
func claimSupport(c *rtl.Circuit) (map[blast.Place]uint64, error) {
	l := newLeaves()
	cones, err := blast.Circuit(l.g, c, l.of)
	if err != nil {
		return nil, err
	}
	reached := make([]bool, len(l.g.Nodes))
	for _, cone := range cones {
		if cone.Place.Kind == blast.Assert {
			reached[cone.Bits[0].Node()] = true
		}
	}
	for i := len(l.g.Nodes) - 1; i > 0; i-- {
		n := &l.g.Nodes[i]
		if !reached[i] || n.Kind == blast.KFree {
			continue
		}
		reached[n.A.Node()], reached[n.B.Node()] = true, true
		if n.Kind == blast.KIte {
			reached[n.C.Node()] = true
		}
	}
	out := map[blast.Place]uint64{}
	for _, p := range l.order {
		for i, b := range l.bits[p] {
			if reached[b.Node()] {
				out[p] |= 1 << i
			}
		}
	}
	return out, nil
}

// word returns bits that take one of the given words under the mask of the port. The other bits
// are free.
func (k *contents) word(p *constPort, when string, words []uint64) []blast.Lit {
	g := k.g.g
	name := p.place
	name.Name += " " + when
	free := k.g.of(name, p.width)
	choices := make([][]blast.Lit, len(words))
	for i, w := range words {
		choices[i] = make([]blast.Lit, p.width)
		for b := range choices[i] {
			if choices[i][b] = blast.Const(w>>b&1 == 1); p.mask>>b&1 == 0 {
				choices[i][b] = free[b]
			}
		}
	}
	for level := 0; len(choices) > 1; level++ {
		which := k.g.of(blast.Place{Kind: blast.Input, Name: fmt.Sprintf("choice %d of %s", level, name)}, 1)[0]
		var half [][]blast.Lit
		for i := 0; i < len(choices); i += 2 {
			if i+1 == len(choices) {
				half = append(half, choices[i])
				continue
			}
			half = append(half, chosen(formulas{g}, which, choices[i+1], choices[i]))
		}
		choices = half
	}
	return choices[0]
}

// leaf returns the words of the modelled ports in the present cycle. It calls the function
// `other` for all other leaves.
func (k *contents) leaf(other func(blast.Place, int) []blast.Lit) func(blast.Place, int) []blast.Lit {
	return func(p blast.Place, width int) []blast.Lit {
		for _, port := range k.ports {
			if port.place == p {
				return port.now
			}
		}
		return other(p, width)
	}
}

// step moves the ports to the next cycle t.
func (k *contents) step(t int, cones []blast.Cone) {
	for _, cone := range cones {
		if cone.Place.Kind != blast.ReadEnable {
			continue
		}
		for _, p := range k.ports {
			if p.place.Name == cone.Place.Name && p.place.Port == cone.Place.Port {
				p.now = chosen(formulas{k.g.g}, cone.Bits[0], k.word(p, fmt.Sprintf("read in cycle %d", t), p.words), p.now)
			}
		}
	}
}
