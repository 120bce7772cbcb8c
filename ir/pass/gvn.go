package pass

import (
	"sort"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// gvn computes each value once. An equal dominating value replaces a word
// operation, constant or load. A load after a store to the same position takes
// the stored word. Two loads are equal if they have the same position and token. Then
// only stores to other bytes lie between them. Parameters that are always equal become
// one.
//
// Needs: tokens. Keeps: effects and their order.
//
//	before  v8: tok %a = store4 %a[v2], v5, v7     after  v8: tok %a = store4 %a[v2], v5, v7
//	        v9: i32 = load4 %a[v2], v8                    v10: i32 = add v5, v5
//	        v10: i32 = add v9, v5
func gvn(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		g := &numbering{f: f, flow: ir.FlowOf(f), subst: renames{}}
		g.kids = g.flow.Kids()
		g.walk(0, map[valueKey]*ir.Value{})
		g.subst.apply(f)
		return mergeTwins(f) || len(g.subst) > 0
	})
}

// valueKey identifies a computation.
type valueKey struct {
	op    ir.Op
	word  word.Op
	float ir.Float
	typ   ir.Type
	imm   uint64
	args  [3]*ir.Value
	obj   *ir.Object
	token *ir.Value
}

type numbering struct {
	f     *ir.Func
	flow  *ir.Flow
	kids  [][]int
	subst renames
}

// walk visits the dominator tree. known holds the values that dominate the
// block.
func (g *numbering) walk(k int, known map[valueKey]*ir.Value) {
	type undo struct {
		key valueKey
		old *ir.Value
	}
	var undos []undo
	set := func(key valueKey, v *ir.Value) {
		undos = append(undos, undo{key, known[key]})
		known[key] = v
	}
	b := g.f.Blocks[k]
	kept := b.Instrs[:0]
	for _, i := range b.Instrs {
		i.Uses(func(v **ir.Value) { *v = g.subst.of(*v) })
		key, ok := g.keyOf(i)
		if old := known[key]; ok && old != nil {
			g.subst[i.Results[0]] = old
			continue
		}
		if ok {
			set(key, i.Results[0])
		}
		if i.Op == ir.OpStore && exactWidth(i.Args[0].Type, i.Size) {
			set(placeKey(i, i.Args[0].Type, i.Results[0]), i.Args[0])
		}
		kept = append(kept, i)
	}
	b.Instrs = kept
	kids := append([]int(nil), g.kids[k]...)
	sort.Ints(kids)
	for _, c := range kids {
		g.walk(c, known)
	}
	for n := len(undos) - 1; n >= 0; n-- {
		known[undos[n].key] = undos[n].old
	}
}

// exactWidth reports whether a load of the same type gives back the word that a store has
// written.
func exactWidth(t ir.Type, size int) bool { return int(t) <= 8*size }

func (g *numbering) keyOf(i *ir.Instr) (valueKey, bool) {
	switch i.Op {
	case ir.OpConst:
		return valueKey{op: i.Op, typ: i.Results[0].Type, imm: i.Imm}, true
	case ir.OpWord:
		k := valueKey{op: i.Op, word: i.Word, typ: i.Results[0].Type, imm: i.Imm}
		copy(k.args[:], i.Args)
		if word.Table(i.Word).Commutative && i.Args[1].ID < i.Args[0].ID {
			k.args[0], k.args[1] = i.Args[1], i.Args[0]
		}
		return k, true
	case ir.OpFloat:
		k := valueKey{op: i.Op, float: i.Float, typ: i.Results[0].Type}
		copy(k.args[:], i.Args)
		return k, true
	case ir.OpLoad:
		return placeKey(i, i.Results[0].Type, g.since(i)), true
	}
	return valueKey{}, false
}

// since returns an earlier object token that a load may take instead of its own. Between the
// two tokens are only stores to other bytes, at the same offset with other displacements.
func (g *numbering) since(i *ir.Instr) *ir.Value {
	if len(i.Args) == 0 {
		return nil
	}
	tok, r := i.Args[0], i.Refs[0]
	for n := 0; n < farthest && tok.Def != nil && tok.Def.Op == ir.OpStore; n++ {
		s := tok.Def.Refs[0]
		apart := s.Disp+tok.Def.Size <= r.Disp || r.Disp+i.Size <= s.Disp
		if s.Off != r.Off || !apart {
			break
		}
		tok = tok.Def.Args[1]
	}
	return tok
}

// farthest bounds the number of stores that the search for a load skips.
const farthest = 64

// placeKey identifies a word of type t at the address of a load or store.
func placeKey(i *ir.Instr, t ir.Type, token *ir.Value) valueKey {
	r := i.Refs[0]
	return valueKey{op: ir.OpLoad, typ: t, imm: uint64(r.Disp)<<8 | uint64(i.Size), args: [3]*ir.Value{r.Off}, obj: r.Obj, token: token}
}
