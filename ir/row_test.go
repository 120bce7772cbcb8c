package ir_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
)

// TestRows checks that the parts of a row agree with each other.
func TestRows(t *testing.T) {
	names := map[string]bool{}
	for op := range ir.NumOps {
		row := op.Row()
		require.NotEmpty(t, row.Name, "operation %d has no row", op)
		require.False(t, names[row.Name], row.Name)
		names[row.Name] = true
		require.False(t, row.Early && row.Late, row.Name)
		require.False(t, row.Blocks && !row.Early, row.Name)
		require.False(t, row.Pure && (row.IO || row.Refs.Any || len(row.Refs.List) > 0), row.Name)
		require.False(t, row.Refs.Any && len(row.Refs.List) != 1, row.Name)
		for _, p := range row.Refs.List {
			require.Equal(t, p.Access == ir.Begins, p.Bytes == nil, row.Name)
		}
	}
}

// TestWhatRowsSayOfEffects lists the operations without an effect, and the operations that only
// change an object. Passes use these properties of the table rows when they remove operations.
func TestWhatRowsSayOfEffects(t *testing.T) {
	var quiet, writes, whole []string
	for op := range ir.NumOps {
		i := &ir.Instr{Op: op}
		if !i.HasEffect() {
			quiet = append(quiet, op.String())
		}
		if i.OnlyWrites() {
			writes = append(writes, op.String())
		}
		if op.Row().Whole {
			whole = append(whole, op.String())
		}
	}
	require.Equal(t, []string{"const", "word", "float", "load"}, quiet)
	require.Equal(t, []string{"local", "store", "copy", "move", "clear"}, writes)
	require.Equal(t, []string{"log", "chsend", "chrecv", "chget", "chput"}, whole)
}

// spoilt lists changes that make an instruction wrong: its row forbids the result. Each entry says
// to which instructions its change applies.
var spoilt = []struct {
	name string
	do   func(i *ir.Instr) bool
}{
	{"an operand less", func(i *ir.Instr) bool {
		if len(i.Args) == 0 {
			return false
		}
		i.Args = i.Args[:len(i.Args)-1]
		return true
	}},
	{"an operand more", func(i *ir.Instr) bool {
		if len(i.Args) == 0 {
			return false
		}
		i.Args = append([]*ir.Value{i.Args[0]}, i.Args...)
		return true
	}},
	{"an object less", func(i *ir.Instr) bool {
		if len(i.Refs) == 0 {
			return false
		}
		i.Refs = i.Refs[:len(i.Refs)-1]
		return true
	}},
	{"an object more", func(i *ir.Instr) bool {
		if len(i.Refs) == 0 {
			return false
		}
		i.Refs = append([]ir.Ref{i.Refs[0]}, i.Refs...)
		return true
	}},
	{"a place before its object", func(i *ir.Instr) bool {
		if len(i.Refs) == 0 || i.Refs[0].Off != nil {
			return false
		}
		i.Refs = append([]ir.Ref(nil), i.Refs...)
		i.Refs[0].Disp = -1
		return true
	}},
	{"a result less", func(i *ir.Instr) bool {
		if len(i.Results) == 0 || i.Op == ir.OpCall {
			return false
		}
		i.Results = i.Results[1:]
		return true
	}},
	{"a site that is not there", func(i *ir.Instr) bool {
		i.Site = 1 << 20
		return i.Op.Row().Site != ir.NoTable
	}},
	{"a device that is not there", func(i *ir.Instr) bool {
		i.Dev = 31
		return i.Op == ir.OpRecv || i.Op == ir.OpSend || i.Op == ir.OpTake || i.Op == ir.OpAsk
	}},
	{"a channel that is not there", func(i *ir.Instr) bool {
		i.Chan = 1 << 20
		return i.Op == ir.OpChSend || i.Op == ir.OpChRecv || i.Op == ir.OpChGet || i.Op == ir.OpChPut || i.Op == ir.OpChReady
	}},
	{"a task that is not there", func(i *ir.Instr) bool {
		i.Task = 1 << 20
		return i.Op.Row().IO
	}},
	{"a length beyond its object", func(i *ir.Instr) bool {
		i.Imm = 1 << 30
		return i.Op.Row().Imm == ir.Length
	}},
	{"a size that nothing moves", func(i *ir.Instr) bool {
		i.Size = 3
		return i.Op == ir.OpLoad || i.Op == ir.OpStore
	}},
}

// TestVerifierReadsRows changes one instruction of random modules at a time. The verifier must
// report every change, for every operation that occurs.
func TestVerifierReadsRows(t *testing.T) {
	seen := map[string]map[ir.Op]bool{}
	for seed := range uint64(25) {
		m := irtest.RandomWith(seed, irtest.Options{Floats: true, Selects: true, Tasks: 1 + 2*int(seed%2)})
		for _, f := range m.Funcs {
			for _, b := range f.Blocks {
				for k := range b.Instrs {
					spoil(t, m, b, k, seen)
				}
			}
		}
	}
	for _, s := range spoilt {
		require.NotEmpty(t, seen[s.name], "%s was never tried", s.name)
	}
}

func spoil(t *testing.T, m *ir.Module, b *ir.Block, k int, seen map[string]map[ir.Op]bool) {
	i, whole := b.Instrs[k], *b.Instrs[k]
	for _, s := range spoilt {
		if seen[s.name][whole.Op] || !s.do(i) {
			*i = whole
			continue
		}
		err := ir.Verify(m)
		*i = whole
		require.Error(t, err, "%s of %s is not noticed", s.name, whole.Op)
		if seen[s.name] == nil {
			seen[s.name] = map[ir.Op]bool{}
		}
		seen[s.name][whole.Op] = true
	}
}
