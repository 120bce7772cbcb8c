package lower

import "github.com/sinter-lang/sinter/ir"

// variable is one scalar leaf of a local, or a hidden counter.
type variable struct {
	name string
	t    ir.Type
}

// ssa converts variables to SSA values while the blocks are built, as in Braun et al., "Simple
// and Efficient Construction of Static Single Assignment Form" (2013). A block is sealed when
// all its predecessors are known. A read in an unsealed block makes a block parameter that is
// completed later.
type ssa struct {
	b       *ir.Builder
	defs    map[*ir.Block]map[*variable]*ir.Value
	preds   map[*ir.Block][]*ir.Block
	sealed  map[*ir.Block]bool
	open    map[*ir.Block][]param // parameters of unsealed blocks
	users   map[*ir.Value][]param // the parameters that take a value as an argument
	instead map[*ir.Value]*ir.Value
	args    map[*ir.Value]map[*ir.Block]*ir.Value // for each parameter, its argument by predecessor
	zero    map[ir.Type]*ir.Value
}

type param struct {
	in *ir.Block
	of *variable
	v  *ir.Value
}

func newSSA(b *ir.Builder) *ssa {
	return &ssa{
		b: b, defs: map[*ir.Block]map[*variable]*ir.Value{}, preds: map[*ir.Block][]*ir.Block{},
		sealed: map[*ir.Block]bool{b.B: true}, open: map[*ir.Block][]param{}, users: map[*ir.Value][]param{},
		instead: map[*ir.Value]*ir.Value{}, args: map[*ir.Value]map[*ir.Block]*ir.Value{}, zero: map[ir.Type]*ir.Value{},
	}
}

// write sets x in the current block.
func (s *ssa) write(x *variable, v *ir.Value) { s.writeIn(s.b.B, x, v) }

func (s *ssa) writeIn(b *ir.Block, x *variable, v *ir.Value) {
	if s.defs[b] == nil {
		s.defs[b] = map[*variable]*ir.Value{}
	}
	s.defs[b][x] = v
}

// read returns x at the end of the current block.
func (s *ssa) read(x *variable) *ir.Value { return s.readIn(s.b.B, x) }

func (s *ssa) readIn(b *ir.Block, x *variable) *ir.Value {
	if v := s.defs[b][x]; v != nil {
		return s.resolve(v)
	}
	var v *ir.Value
	switch preds := s.preds[b]; {
	case !s.sealed[b]:
		p := param{b, x, s.newParam(b, x)}
		s.open[b] = append(s.open[b], p)
		v = p.v
	case len(preds) == 0:
		v = s.undefined(x.t)
	case len(preds) == 1:
		v = s.readIn(preds[0], x)
	default:
		p := param{b, x, s.newParam(b, x)}
		s.writeIn(b, x, p.v)
		v = s.complete(p)
	}
	s.writeIn(b, x, v)
	return v
}

// newParam makes a block parameter. If the parameter is still needed at the end, finish attaches
// it to the block.
func (s *ssa) newParam(b *ir.Block, x *variable) *ir.Value {
	v := s.b.F.NewValue(x.t, nil, s.b.At)
	v.In = b
	s.args[v] = map[*ir.Block]*ir.Value{}
	return v
}

// undefined is the value of a variable that no path has set. Such a value never affects the
// behaviour of the program.
func (s *ssa) undefined(t ir.Type) *ir.Value {
	if v := s.zero[t]; v != nil {
		return v
	}
	entry := s.b.F.Blocks[0]
	i := &ir.Instr{Op: ir.OpConst, Task: -1, Span: s.b.F.Span}
	v := s.b.F.NewValue(t, nil, s.b.F.Span)
	v.Def, v.In = i, entry
	i.Results = []*ir.Value{v}
	entry.Instrs = append([]*ir.Instr{i}, entry.Instrs...)
	s.zero[t] = v
	return v
}

// complete finds the arguments of a parameter. If all arguments are the same value, complete
// removes the parameter.
func (s *ssa) complete(p param) *ir.Value {
	for _, pred := range s.preds[p.in] {
		v := s.readIn(pred, p.of)
		s.args[p.v][pred] = v
		if v != p.v {
			s.users[v] = append(s.users[v], p)
		}
	}
	return s.simplify(p)
}

func (s *ssa) simplify(p param) *ir.Value {
	var same *ir.Value
	for _, pred := range s.preds[p.in] {
		v := s.resolve(s.args[p.v][pred])
		if v == p.v || v == same {
			continue
		}
		if same != nil {
			return p.v
		}
		same = v
	}
	if same == nil {
		same = s.undefined(p.of.t)
	}
	users := s.users[p.v]
	s.instead[p.v] = same
	delete(s.args, p.v)
	s.users[same] = append(s.users[same], users...)
	for _, u := range users {
		if s.args[u.v] != nil {
			s.simplify(u)
		}
	}
	return s.resolve(same)
}

// resolve follows a chain of removed parameters to the value that replaces them.
func (s *ssa) resolve(v *ir.Value) *ir.Value {
	for {
		w := s.instead[v]
		if w == nil {
			return v
		}
		v = w
	}
}

// edge records a jump, unless it comes from an unreachable block.
func (s *ssa) edge(from, to *ir.Block) {
	if from == s.b.F.Blocks[0] || !s.sealed[from] || len(s.preds[from]) > 0 {
		s.preds[to] = append(s.preds[to], from)
	}
}

// seal marks that all predecessors of b are known.
func (s *ssa) seal(b *ir.Block) {
	if s.sealed[b] {
		return
	}
	s.sealed[b] = true
	for _, p := range s.open[b] {
		s.complete(p)
	}
}

// finish attaches the remaining parameters and replaces the removed parameters by their values.
func (s *ssa) finish() {
	f := s.b.F
	byBlock := map[*ir.Block][]*ir.Value{}
	for v := range s.args {
		byBlock[v.In] = append(byBlock[v.In], v)
	}
	for _, b := range f.Blocks {
		params := byBlock[b]
		sortByID(params)
		b.Params = append(b.Params, params...)
	}
	for _, b := range f.Blocks {
		for k := range b.Term.Succs {
			e := &b.Term.Succs[k]
			for _, p := range e.To.Params {
				if args := s.args[p]; args != nil {
					e.Args = append(e.Args, args[b])
				}
			}
		}
	}
	fix := func(v **ir.Value) { *v = s.resolve(*v) }
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			i.Uses(fix)
		}
		b.Term.Uses(fix)
	}
}
