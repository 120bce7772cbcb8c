package image

import "math"

// Assumptions of the estimate. A loop runs 8 times. Loops nested more than 8 deep count as 8 deep.
// A load, a jump, a call or a return takes two cycles.
const (
	rounds    = 8
	deepest   = 8
	twoCycles = 2
)

// Work estimates the cycles of a run without running it. A block counts once for each round of the
// loops around it, and a function counts once for each call. The estimate only serves to compare
// images of the same program.
func (m *Mach) Work() float64 { return m.WorkBy(cyclesOf) }

// WorkBy is like Work, but cyclesOf gives the number of cycles of an instruction.
func (m *Mach) WorkBy(cyclesOf func(*Decoded) int) float64 {
	w := &worker{m: m, of: m.functions(), callers: map[int][]int{}, known: map[int]float64{}}
	for b := range m.Blocks {
		if last := m.Insts[m.Blocks[b].End-1]; last.Flow == Call {
			to := m.blockAt(last.Target)
			w.callers[to] = append(w.callers[to], b)
		}
	}
	sum := 0.0
	for b, blk := range m.Blocks {
		cycles := 0
		for _, d := range m.Insts[blk.Start:blk.End] {
			cycles += cyclesOf(&d)
		}
		sum += w.weight(b) * float64(cycles)
	}
	return sum
}

func cyclesOf(d *Decoded) int {
	if d.Inst.Meaning.Load != nil || d.Flow != Next && d.Flow != Branch {
		return twoCycles
	}
	return 1
}

// functions gives, for each block, the entry block of its function, or -1.
func (m *Mach) functions() []int {
	of := make([]int, len(m.Blocks))
	for b := range of {
		of[b] = -1
	}
	for _, e := range m.entries() {
		work := []int{e}
		for len(work) > 0 {
			b := work[len(work)-1]
			work = work[:len(work)-1]
			if of[b] < 0 {
				of[b] = e
				work = append(work, m.Blocks[b].Succs...)
			}
		}
	}
	return of
}

type worker struct {
	m       *Mach
	of      []int           // for each block: the entry of its function
	callers map[int][]int   // for each entry: the blocks that call it
	known   map[int]float64 // for each entry: how often the function is entered
}

// weight estimates how often a block is entered.
func (w *worker) weight(b int) float64 {
	depth := 0
	for l := w.m.Blocks[b].Loop; l >= 0 && depth < deepest; l = w.m.Loops[l].Parent {
		depth++
	}
	return math.Pow(rounds, float64(depth)) * w.entered(w.of[b])
}

// entered estimates how often a function is entered. Recursive calls are ignored.
func (w *worker) entered(e int) float64 {
	if n, ok := w.known[e]; ok {
		return n
	}
	w.known[e] = 1
	sum := 0.0
	for _, b := range w.callers[e] {
		sum += w.weight(b)
	}
	if len(w.callers[e]) > 0 {
		w.known[e] = sum
	}
	return w.known[e]
}
