package gen

// variable is a name with a value.
type variable struct {
	name    string
	typ     *typ
	mutable bool
	locked  int         // above 0: it must not be assigned
	fixed   int         // above 0: bytes whose length must not change
	below   []*variable // bytes and slices whose length is above the value of the variable
	under   int64       // exclusive upper bound of the value, if the type does not give it
	global  bool
	message bool // built from fields, which the program may change
}

// changeable reports whether a variable may be assigned.
func changeable(v *variable) bool { return v.mutable && v.locked == 0 }

// body is a function or task under construction.
type body struct {
	vars     []*variable
	params   []*variable // parameters of a function
	result   *typ        // result type; nil: none
	task     bool
	timed    int
	loops    int // number of enclosing loops that break and continue may leave
	depth    int // depth of nested statements
	times    int // how often the current code may run in one call
	spent    int // work of one call so far
	budget   int
	pure     int       // above 0: expressions must not have side effects
	short    bool      // the expression is inside a string, so it must be short
	hash     *variable // the variable into which computed values are mixed
	ends     int       // above 0: no statement may leave the function here
	disk     *link     // disk of a task, or nil
	pin, led *link     // pins of a task, or nil
	bus      *link     // bus of a task, or nil
	constant bool      // the body of a constant, which must not call functions that may be timed
}

// enter makes b the current body. The returned function restores the previous one.
func (g *gen) enter(b *body) func() {
	old := g.b
	g.b = b
	return func() { g.b = old }
}

// scope opens a scope. The returned function closes it and forgets the names declared inside.
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

// repeated makes code that runs up to n times each time the current code runs.
func (g *gen) repeated(n int, make func()) {
	old := g.b.times
	g.b.times *= max(n, 1)
	make()
	g.b.times = old
}

// visible lists the variables that can be read, newest first, and then the constants.
func (g *gen) visible() []*variable {
	out := make([]*variable, 0, len(g.b.vars)+len(g.consts))
	for i := len(g.b.vars) - 1; i >= 0; i-- {
		out = append(out, g.b.vars[i])
	}
	return append(out, g.consts...)
}
