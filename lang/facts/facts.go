package facts

import (
	"slices"

	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// term is the subject of a fact: a local, or the length of a local.
type term struct {
	local  *tree.Local
	length bool
}

// pair is the subject of a difference fact.
type pair struct{ a, b term }

// diff is the fact that a - b <= d.
type diff struct {
	pair
	d int64
}

// Known holds the facts at one program point: the intervals of terms, and differences a - b <=
// d for pairs of terms. A nil *Known belongs to a point that is never reached.
type Known struct {
	spans  map[term]interval.Set
	diffs  []diff // in the order in which they were learnt, one per pair
	effort *int   // proof steps of the whole check so far
}

// New returns a Known without facts. All proofs add their steps to effort.
func New(effort *int) *Known { return &Known{spans: map[term]interval.Set{}, effort: effort} }

// Clone returns an independent copy.
func (f *Known) Clone() *Known {
	if f == nil {
		return nil
	}
	g := New(f.effort)
	for k, v := range f.spans {
		g.spans[k] = v
	}
	g.diffs = slices.Clone(f.diffs)
	return g
}

// Join returns the facts that hold on both paths.
func Join(f, g *Known) *Known {
	if f == nil {
		return g
	}
	if g == nil {
		return f
	}
	r := New(f.effort)
	for k, v := range f.spans {
		if w, ok := g.spans[k]; ok {
			r.spans[k] = v.Hull(w)
		}
	}
	for _, x := range f.diffs {
		if i := g.find(x.pair); i >= 0 {
			r.diffs = append(r.diffs, diff{x.pair, max(x.d, g.diffs[i].d)})
		}
	}
	return r
}

// Forget drops all facts about a local.
func (f *Known) Forget(l *tree.Local) {
	if f == nil {
		return
	}
	delete(f.spans, term{l, false})
	delete(f.spans, term{l, true})
	f.diffs = slices.DeleteFunc(f.diffs, func(x diff) bool { return x.a.local == l || x.b.local == l })
}

// find returns the index of the difference fact about a pair, or -1.
func (f *Known) find(p pair) int {
	return slices.IndexFunc(f.diffs, func(x diff) bool { return x.pair == p })
}

// span returns the known interval of a term.
func (f *Known) span(t term) interval.Set {
	s := t.typeSpan()
	if f != nil {
		if known, ok := f.spans[t]; ok {
			s = meet(s, known)
		}
	}
	return s
}

// MaxSlice is the largest length of a slice.
const MaxSlice = 1<<31 - 1

func (t term) typeSpan() interval.Set {
	if !t.length {
		return All(t.local.Type)
	}
	return Length(t.local.Type)
}

// Length is the interval of lengths that the type of an array, slice or bytes allows.
func Length(t *tree.Type) interval.Set {
	switch t.Kind {
	case tree.Array:
		return interval.Make(int64(t.Len), int64(t.Len))
	case tree.Bytes:
		return interval.Make(0, int64(t.Len))
	}
	return interval.Make(0, MaxSlice)
}

// maxFacts bounds the facts of each kind at one point. This bound keeps the cost of checking a
// huge function linear in the length of the function. An index without a proof is checked at run
// time.
const maxFacts = 64

// narrow adds the fact that a term is in an interval.
func (f *Known) narrow(t term, s interval.Set) {
	now := f.span(t)
	s = meet(now, s)
	if _, known := f.spans[t]; (known || len(f.spans) < maxFacts) && s != now {
		f.spans[t] = s
	}
}

// limit adds the fact a - b <= d.
func (f *Known) limit(a, b term, d int64) {
	i := f.find(pair{a, b})
	switch {
	case i >= 0:
		f.diffs[i].d = min(f.diffs[i].d, d)
	case len(f.diffs) < maxFacts:
		f.diffs = append(f.diffs, diff{pair{a, b}, d})
	}
}

// same adds the fact a = b + d.
func (f *Known) same(a, b term, d int64) {
	f.limit(a, b, d)
	f.limit(b, a, -d)
}

// maxEffort bounds the steps of all proofs in one check.
const maxEffort = 1 << 24

// maxSteps bounds the difference facts in one proof.
const maxSteps = 3

// atMost reports whether x - y <= d follows from the difference facts. It uses at most `depth` of
// these facts.
func (f *Known) atMost(x, y term, d int64, depth int) bool {
	if x == y {
		return d >= 0
	}
	if f == nil {
		return false
	}
	if i := f.find(pair{x, y}); i >= 0 && f.diffs[i].d <= d {
		return true
	}
	if depth == 0 || *f.effort > maxEffort {
		return false
	}
	*f.effort += len(f.diffs)
	for _, k := range f.diffs {
		if k.a == x && f.atMost(k.b, y, d-k.d, depth-1) {
			return true
		}
	}
	return false
}
