package amd64

import "slices"

// NoReg is the register of a value that stays in memory. The value of NoReg is RSP, which
// generated code never uses.
const NoReg = RSP

// Life is the part of straight-line code in which a value is needed. First and Last are
// positions in a unit that the caller chooses. If one life begins at the position where another
// ends, both values may use the same register.
type Life struct {
	First, Last int // where the value is defined, and where it is read for the last time
	Prefer      int // index of the life whose register it should take if possible, -1 for none
}

// Allocate assigns registers to lives by linear scan (Poletto and Sarkar, 1999). The lives must
// be sorted by First. If there are not enough registers, the value that is needed longest stays
// in memory for its whole life.
func Allocate(lives []Life, registers []Reg) []Reg {
	out := make([]Reg, len(lives))
	free := slices.Clone(registers)
	var active []int
	for i, l := range lives {
		out[i] = NoReg
		active = slices.DeleteFunc(active, func(a int) bool {
			if lives[a].Last > l.First {
				return false
			}
			free = append(free, out[a])
			return true
		})
		if len(free) == 0 {
			longest := slices.MaxFunc(active, func(a, b int) int { return lives[a].Last - lives[b].Last })
			if lives[longest].Last <= l.Last {
				continue
			}
			free = append(free, out[longest])
			out[longest] = NoReg
			active = slices.DeleteFunc(active, func(a int) bool { return a == longest })
		}
		at := len(free) - 1
		if l.Prefer >= 0 {
			if k := slices.Index(free, out[l.Prefer]); k >= 0 {
				at = k
			}
		}
		out[i] = free[at]
		free[at] = free[len(free)-1]
		free = free[:len(free)-1]
		active = append(active, i)
	}
	return out
}
