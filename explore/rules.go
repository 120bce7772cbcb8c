package explore

import (
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// rule is a constraint. If `when` holds for a point, `then` must hold too. A [[forbid]] section
// excludes each point that has all the values of the section.
type rule struct {
	at         diag.Span
	when, then []term
	forbids    bool
}

// term holds for a point whose axis has one of the values.
type term struct {
	axis   string
	values []string
}

func (t term) holds(p Point) bool { return slices.Contains(t.values, p.Get(t.axis)) }

func hold(terms []term, p Point) bool {
	return !slices.ContainsFunc(terms, func(t term) bool { return !t.holds(p) })
}

// allows reports whether a point satisfies a rule.
func (r *rule) allows(p Point) bool { return !hold(r.when, p) || !r.forbids && hold(r.then, p) }

// readRule takes a section [[forbid]] or [[require]].
func (s *Space) readRule(part section) error {
	if !part.array {
		return nil
	}
	r := rule{at: part.at, forbids: part.name == "forbid"}
	for _, e := range part.entries {
		name, when := strings.CutPrefix(e.key, "when.")
		if r.forbids && when {
			return mistake(e.at, "a [[forbid]] has no when: it names the values that it forbids together")
		}
		t, err := s.term(name, e)
		if err != nil {
			return err
		}
		if when || r.forbids {
			r.when = append(r.when, t)
		} else {
			r.then = append(r.then, t)
		}
	}
	switch {
	case r.forbids && len(r.when) == 0:
		return mistake(part.at, "a [[forbid]] names at least one axis")
	case !r.forbids && len(r.then) == 0:
		return mistake(part.at, "a [[require]] names at least one axis without when")
	}
	s.rules = append(s.rules, r)
	return nil
}

// term reads AXIS = VALUE or AXIS = [VALUES] of a rule.
func (s *Space) term(name string, e entry) (term, error) {
	i := s.index(name)
	if i < 0 {
		var have []string
		for _, a := range s.Axes {
			have = append(have, a.Name)
		}
		return term{}, suggest(mistake(e.at, "the space has no axis %s; it has %s", name, strings.Join(have, ", ")), name, have)
	}
	values, err := listOf(e)
	if err != nil {
		return term{}, err
	}
	t := term{axis: name}
	for _, v := range values {
		if !slices.Contains(s.Axes[i].Values, v.text) {
			return t, suggest(mistake(v.at, "%s has no value %s in this space; it has %s", name, v.text, strings.Join(s.Axes[i].Values, ", ")), v.text, s.Axes[i].Values)
		}
		t.values = append(t.values, v.text)
	}
	return t, nil
}

// excludes finds the first rule that a point does not satisfy.
func (s *Space) excludes(p Point) *rule {
	for i := range s.rules {
		if !s.rules[i].allows(p) {
			return &s.rules[i]
		}
	}
	return nil
}

// satisfiable checks that the rules leave points. If a [[require]] applies to some points, at
// least one of these points must be left. Otherwise the rules contradict each other.
func (s *Space) satisfiable() error {
	left := 0
	spoken, met := make([]int, len(s.rules)), make([]int, len(s.rules))
	broken := make([][]*rule, len(s.rules))
	for _, p := range s.all() {
		by := s.excludes(p)
		if by == nil {
			left++
		}
		for i := range s.rules {
			if r := &s.rules[i]; r.forbids || !hold(r.when, p) {
				continue
			}
			spoken[i]++
			if by == nil {
				met[i]++
			} else if !slices.Contains(broken[i], by) {
				broken[i] = append(broken[i], by)
			}
		}
	}
	for i := range s.rules {
		if spoken[i] > 0 && met[i] == 0 {
			return contradiction(&s.rules[i], broken[i])
		}
	}
	if left == 0 {
		e := mistake(s.rules[0].at, "the constraints leave no point, so the space is empty")
		for i := range s.rules[1:] {
			e.Note(s.rules[i+1].at, "and this one")
		}
		return e
	}
	return nil
}

func contradiction(r *rule, by []*rule) error {
	e := mistake(r.at, "constraints contradict each other: of the points for which this one holds, none is left")
	for _, b := range by {
		if b != r {
			e.Note(b.at, "this one excludes such points")
		}
	}
	return e
}
