package types

import (
	"fmt"
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// The bounds of a system.
const (
	maxRuns = 1024    // task instances, and rounds of a for
	maxCap  = 1 << 16 // capacity of a channel
	maxDevs = 31      // devices: one bit each in a word of a core
)

// elaborator turns the text of a system into its tasks, channels and devices.
type elaborator struct {
	c      *checker
	b      *body
	sys    *tree.System
	groups map[string]group
	count  map[*tree.Func]int
	budget int
	given  map[string]group // in a test: the fakes for the devices of the system
}

// group is a name of the system: a device, a channel or an array of channels.
type group struct {
	at     diag.Span
	device bool
	array  bool
	first  int
	n      int
}

// checkSystem elaborates the system and checks that everything is connected.
func (c *checker) checkSystem() {
	for _, s := range c.systems[min(len(c.systems), 1):] {
		c.errorf(codes.ManySystems, s.Name.Span(), "a program has one system").Note(c.systems[0].Name.Span(), "the first one")
	}
	if len(c.systems) == 0 {
		return
	}
	n := c.systems[0]
	e := &elaborator{
		c: c, b: c.newScratch(), sys: &tree.System{Name: n.Name.Name, Span: n.Name.Span()},
		groups: map[string]group{}, count: map[*tree.Func]int{}, budget: maxRuns,
	}
	e.b.bound = map[string]*tree.ConstDef{}
	before := c.failed
	e.items(n.Items)
	e.nameRuns()
	if c.failed == before {
		e.connected()
		e.unusedTasks()
	}
	c.prog.System = e.sys
}

func (e *elaborator) items(list []syntax.SystemItem) {
	for _, n := range list {
		switch n := n.(type) {
		case *syntax.BindItem:
			e.bind(n)
		case *syntax.ChanItem:
			e.channel(n)
		case *syntax.RunItem:
			e.run(n)
		case *syntax.ForItem:
			e.each(n)
		}
	}
}

// fresh checks that a name of the system is new.
func (e *elaborator) fresh(name syntax.Ident) bool {
	if old, dup := e.groups[name.Name]; dup {
		e.c.errorf(codes.DuplicateName, name.Span(), "`%s` is declared twice in this system", name.Name).Note(old.at, "the other declaration")
		return false
	}
	return true
}

func (e *elaborator) bind(n *syntax.BindItem) {
	if !e.fresh(n.Name) {
		return
	}
	if g, ok := e.given[n.Name.Name]; ok {
		e.groups[n.Name.Name] = g
		return
	}
	call, ok := n.Value.(*syntax.CallExpr)
	if !ok {
		e.c.errorf(codes.BadBinding, n.Value.Span(), "a system binds devices, as in `nic = net.eth(0)`")
		return
	}
	if i := e.device(call, n.Name.Name); i >= 0 {
		e.groups[n.Name.Name] = group{at: n.Name.Span(), device: true, first: i, n: 1}
	} else {
		e.groups[n.Name.Name] = group{at: n.Name.Span(), device: true, first: -1}
	}
}

// device makes the device of `net.eth(k)`; it returns -1 after an error.
func (e *elaborator) device(call *syntax.CallExpr, name string) int {
	f, ok := call.Fun.(*syntax.FieldExpr)
	var pkg *syntax.Ident
	if ok {
		pkg = e.b.packageName(f.X)
	}
	kind := ""
	if pkg != nil {
		kind = constructors[pkg.Name+"."+f.Name.Name]
	}
	if kind == "" {
		e.notDevice(call, pkg, f)
		return -1
	}
	if !e.b.needsUse(*pkg) {
		return -1
	}
	if kind == "udp" {
		return e.udp(call, name)
	}
	if len(call.Args) != 1 {
		e.c.errorf(codes.BadArguments, call.Span(), "expected the number of the device, as in `%s.%s(0)`", pkg.Name, f.Name.Name)
		return -1
	}
	k, ok := e.b.size(call.Args[0].Value, "device number")
	if !ok {
		return -1
	}
	for _, d := range e.sys.Devices {
		if d.Number == k && (d.Kind == "disk") == (kind == "disk") {
			e.c.errorf(codes.UsedTwice, call.Span(), "the device %s.%s(%d) is there already, as `%s`", pkg.Name, f.Name.Name, k, d.Name).Note(d.Span, "the other one")
			return -1
		}
	}
	if len(e.sys.Devices) == maxDevs {
		e.c.errorf(codes.TooLarge, call.Span(), "a system has at most %d devices", maxDevs)
		return -1
	}
	if name == "" {
		name = fmt.Sprintf("%s%d", kind, k)
	}
	e.sys.Devices = append(e.sys.Devices, tree.DeviceDef{Name: name, Kind: kind, Number: k, Run: -1, Span: call.Span()})
	return len(e.sys.Devices) - 1
}

func (e *elaborator) notDevice(call *syntax.CallExpr, pkg *syntax.Ident, f *syntax.FieldExpr) {
	switch {
	case pkg == nil:
		e.c.errorf(codes.BadBinding, call.Span(), "expected a device, as in `net.eth(0)`")
	case laterPackages[pkg.Name] || pkg.Name == "net" && f.Name.Name == "tcp":
		e.c.notYet(call.Span(), "the device "+pkg.Name+"."+f.Name.Name+" is")
	case pkg.Name == "log":
		e.c.errorf(codes.BadBinding, call.Span(), "expected a device, as in `net.eth(0)`")
	default:
		x := e.c.errorf(codes.UnknownName, f.Name.Span(), "the package `%s` has no device `%s`", pkg.Name, f.Name.Name)
		e.c.suggest(x, f.Name.Name, functionsOfPackage[pkg.Name])
	}
}

func (e *elaborator) channel(n *syntax.ChanItem) {
	if !e.fresh(n.Name) {
		return
	}
	count, array := 1, n.Count != nil
	elem := e.b.typeOf(n.Elem)
	okCount := true
	if array {
		count, okCount = e.b.size(n.Count, "number of channels")
	}
	capacity, okCap := e.capacity(n)
	e.groups[n.Name.Name] = group{at: n.Name.Span(), array: array, first: -1}
	if elem == nil || !okCount || !okCap {
		return
	}
	if count > maxRuns || capacity > maxCells/max(tree.Cells(elem), 1)/max(count, 1) {
		e.c.errorf(codes.TooLarge, n.Span(), "these channels are too many or too large")
		return
	}
	e.groups[n.Name.Name] = group{at: n.Name.Span(), array: array, first: len(e.sys.Chans), n: count}
	for i := range count {
		name := n.Name.Name
		if array {
			name = fmt.Sprintf("%s.%d", name, i)
		}
		e.sys.Chans = append(e.sys.Chans, tree.ChanDef{
			Name: name, Elem: elem, Cap: capacity, Writer: -1, Reader: -1, Span: n.Name.Span(),
		})
	}
}

func (e *elaborator) capacity(n *syntax.ChanItem) (int, bool) {
	if n.Cap == nil {
		return 0, false
	}
	v, ok := e.b.constInt(n.Cap)
	if !ok {
		return 0, false
	}
	if v.Sign() < 0 || v.Cmp(big.NewInt(maxCap)) > 0 {
		e.c.errorf(codes.BadCapacity, n.Cap.Span(), "the capacity of a channel is 0 to %d, not %s", maxCap, v)
		return 0, false
	}
	return int(v.Int64()), true
}

// each elaborates the items of a for once for each value.
func (e *elaborator) each(n *syntax.ForItem) {
	if n.Range == nil {
		return
	}
	lo, okLo := e.b.constInt(n.Range.Lo)
	hi, okHi := e.b.constInt(n.Range.Hi)
	step, okStep := big.NewInt(1), true
	if n.Step != nil {
		step, okStep = e.b.constInt(n.Step)
	}
	if !okLo || !okHi || !okStep {
		return
	}
	if step.Sign() <= 0 {
		e.c.errorf(codes.BadSize, n.Step.Span(), "a step is a constant above 0, not %s", step)
		return
	}
	if n.Range.Closed {
		hi = add(hi, big.NewInt(1))
	}
	outer := e.b.bound[n.Var.Name]
	for ; lo.Cmp(hi) < 0; lo = add(lo, step) {
		if e.budget--; e.budget < 0 {
			e.tooMany(n.Span())
			break
		}
		e.b.bound[n.Var.Name] = &tree.ConstDef{Name: n.Var.Name, Type: tree.RangeType(lo, lo), Cells: []uint64{cellOf(lo)}}
		before := e.c.failed
		e.items(n.Items)
		if e.c.failed != before {
			break
		}
	}
	e.b.bound[n.Var.Name] = outer
}

func (e *elaborator) tooMany(at diag.Span) {
	if e.budget == -1 {
		e.c.errorf(codes.TooLarge, at, "a system has at most %d tasks and rounds of its loops", maxRuns)
	}
}

func (e *elaborator) run(n *syntax.RunItem) {
	if e.budget--; e.budget < 0 {
		e.tooMany(n.Span())
		return
	}
	f := e.task(n)
	if f == nil {
		return
	}
	index := len(e.sys.Runs)
	r := tree.Run{Name: f.Name, Task: f, Args: make([]tree.Bind, len(f.Params)), Span: n.Span()}
	names := make([]string, len(f.Params))
	for i, p := range f.Params {
		names[i] = p.Name
	}
	ok := true
	_, complete := e.b.arguments(n.Call, "`"+f.Name+"`", names, func(i int, x syntax.Expr) tree.Expr {
		bind, fine := e.argument(f.Params[i], x, index)
		r.Args[i] = bind
		ok = ok && fine
		return boolConst(true, x.Span())
	})
	if !ok || !complete {
		return
	}
	e.sys.Runs = append(e.sys.Runs, r)
	e.count[f]++
}

func (e *elaborator) task(n *syntax.RunItem) *tree.Func {
	if n.Call == nil {
		return nil
	}
	d := e.taskDecl(n.Call.Fun)
	if d == nil || !e.c.resolve(d, n.Call.Fun.Span()) {
		return nil
	}
	if d.fn == nil || !d.fn.tree.Task {
		e.c.errorf(codes.BadBinding, n.Call.Fun.Span(), "`%s` is %s, expected a task", d.name.Name, d.what()).Note(d.name.Span(), "declared here")
		return nil
	}
	e.c.checkBodies() // of the library: a body says what its task does with devices
	return d.fn.tree
}

// taskDecl finds the declaration of a task that run names.
func (e *elaborator) taskDecl(x syntax.Expr) *decl {
	switch x := x.(type) {
	case *syntax.Name:
		d := e.c.find(x.Ident)
		if d == nil {
			e.c.unknown(x.Ident, "task", e.c.taskNames())
		}
		return d
	case *syntax.FieldExpr:
		if pkg := e.b.packageName(x.X); pkg != nil {
			return e.b.packageMember(*pkg, x.Name, "task")
		}
	}
	e.c.errorf(codes.BadBinding, x.Span(), "`run` takes the name of a task")
	return nil
}

func (c *checker) taskNames() []string {
	var names []string
	for _, d := range c.order {
		if _, ok := d.node.(*syntax.TaskDecl); ok && d.pkg == "" {
			names = append(names, d.name.Name)
		}
	}
	return names
}

// argument binds a parameter of a task.
func (e *elaborator) argument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	switch p.Type.Kind {
	case tree.Device:
		return e.deviceArgument(p, x, run)
	case tree.Chan:
		return e.chanArgument(p, x, run)
	}
	if tree.EndsOf(p.Type) != nil {
		return e.endsArgument(p, x, run)
	}
	v := e.b.value(x, p.Type)
	if v == nil {
		return tree.Bind{}, false
	}
	cells, ok := e.b.evaluate(v, x.Span())
	return tree.Bind{Kind: tree.BindValue, Cells: cells}, ok
}

