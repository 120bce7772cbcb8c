package x86_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/world"
)

// rounds is the number of operand triples for each operator.
const rounds = 40

// operands are triples of 64 bits: corners against corners, then random ones.
func operands() []uint64 {
	corner := []uint64{0, 1, 2, ^uint64(0), 1 << 63, 1<<63 - 1, 0x80808080_80808080, 0x7f7f7f7f_7f7f7f7f, 31, 32, 63, 64}
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]uint64, 3*rounds)
	for i := range words {
		words[i] = r.Uint64() >> r.IntN(64)
		if r.IntN(2) == 0 {
			words[i] = corner[r.IntN(len(corner))]
		}
	}
	return words
}

// application is one operator at one width.
type application struct {
	op   word.Op
	w    int    // of the result
	args []int  // widths of the operands
	imm  uint64 // of a slice
}

func (a application) String() string {
	return fmt.Sprintf("%s %v -> %d imm %d", a.op, a.args, a.w, a.imm)
}

// applications lists every operator at every width that the rule of the operator allows. If the
// rule allows any width, the list has a few widths from the whole range.
func applications() []application {
	var all []application
	for op := word.Bad + 1; op < word.NumOps; op++ {
		for w := 1; w <= 64; w++ {
			a := application{op: op, w: w, args: make([]int, word.Table(op).Args)}
			for i := range a.args {
				a.args[i] = w
			}
			other := w*37%64 + 1
			switch word.Table(op).Widths {
			case word.Compare, word.Reduce:
				a.w = 1
			case word.Shift:
				a.args[1] = other
			case word.Select:
				a.args[0] = 1
			case word.Concat:
				a.args = []int{w*37%max(w-1, 1) + 1, 0}
				a.args[1] = w - a.args[0]
			case word.Part:
				a.imm = uint64(w * 37 % w)
				if w > 3 {
					a.imm = uint64(w / 3)
				}
				a.w = max(1, (w-int(a.imm))/2)
			case word.Extend:
				a.w = max(w, other)
			}
			if word.Check(op, a.w, a.args, a.imm) == nil {
				all = append(all, a)
			}
		}
	}
	return all
}

// mix folds a result into the checksum of an application.
func mix(sum, x uint64) uint64 { return (sum<<7 | sum>>57) ^ x }

// want is the checksum that follows from the meanings in the table.
func (a application) want(words []uint64) uint64 {
	sum := uint64(1)
	for k := 0; k < len(words); k += 3 {
		var arg [3]uint64
		var aw [3]int
		for i, w := range a.args {
			arg[i], aw[i] = words[k+i]&word.Mask(w), w
		}
		sum = mix(sum, word.Eval(a.op, a.w, arg, aw, a.imm))
	}
	return sum
}

// function applies the operator to the low bits of three words.
func (a application) function(name string) *ir.Func {
	f := &ir.Func{Name: name, NoInline: true, Results: []ir.Result{{Type: 64}}}
	b := ir.NewBuilder(f)
	words := []*ir.Value{b.Param(b.B, 64), b.Param(b.B, 64), b.Param(b.B, 64)}
	args := make([]*ir.Value, len(a.args))
	for i, w := range a.args {
		args[i] = b.Slice(ir.Type(w), words[i], 0)
	}
	x := b.Emit(&ir.Instr{Op: ir.OpWord, Word: a.op, Args: args, Imm: a.imm}, ir.Type(a.w)).Results[0]
	b.Ret(b.Zext(64, x))
	return f
}

// wordModule applies every operator to each triple of words and logs the checksums.
func wordModule(all []application, words []uint64) *ir.Module {
	m := &ir.Module{Name: "operators"}
	tab := &ir.Object{Name: "tab", Kind: ir.StateObj, Size: 8 * len(words), Align: 4, Init: littleEndian(words)}
	sums := &ir.Object{Name: "sums", Kind: ir.StateObj, Size: 8 * len(all), Align: 4, Init: littleEndian(slices.Repeat([]uint64{1}, len(all)))}
	m.Objects = []*ir.Object{tab, sums}
	m.Logs = []trace.Site{{Parts: []string{"", ""}, Args: []trace.ArgType{{Kind: "hex", Width: 64}}}}
	main := &ir.Func{Name: "main"}
	b := ir.NewBuilder(main)
	head, body, done := b.NewBlock(), b.NewBlock(), b.NewBlock()
	at := b.Param(head, 32)
	b.Jump(head, b.Const(32, 0))
	b.B = head
	b.Branch(b.Word(word.Ltu, 1, at, b.Const(32, 24*rounds)), body, done)
	b.B = body
	var args []*ir.Value
	for i := range 3 {
		args = append(args, b.Load(64, ir.Ref{Obj: tab, Off: at, Disp: 8 * i}))
	}
	seven := b.Const(8, 7)
	for i, a := range all {
		f := a.function(fmt.Sprintf("f%d", i))
		m.Funcs = append(m.Funcs, f)
		place := ir.Ref{Obj: sums, Disp: 8 * i}
		turned := b.Word(word.Rotl, 64, b.Load(64, place), seven)
		b.Store(b.Word(word.Xor, 64, turned, b.Call(f, args, nil)[0]), place)
	}
	b.Jump(head, b.Word(word.Add, 32, at, b.Const(32, 24)))
	b.B = done
	for i := range all {
		b.Emit(&ir.Instr{Op: ir.OpLog, Args: []*ir.Value{b.Load(64, ir.Ref{Obj: sums, Disp: 8 * i})}})
	}
	b.Ret()
	m.Funcs = append(m.Funcs, main)
	m.Tasks = []ir.Task{{Name: "main", Func: main}}
	finish(m)
	return m
}

func littleEndian(words []uint64) []byte {
	var out []byte
	for _, w := range words {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	return out
}

// finish changes a module of one task without blocking operations to the form that the pass
// `tasks` would give it.
func finish(m *ir.Module) {
	m.Contexts = []ir.Context{{Func: m.Tasks[0].Func}}
	for _, f := range m.Funcs {
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				in.Task = 0
			}
			if f == m.Main() && blk.Term.Op == ir.Return {
				blk.Instrs = append(blk.Instrs, &ir.Instr{Op: ir.OpHalt})
			}
		}
	}
	ir.Thread(m)
}

func TestWordOperators(t *testing.T) {
	t.Parallel()
	all, words := applications(), operands()
	require.Greater(t, len(all), 34*60)
	m := wordModule(all, words)
	require.NoError(t, ir.Verify(m))
	tr := run(t, m, x86.Linux, world.New(nil))
	require.Equal(t, trace.Ended, tr.Status)
	require.Len(t, tr.Events, len(all))
	for i, a := range all {
		require.Equal(t, fmt.Sprintf("%x", a.want(words)), tr.Events[i].Text, "%s", a)
	}
}
