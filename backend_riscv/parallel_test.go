package riscv

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMovesAtOnce tries all parallel moves among up to four registers, with two more registers
// and one constant as sources. After the emitted code, the target of each move holds the value
// that the move's source held before.
func TestMovesAtOnce(t *testing.T) {
	const targets, outside = 4, 2
	const choices = targets + outside + 1 // the last one is the constant
	const value = 77
	first := firstVirtual
	total := 1
	for range targets {
		total *= choices
	}
	for n := range total {
		var moves []transfer
		want := map[reg]uint32{}
		for k, rest := reg(0), n; k < targets; k, rest = k+1, rest/choices {
			from := reg(rest % choices)
			if from == choices-1 {
				moves = append(moves, transfer{to: first + k, isConst: true, value: value})
				want[first+k] = value
				continue
			}
			moves = append(moves, transfer{to: first + k, from: first + from})
			want[first+k] = uint32(from)
		}
		held := run(t, first, targets+outside, moves)
		for r, v := range want {
			require.Equal(t, v, held[r], "register %d after %+v", r, moves)
		}
	}
}

// run executes the moves that parallel emits. Register first+k holds k at the start.
func run(t *testing.T, first reg, count int, moves []transfer) map[reg]uint32 {
	t.Helper()
	s := &selector{out: &fn{next: first + reg(count)}, cur: &block{}}
	held := map[reg]uint32{}
	for k := range count {
		held[first+reg(k)] = uint32(k)
	}
	s.parallel(moves)
	for _, i := range s.cur.insts {
		switch i.code {
		case cMove:
			held[i.rd] = held[i.rs1]
		case cConst:
			held[i.rd] = i.imm
		default:
			require.Fail(t, "another instruction")
		}
	}
	return held
}
