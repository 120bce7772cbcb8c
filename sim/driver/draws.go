package driver

import "math/rand/v2"

// Draws supplies the numbers that the generators of a test draw. A draw is a number from 0 to a
// largest value. 0 is the simplest draw.
type Draws struct {
	rng    *rand.Rand // nil if draws are replayed
	given  []uint64
	record []uint64
}

// Random makes random draws for a test case, identified by a seed and a number.
func Random(seed, number uint64) *Draws {
	return &Draws{rng: rand.New(rand.NewPCG(seed, number))}
}

// Replay repeats the given draws. A draw that is larger than the requested largest value
// becomes this largest value. All later draws are 0.
func Replay(given []uint64) *Draws { return &Draws{given: given} }

// Drawn returns the numbers drawn so far.
func (c *Draws) Drawn() []uint64 { return c.record }

// draw returns a number in 0..=most.
func (c *Draws) draw(most uint64) uint64 {
	v := uint64(0)
	switch k := len(c.record); {
	case c.rng != nil:
		v = c.random(most)
	case k < len(c.given):
		v = min(c.given[k], most)
	}
	c.record = append(c.record, v)
	return v
}

// random returns a random number in 0..=most. It prefers corner cases, because errors often
// occur at the ends of ranges and near powers of two.
func (c *Draws) random(most uint64) uint64 {
	switch c.rng.IntN(8) {
	case 0:
		return 0
	case 1:
		return most
	case 2, 3:
		return min(c.rng.Uint64()>>c.rng.IntN(64), most)
	case 4:
		return most - min(c.rng.Uint64()>>c.rng.IntN(64), most)
	}
	if most == ^uint64(0) {
		return c.rng.Uint64()
	}
	return c.rng.Uint64N(most + 1)
}
