package periph

import (
	"fmt"
	"math"
)

// PLL holds the settings of the PLL of iCE40 parts with simple feedback. The output frequency
// is the reference frequency times (DivF + 1) / ((DivR + 1) << DivQ).
type PLL struct {
	DivR, DivF, DivQ int
	Filter           int // loop filter, chosen by the frequency at the phase detector
	Out              Hz
}

// Bounds of the PLL in MHz: for the input of the phase detector, for the oscillator, and for
// the output.
const (
	leastPFD, mostPFD = 10, 133
	leastVCO, mostVCO = 533, 1066
	leastOut, mostOut = 16, 275
)

// filterOf is the setting of the loop filter.
func filterOf(pfd float64) int {
	for i, below := range []float64{17, 26, 44, 66, 101} {
		if pfd < below {
			return i + 1
		}
	}
	return 6
}

// FindPLL computes the settings that make a frequency from a reference. If no settings make the
// frequency, the error names the nearest possible frequency.
func FindPLL(ref, want Hz) (PLL, error) {
	best, found := PLL{}, false
	off := math.Inf(1)
	for r := 0; r <= 15; r++ {
		pfd := ref.MHz() / float64(r+1)
		if pfd < leastPFD || pfd > mostPFD {
			continue
		}
		for f := 0; f <= 127; f++ {
			vco := pfd * float64(f+1)
			for q := 1; q <= 6 && vco >= leastVCO && vco <= mostVCO; q++ {
				out := Hz{ref.Num * uint64(f+1), ref.Den * uint64(r+1) << q}
				d := math.Abs(out.MHz() - want.MHz())
				if out.MHz() >= leastOut && out.MHz() <= mostOut && d < off {
					best, off, found = PLL{r, f, q, filterOf(pfd), out}, d, true
				}
			}
		}
	}
	switch {
	case !found:
		return PLL{}, fmt.Errorf("the PLL cannot use a clock of %s: its input has %d to %d MHz", ref, leastPFD, mostPFD)
	case want.MHz() < leastOut || want.MHz() > mostOut:
		return PLL{}, fmt.Errorf("the PLL makes %d to %d MHz, so %s is out of its reach; the nearest is %s", leastOut, mostOut, want, best.Out)
	case !best.Out.Same(want):
		return PLL{}, fmt.Errorf("no setting of the PLL makes %s from %s; the nearest is %s", want, ref, best.Out)
	}
	return best, nil
}
