package driver

import "math/rand/v2"

// Draws are the numbers that the generators of a test draw. Each draw has a
// largest value; 0 is the simplest.
type Draws struct {
	rng    *rand.Rand // nil: a replay
	given  []uint64
	record []uint64
}

// Random makes random draws for a case of a seed.
func Random(seed, number uint64) *Draws {
	return &Draws{rng: rand.New(rand.NewPCG(seed, number))}
}

// Replay repeats the given draws, each limited to the requested largest value. All later draws
// are 0.
func Replay(given []uint64) *Draws { return &Draws{given: given} }

// Drawn returns the drawn numbers.
func (c *Draws) Drawn() []uint64 { return c.record }

// draw returns a number of 0..=most.
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

// random prefers corner cases: errors occur at the ends and near powers of two.
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
