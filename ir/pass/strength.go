package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// maxWalkers bounds the number of new counters in a loop, because each one takes a register.
const maxWalkers = 4

// strength reduces the strength of offset computations. If a loop computes an offset from its
// counter, the offset becomes a separate counter. If the old counter then has no other use, the
// loop test uses the new counter.
//
// Needs: rotated loops. Keeps: effects.
//
//	before  b1(v2: i32): v3: i32 = shl v2, v7 ; v4: i32 = load4 %a[v3], v9 ; ...     (v7 = const 2)
//	        v5: i32 = add v2, v8 ; v6: i1 = ltu v5, v10 ; br v6, b1(v5), b2          (v10 = const 64)
//	after   b1(v3: i32): v4: i32 = load4 %a[v3], v9 ; ...
//	        v11: i32 = add v3, v12 ; v6: i1 = ne v11, v13 ; br v6, b1(v11), b2       (v13 = const 256)
func strength(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		changed := false
		var u *users
		for _, l := range loops(f) {
			r := reducerOf(l)
			if r == nil {
				continue
			}
			if u == nil {
				u = usersOf(f)
			}
			r.users = u
			r.reduce()
			changed = true
		}
		if changed {
			foldWords(f)
			mergeTwins(f)
			dropValues(f)
		}
		return changed
	})
}

// walker is a value in the loop that changes by the same amount in each round.
type walker struct {
	v    *ir.Value
	of   induction
	step uint64
}

// reducer holds the state for one loop.
type reducer struct {
	l       *loop
	latch   *ir.Block
	entry   *ir.Edge
	pre     *ir.Block
	inds    []induction
	offsets map[*ir.Value]bool // words that refs use as offsets
	found   []walker
	users   *users
}

// reducerOf returns the reducer of a loop, or nil if there is nothing to do.
func reducerOf(l *loop) *reducer {
	latch, entries := l.latch(), l.entries()
	if latch == nil || len(entries) != 1 || latch.Term.Op != ir.Branch {
		return nil
	}
	r := &reducer{l: l, latch: latch, entry: entries[0], offsets: map[*ir.Value]bool{}}
	r.inds = l.inductions(r.entry, latch)
	r.findOffsets()
	r.found = r.walkers()
	if len(r.found) == 0 || len(r.found) > maxWalkers {
		return nil
	}
	return r
}

func (r *reducer) reduce() {
	rounds := r.l.rounds(r.entry, r.latch)
	for _, w := range r.found {
		p, start := r.replace(w)
		if rounds > 0 {
			r.retest(w, p, start, rounds)
		}
	}
}

// findOffsets marks the values that refs use as offsets. It looks through additions of
// constants, which become displacements.
func (r *reducer) findOffsets() {
	for _, b := range r.l.blocks {
		for _, i := range b.Instrs {
			for _, ref := range i.Refs {
				if ref.Off == nil {
					continue
				}
				v := ref.Off
				for {
					x, _, ok := withConst(v, word.Add)
					if !ok || r.l.outside(x) {
						break
					}
					v = x
				}
				r.offsets[v] = true
			}
		}
	}
}

// walkers finds offsets that are a multiple of a counter plus a loop-invariant value.
func (r *reducer) walkers() []walker {
	var out []walker
	for _, b := range r.l.blocks {
		for _, i := range b.Instrs {
			if i.Op != ir.OpWord || !r.offsets[i.Results[0]] {
				continue
			}
			v := i.Results[0]
			for _, d := range r.inds {
				k, ok := r.factor(v, d.param, 6)
				if ok && k != 0 && v != d.next {
					out = append(out, walker{v, d, k * d.step & word.Mask(int(v.Type))})
					break
				}
			}
		}
	}
	return out
}

// factor returns k if v equals k*p plus a loop-invariant value.
func (r *reducer) factor(v, p *ir.Value, depth int) (uint64, bool) {
	if v == p {
		return 1, true
	}
	if r.l.outside(v) {
		return 0, true
	}
	if v.Def == nil || v.Def.Op != ir.OpWord || v.Type != p.Type || depth == 0 {
		if v.Def != nil && v.Def.Op == ir.OpConst {
			return 0, true
		}
		return 0, false
	}
	a := v.Def.Args
	m := word.Mask(int(v.Type))
	switch v.Def.Word {
	case word.Add, word.Sub:
		x, ok := r.factor(a[0], p, depth-1)
		y, oky := r.factor(a[1], p, depth-1)
		if v.Def.Word == word.Sub {
			y = -y
		}
		return (x + y) & m, ok && oky
	case word.Mul, word.Shl:
		x, ok := r.factor(a[0], p, depth-1)
		c, okc := constOf(a[1])
		if v.Def.Word == word.Shl {
			okc = okc && c < uint64(v.Type)
			c = 1 << (c & 63)
		}
		return x * c & m, ok && okc
	}
	return 0, false
}

