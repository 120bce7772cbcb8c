package gen

// variable is a name with a value.
type variable struct {
	name    string
	typ     *typ
	mutable bool
	locked  int         // more than 0: nobody may assign it
	fixed   int         // more than 0: bytes that keep their length
	below   []*variable // bytes and slices that are longer than this number
	under   int64       // a number that it is below, when its type does not tell
	global  bool
	message bool // made of fields, which may change
}

// changeable reports a variable that may be assigned.
func changeable(v *variable) bool { return v.mutable && v.locked == 0 }

// body is a function or task while it is made.
type body struct {
	vars     []*variable
	params   []*variable // of a function
	result   *typ        // nil: none
	task     bool
	timed    int
	loops    int // loops that break and continue may leave
	depth    int // of nested statements
	times    int // how often what is made now may run in one call
	spent    int // work of one call so far
	budget   int
	pure     int       // more than 0: expressions may change nothing
	short    bool      // what is made stands in a string
	hash     *variable // into which what is computed goes
	ends     int       // more than 0: nothing may leave the function here
	disk     *link     // of a task, nil for none
	pin, led *link     // of a task, nil for none
	bus      *link     // of a task, nil for none
	constant bool      // of a constant, which calls no function that a region may time
}

// enter makes a body the current one and returns what leaves it.
func (g *gen) enter(b *body) func() {
	old := g.b
	g.b = b
	return func() { g.b = old }
}

// scope remembers the names of now; the function that it returns forgets all
// later ones.
func (g *gen) scope() func() {
	n := len(g.b.vars)
	return func() { g.b.vars = g.b.vars[:n] }
}

func (g *gen) add(v *variable) *variable {
	g.b.vars = append(g.b.vars, v)
	return v
}

// work counts n units of work and reports whether there was room for them.
func (g *gen) work(n int) bool {
	if !g.room(n) {
		return false
	}
	g.b.spent += n * g.b.times
	return true
}

func (g *gen) room(n int) bool { return g.b.spent+n*g.b.times <= g.b.budget }

// repeated makes something that runs up to n times for one time now.
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