func (e *elaborator) deviceArgument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	i := -1
	if call, ok := x.(*syntax.CallExpr); ok {
		i = e.device(call, "")
	} else if g, ok := e.group(x, "device"); ok {
		if !g.device {
			e.c.errorf(codes.BadBinding, x.Span(), "expected a device for `%s`, found a channel", p.Name).Note(g.at, "declared here")
			return tree.Bind{}, false
		}
		i = g.first
	}
	if i < 0 {
		return tree.Bind{}, false
	}
	d := &e.sys.Devices[i]
	if want := typeOfDevice[d.Kind]; want != p.Type.Name {
		e.c.errorf(codes.Mismatch, x.Span(), "`%s` is a `%s`, `%s` wants a `%s`", d.Name, want, p.Name, p.Type.Name).Note(d.Span, "the device")
		return tree.Bind{}, false
	}
	if d.Run >= 0 {
		e.c.errorf(codes.UsedTwice, x.Span(), "the device `%s` is given to two tasks", d.Name).Note(d.Span, "the device")
		return tree.Bind{}, false
	}
	use := e.c.useOf[p]
	d.Run, d.Rx, d.Tx = run, use.rx, use.tx
	return tree.Bind{Kind: tree.BindDevice, Index: i}, true
}

// group finds a name of the system.
func (e *elaborator) group(x syntax.Expr, what string) (group, bool) {
	n, ok := x.(*syntax.Name)
	if !ok {
		e.c.errorf(codes.BadBinding, x.Span(), "expected the name of a %s", what)
		return group{}, false
	}
	g, ok := e.groups[n.Name]
	if !ok {
		var known []string
		for name := range e.groups {
			known = append(known, name)
		}
		e.c.unknown(n.Ident, what, known)
	}
	return g, ok
}