// replace makes the new counter for a walker. It starts with the walker's value in the first
// round, and grows by the walker's step.
func (r *reducer) replace(w walker) (p, start *ir.Value) {
	if r.pre == nil {
		r.pre, _ = r.l.preheader()
		r.entry = &r.pre.Term.Succs[0]
		r.users.term(r.pre)
	}
	f := r.l.f
	known := map[*ir.Value]*ir.Value{}
	for k, q := range r.l.head.Params {
		known[q] = r.entry.Args[k]
	}
	start = r.firstValue(w.v, known)
	p = f.NewValue(w.v.Type, nil, w.v.Span)
	p.In = r.l.head
	r.l.head.Params = append(r.l.head.Params, p)
	r.entry.Args = append(r.entry.Args, start)
	step := newConst(f, r.latch, p.Type, w.step, w.v.Def)
	next := newWord(f, r.latch, word.Add, p.Type, w.v.Def, p, step.Results[0])
	r.latch.Instrs = append(r.latch.Instrs, step, next)
	back := r.l.back(r.latch)
	back.Args = append(back.Args, next.Results[0])
	r.users.instr(next)
	r.users.term(r.pre)
	r.users.term(r.latch)
	r.users.rename(w.v, p)
	return p, start
}

// firstValue emits code in the preheader that computes the value of v in the first round.
func (r *reducer) firstValue(v *ir.Value, known map[*ir.Value]*ir.Value) *ir.Value {
	if k := known[v]; k != nil {
		return k
	}
	if r.l.outside(v) {
		return v
	}
	i := *v.Def
	i.Args = append([]*ir.Value(nil), v.Def.Args...)
	for k := range i.Args {
		i.Args[k] = r.firstValue(i.Args[k], known)
	}
	n := r.l.f.NewValue(v.Type, nil, v.Span)
	n.Def, n.In = &i, r.pre
	i.Results = []*ir.Value{n}
	r.pre.Instrs = append(r.pre.Instrs, &i)
	r.users.instr(&i)
	known[v] = n
	return n
}

// retest makes the loop end when the walker reaches its final value. It does this only if the
// old counter then has no other use, and if the walker does not reach this value in an
// earlier round.
func (r *reducer) retest(w walker, p, start *ir.Value, rounds int) {
	back := r.l.back(r.latch)
	if !r.onlyCounts(w.of) || !returnsLate(w.step, rounds, int(p.Type)) {
		return
	}
	f := r.l.f
	dist := newConst(f, r.pre, p.Type, w.step*uint64(rounds), nil)
	end := newWord(f, r.pre, word.Add, p.Type, nil, start, dist.Results[0])
	r.pre.Instrs = append(r.pre.Instrs, dist, end)
	op := word.Ne
	if r.latch.Term.Succs[0].To != r.l.head {
		op = word.Eq
	}
	test := newWord(f, r.latch, op, 1, nil, back.Args[len(back.Args)-1], end.Results[0])
	r.latch.Instrs = append(r.latch.Instrs, test)
	r.latch.Term.Cond = test.Results[0]
	r.users.instr(end)
	r.users.instr(test)
	r.users.term(r.latch)
}

// returnsLate reports whether all multiples of step, up to rounds times step, differ from zero.
func returnsLate(step uint64, rounds, w int) bool {
	x := uint64(0)
	for n := 0; n < rounds; n++ {
		x = (x + step) & word.Mask(w)
		if x == 0 {
			return false
		}
	}
	return true
}

// onlyCounts reports whether a counter is used only by its increment, and the increment only by
// the test of the latch.
func (r *reducer) onlyCounts(d induction) bool {
	again := func(b *ir.Block, v **ir.Value) bool { return b == r.latch && *v == r.l.back(r.latch).Args[d.index] }
	if r.users.ends(d.param, again) || r.users.ends(d.next, again) {
		return false
	}
	never := func(*ir.Block, **ir.Value) bool { return false }
	var only func(v *ir.Value, depth int) bool
	only = func(v *ir.Value, depth int) bool {
		for _, i := range r.users.instrs[v] {
			if i.Results[0] == r.latch.Term.Cond || i.Results[0] == d.next {
				continue
			}
			if !isValue(i) || depth == 0 || r.users.ends(i.Results[0], never) || !only(i.Results[0], depth-1) {
				return false
			}
		}
		return true
	}
	return only(d.param, 8) && only(d.next, 8)
}
