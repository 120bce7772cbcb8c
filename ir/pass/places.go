package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// places moves constants of offsets into the displacements of refs, which
// targets add for free. It also reads constant objects at constant offsets.
//
// Needs: nothing. Keeps: blocks, effects. A constant offset outside its object
// is unchanged, because it follows a check that fails.
//
//	before  v3: i32 = const 8 ; v4: i32 = add v1, v3 ; v5: i32 = load4 %a[v4], v2
//	after   v5: i32 = load4 %a[v1 + 8], v2
func places(m *ir.Module, env *Env) bool {
	changed := false
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				for k := range i.Refs {
					changed = foldPlace(m, i, k) || changed
				}
				changed = readConst(i, env) || changed
			}
		}
	}
	return changed
}

// foldPlace folds the offset of one ref.
func foldPlace(m *ir.Module, i *ir.Instr, k int) bool {
	r := &i.Refs[k]
	changed := false
	for r.Off != nil {
		if c, ok := constOf(r.Off); ok {
			at := shifted(r.Disp, c)
			n, known := i.Reach(m, k)
			if !known || at < 0 || at+n > r.Obj.Size {
				return changed
			}
			r.Off, r.Disp, r.NoWrap = nil, at, false
			return true
		}
		x, c, ok := withConst(r.Off, word.Add)
		if !ok {
			return changed
		}
		r.Off, r.Disp, r.NoWrap, changed = x, shifted(r.Disp, c), false, true
	}
	return changed
}

// shifted adds modulo 2^32.
func shifted(disp int, c uint64) int { return int(int32(uint32(disp) + uint32(c))) }

// readConst makes a load of constant bytes a constant. Bytes that the start may set
// are constant only on a core, which starts without words.
func readConst(i *ir.Instr, env *Env) bool {
	if i.Op != ir.OpLoad || i.Refs[0].Obj.Kind != ir.ConstObj || i.Refs[0].Off != nil {
		return false
	}
	if i.Refs[0].Obj.Boot && env.XLen == 0 {
		return false
	}
	r := i.Refs[0]
	v := uint64(0)
	for k := range i.Size {
		if at := r.Disp + k; at < len(r.Obj.Init) {
			v |= uint64(r.Obj.Init[at]) << (8 * k)
		}
	}
	t := i.Results[0].Type
	*i = ir.Instr{Op: ir.OpConst, Imm: v & word.Mask(int(t)), Task: -1, Results: i.Results, Span: i.Span}
	return true
}