func (e *elaborator) chanArgument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	i, ok := e.oneChannel(p, p.Type, x, run)
	return tree.Bind{Kind: tree.BindChan, Index: i}, ok
}

// oneChannel finds a channel and gives an end of it, of type t, to a task.
func (e *elaborator) oneChannel(p *tree.Local, t *tree.Type, x syntax.Expr, run int) (int, bool) {
	name, index := x, -1
	if at, ok := x.(*syntax.IndexExpr); ok {
		k, fine := e.b.size(at.Index, "index")
		if !fine {
			return 0, false
		}
		name, index = at.X, k
	}
	g, ok := e.group(name, "channel")
	switch {
	case !ok || !g.device && g.first < 0:
		return 0, false
	case g.device:
		e.c.errorf(codes.BadBinding, x.Span(), "expected a channel for `%s`, found a device", p.Name).Note(g.at, "declared here")
		return 0, false
	case g.array != (index >= 0):
		e.c.errorf(codes.BadBinding, x.Span(), "expected one channel").Note(g.at, "declared here").Hint("an element of an array of channels is `name[k]`")
		return 0, false
	case index >= g.n:
		e.c.errorf(codes.AlwaysTraps, x.Span(), "there are %d channels, numbered from 0", g.n).Note(g.at, "declared here")
		return 0, false
	}
	i := g.first + max(index, 0)
	return i, e.connect(p, t, &e.sys.Chans[i], x.Span(), run)
}

