package gen

// variable is a name with a value.
type variable struct {
	name    string
	typ     *typ
	mutable bool
	locked  int         // more than 0: it may not be assigned
	fixed   int         // more than 0: bytes that keep their length
	below   []*variable // bytes and slices that are longer than the value
	under   int64       // upper bound (exclusive), if its type does not tell
	global  bool
	message bool // built from fields, which may change
}

// changeable reports whether a variable may be assigned.
func changeable(v *variable) bool { return v.mutable && v.locked == 0 }

// body is a function or task under construction.
type body struct {
	vars     []*variable
	params   []*variable // of a function
	result   *typ        // nil: none
	task     bool
	timed    int
	loops    int // loops that break and continue may leave
	depth    int // of nested statements
	times    int // how often the present code may run in one call
	spent    int // work of one call so far
	budget   int
	pure     int       // more than 0: expressions may change nothing
	short    bool      // the expression is inside a string
	hash     *variable // takes the computed values
	ends     int       // more than 0: nothing may leave the function here
	disk     *link     // of a task, nil for none
	pin, led *link     // of a task, nil for none
	bus      *link     // of a task, nil for none
	constant bool      // of a constant, which calls no function that a region may time
}

// enter makes a body the current one. The returned function leaves it.
func (g *gen) enter(b *body) func() {
	old := g.b
	g.b = b
	return func() { g.b = old }
}

// scope remembers the present names. The returned function forgets all later names.
func (g *gen) scope() func() {
	n := len(g.b.vars)
	return func() { g.b.vars = g.b.vars[:n] }
}

func (g *gen) add(v *variable) *variable {
	g.b.vars = append(g.b.vars, v)
	return v
}

// work counts n units of work and reports whether the budget allows them.
func (g *gen) work(n int) bool {
	if !g.room(n) {
		return false
	}
	g.b.spent += n * g.b.times
	return true
}

func (g *gen) room(n int) bool { return g.b.spent+n*g.b.times <= g.b.budget }

// repeated makes code that runs up to n times for each run of the present code.
func (g *gen) repeated(n int, make func()) {
	old := g.b.times
	g.b.times *= max(n, 1)
	make()
	g.b.times = old
}

// visible lists the variables that can be read, latest first, then constants.
func (g *gen) visible() []*variable {
	out := make([]*variable, 0, len(g.b.vars)+len(g.consts))
	for i := len(g.b.vars) - 1; i >= 0; i-- {
		out = append(out, g.b.vars[i])
	}
	return append(out, g.consts...)
}