// endsArgument binds an array of channel ends: an array of channels of the
// system, or a list of channels.
func (e *elaborator) endsArgument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	bind := tree.Bind{Kind: tree.BindChans}
	if lit, ok := x.(*syntax.ArrayLit); ok {
		fine := e.countEnds(p, len(lit.Elems), x)
		for _, item := range lit.Elems {
			one, ok := e.oneChannel(p, p.Type.Elem, item, run)
			bind.Cells, fine = append(bind.Cells, uint64(one)), fine && ok
		}
		return bind, fine
	}
	g, ok := e.group(x, "channel")
	switch {
	case !ok || !g.device && g.first < 0:
		return bind, false
	case g.device || !g.array:
		e.c.errorf(codes.BadBinding, x.Span(), "expected an array of channels for `%s`", p.Name).Note(g.at, "declared here").
			Hint("declare it as `chan name[%d]: T cap n`", p.Type.Len)
		return bind, false
	}
	fine := e.countEnds(p, g.n, x)
	for i := g.first; fine && i < g.first+g.n; i++ {
		fine = e.connect(p, p.Type.Elem, &e.sys.Chans[i], x.Span(), run)
		bind.Cells = append(bind.Cells, uint64(i))
	}
	return bind, fine
}

// countEnds checks the number of channels given to an array of ends.
func (e *elaborator) countEnds(p *tree.Local, n int, x syntax.Expr) bool {
	if n != p.Type.Len {
		e.c.errorf(codes.Mismatch, x.Span(), "`%s` takes %d channels, these are %d", p.Name, p.Type.Len, n)
	}
	return n == p.Type.Len
}

// connect gives an end of a channel to a task.
func (e *elaborator) connect(p *tree.Local, t *tree.Type, ch *tree.ChanDef, at diag.Span, run int) bool {
	if !tree.Same(t.Elem, ch.Elem) {
		e.c.errorf(codes.Mismatch, at, "`%s` carries `%s`, `%s` wants `%s`", ch.Name, ch.Elem, p.Name, t.Elem).Note(ch.Span, "declared here")
		return false
	}
	end, word := &ch.Reader, "reads from"
	if t.Out {
		end, word = &ch.Writer, "writes to"
	}
	if *end >= 0 {
		e.c.errorf(codes.UsedTwice, at, "a second task %s the channel `%s`", word, ch.Name).Note(ch.Span, "declared here").
			Hint("a channel has one writer and one reader; declare one more channel")
		return false
	}
	*end = run
	return e.noTry(p, t, ch, at)
}

// nameRuns numbers the instances of tasks that are run several times.
func (e *elaborator) nameRuns() {
	next := map[*tree.Func]int{}
	for i := range e.sys.Runs {
		r := &e.sys.Runs[i]
		if e.count[r.Task] > 1 {
			r.Name = fmt.Sprintf("%s.%d", r.Name, next[r.Task])
			next[r.Task]++
		}
	}
}

// connected checks that each end has a task.
func (e *elaborator) connected() {
	for _, ch := range e.sys.Chans {
		if ch.Writer < 0 {
			e.c.errorf(codes.Unconnected, ch.Span, "no task writes to the channel `%s`", ch.Name).Hint("give it to a parameter `out chan<%s>`", ch.Elem)
		}
		if ch.Reader < 0 {
			e.c.errorf(codes.Unconnected, ch.Span, "no task reads from the channel `%s`", ch.Name).Hint("give it to a parameter `in chan<%s>`", ch.Elem)
		}
	}
	for _, d := range e.sys.Devices {
		if d.Run < 0 {
			e.c.errorf(codes.UnusedDevice, d.Span, "no task has the device `%s`", d.Name).Hint("give it to a task, or remove it")
		}
	}
}
