package elab

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// The bounds of a system.
const (
	maxRuns = 1024    // task instances, and rounds of a for
	maxCap  = 1 << 16 // capacity of a channel
)

// Elaborator turns the text of a system into its tasks, channels and devices.
type Elaborator struct {
	h      Host
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

// New returns an elaborator that adds to sys.
func New(h Host, sys *tree.System) *Elaborator {
	return &Elaborator{h: h, sys: sys, groups: map[string]group{}, count: map[*tree.Func]int{}, budget: maxRuns}
}

// System is what has been elaborated so far.
func (e *Elaborator) System() *tree.System { return e.sys }

// Items elaborates the items of a system.
func (e *Elaborator) Items(list []syntax.SystemItem) {
	for _, n := range list {
		switch n := n.(type) {
		case *syntax.BindItem:
			e.bind(n)
		case *syntax.ChanItem:
			e.channel(n)
		case *syntax.RunItem:
			e.Run(n)
		case *syntax.ForItem:
			e.each(n)
		}
	}
}

// fresh checks that a name of the system is new.
func (e *Elaborator) fresh(name syntax.Ident) bool {
	if old, dup := e.groups[name.Name]; dup {
		e.h.Errorf(codes.DuplicateName, name.Span(), "`%s` is declared twice in this system", name.Name).Note(old.at, "the other declaration")
		return false
	}
	e.h.Record.Define(record.Def{Name: name.Name, What: "part of the system", At: name.Span()})
	return true
}

func (e *Elaborator) bind(n *syntax.BindItem) {
	if !e.fresh(n.Name) {
		return
	}
	if g, ok := e.given[n.Name.Name]; ok {
		e.groups[n.Name.Name] = g
		return
	}
	call, ok := n.Value.(*syntax.CallExpr)
	if !ok {
		e.h.Errorf(codes.BadBinding, n.Value.Span(), "a system binds devices, as in `nic = net.eth(0)`")
		return
	}
	if i := e.device(call, n.Name.Name); i >= 0 {
		e.groups[n.Name.Name] = group{at: n.Name.Span(), device: true, first: i, n: 1}
	} else {
		e.groups[n.Name.Name] = group{at: n.Name.Span(), device: true, first: -1}
	}
}

// device makes the device of `net.eth(k)`; it returns -1 after an error.
func (e *Elaborator) device(call *syntax.CallExpr, name string) int {
	f, ok := call.Fun.(*syntax.FieldExpr)
	var pkg *syntax.Ident
	if ok {
		pkg = e.h.Package(f.X)
	}
	var kind *port.Kind
	if pkg != nil {
		kind = port.MadeBy(pkg.Name + "." + f.Name.Name)
	}
	if kind == nil {
		e.notDevice(call, pkg, f)
		return -1
	}
	if !e.h.InUse(*pkg) {
		return -1
	}
	if kind.Key == port.Over {
		return e.over(call, kind, name)
	}
	if kind.Key == port.Label {
		return e.labelled(call, kind, name)
	}
	return e.numbered(call, kind, name)
}

// labelled makes the device of gpio.out("led0").
func (e *Elaborator) labelled(call *syntax.CallExpr, kind *port.Kind, name string) int {
	label, ok := labelOf(call)
	if !ok {
		e.h.Errorf(codes.BadArguments, call.Span(), "expected the name of a pin, as in `%s(\"pin0\")`", kind.Make).
			Hint("a name is made of letters, digits and _, and begins with a letter")
		return -1
	}
	for _, d := range e.sys.Devices {
		if d.Label == label {
			e.h.Errorf(codes.UsedTwice, call.Span(), "the pin %q is in use already, as `%s`", label, d.Name).Note(d.Span, "the other one")
			return -1
		}
	}
	if name == "" {
		name = label
	}
	return e.add(tree.DeviceDef{Name: name, Kind: kind.Name, Label: label, Run: -1, Span: call.Span()})
}

// labelOf is the one argument of a call, a string that is a name.
func labelOf(call *syntax.CallExpr) (string, bool) {
	if len(call.Args) != 1 || call.Args[0].Name != nil {
		return "", false
	}
	s, ok := call.Args[0].Value.(*syntax.StringLit)
	if !ok || len(s.Parts) != 1 || s.Parts[0].X != nil {
		return "", false
	}
	label := s.Parts[0].Bytes
	for i, r := range label {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return "", false
		}
	}
	return label, true
}

// add makes a device of the system, -1 when there are too many.
func (e *Elaborator) add(d tree.DeviceDef) int {
	if len(e.sys.Devices) == port.Ports {
		e.h.Errorf(codes.TooLarge, d.Span, "a system has at most %d devices", port.Ports)
		return -1
	}
	e.sys.Devices = append(e.sys.Devices, d)
	return len(e.sys.Devices) - 1
}

// numbered makes the device of net.eth(k).
func (e *Elaborator) numbered(call *syntax.CallExpr, kind *port.Kind, name string) int {
	if len(call.Args) != 1 {
		e.h.Errorf(codes.BadArguments, call.Span(), "expected the number of the device, as in `%s(0)`", kind.Make)
		return -1
	}
	k, ok := e.h.Size(call.Args[0].Value, "device number")
	if !ok {
		return -1
	}
	for _, d := range e.sys.Devices {
		if d.Label == "" && d.Number == k && port.Find(d.Kind).Pool == kind.Pool {
			e.h.Errorf(codes.UsedTwice, call.Span(), "the device %s(%d) is there already, as `%s`", kind.Make, k, d.Name).Note(d.Span, "the other one")
			return -1
		}
	}
	if name == "" {
		name = fmt.Sprintf("%s%d", kind.Name, k)
	}
	return e.add(tree.DeviceDef{Name: name, Kind: kind.Name, Number: k, Run: -1, Span: call.Span()})
}

func (e *Elaborator) notDevice(call *syntax.CallExpr, pkg *syntax.Ident, f *syntax.FieldExpr) {
	switch {
	case pkg == nil:
		e.h.Errorf(codes.BadBinding, call.Span(), "expected a device, as in `net.eth(0)`")
	case IsLater(pkg.Name) || pkg.Name == "net" && f.Name.Name == "tcp":
		e.h.Errorf(codes.NotYet, call.Span(), "the device %s.%s is not yet supported", pkg.Name, f.Name.Name)
	case pkg.Name == "log":
		e.h.Errorf(codes.BadBinding, call.Span(), "expected a device, as in `net.eth(0)`")
	default:
		x := e.h.Errorf(codes.UnknownName, f.Name.Span(), "the package `%s` has no device `%s`", pkg.Name, f.Name.Name)
		e.h.Suggest(x, f.Name.Name, Constructors(pkg.Name))
	}
}

func (e *Elaborator) channel(n *syntax.ChanItem) {
	if !e.fresh(n.Name) {
		return
	}
	count, array := 1, n.Count != nil
	elem := e.h.TypeOf(n.Elem)
	okCount := true
	if array {
		count, okCount = e.h.Size(n.Count, "number of channels")
	}
	capacity, okCap := e.capacity(n)
	e.groups[n.Name.Name] = group{at: n.Name.Span(), array: array, first: -1}
	if elem == nil || !okCount || !okCap {
		return
	}
	if count > maxRuns || capacity > tree.MaxCells/max(tree.Cells(elem), 1)/max(count, 1) {
		e.h.Errorf(codes.TooLarge, n.Span(), "these channels are too many or too large")
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

func (e *Elaborator) capacity(n *syntax.ChanItem) (int, bool) {
	if n.Cap == nil {
		return 0, false
	}
	v, ok := e.h.Int(n.Cap)
	if !ok {
		return 0, false
	}
	if v.Sign() < 0 || v.Cmp(big.NewInt(maxCap)) > 0 {
		e.h.Errorf(codes.BadCapacity, n.Cap.Span(), "the capacity of a channel is 0 to %d, not %s", maxCap, v)
		return 0, false
	}
	return int(v.Int64()), true
}

// each elaborates the items of a for once for each value.
func (e *Elaborator) each(n *syntax.ForItem) {
	if n.Range == nil {
		return
	}
	lo, okLo := e.h.Int(n.Range.Lo)
	hi, okHi := e.h.Int(n.Range.Hi)
	step, okStep := big.NewInt(1), true
	if n.Step != nil {
		step, okStep = e.h.Int(n.Step)
	}
	if !okLo || !okHi || !okStep {
		return
	}
	if step.Sign() <= 0 {
		e.h.Errorf(codes.BadSize, n.Step.Span(), "a step is a constant above 0, not %s", step)
		return
	}
	if n.Range.Closed {
		hi = new(big.Int).Add(hi, big.NewInt(1))
	}
	e.h.Record.Define(record.Def{Name: n.Var.Name, What: "the variable of a loop", At: n.Var.Span()})
	outer := e.h.Bind(n.Var.Name, nil)
	for ; lo.Cmp(hi) < 0; lo = new(big.Int).Add(lo, step) {
		if e.budget--; e.budget < 0 {
			e.tooMany(n.Span())
			break
		}
		e.h.Bind(n.Var.Name, &tree.ConstDef{Name: n.Var.Name, Type: tree.RangeType(lo, lo), Cells: []uint64{tree.CellOf(lo)}, Span: n.Var.Span()})
		before := e.h.Failed()
		e.Items(n.Items)
		if e.h.Failed() != before {
			break
		}
	}
	e.h.Bind(n.Var.Name, outer)
}

func (e *Elaborator) tooMany(at diag.Span) {
	if e.budget == -1 {
		e.h.Errorf(codes.TooLarge, at, "a system has at most %d tasks and rounds of its loops", maxRuns)
	}
}

// Run adds a task.
func (e *Elaborator) Run(n *syntax.RunItem) {
	if e.budget--; e.budget < 0 {
		e.tooMany(n.Span())
		return
	}
	if n.Call == nil {
		return
	}
	f := e.h.Task(n.Call.Fun)
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
	for _, a := range n.Call.Args {
		if a.Name != nil && slices.Contains(names, a.Name.Name) {
			e.h.Record.Use(a.Name.Span(), f.Params[slices.Index(names, a.Name.Name)].Span)
		}
	}
	complete := e.h.Arguments(n.Call, "`"+f.Name+"`", names, func(i int, x syntax.Expr) {
		bind, fine := e.argument(f.Params[i], x, index)
		r.Args[i] = bind
		ok = ok && fine
	})
	if !ok || !complete {
		return
	}
	e.sys.Runs = append(e.sys.Runs, r)
	e.count[f]++
}

// argument binds a parameter of a task.
func (e *Elaborator) argument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	switch p.Type.Kind {
	case tree.Device:
		return e.deviceArgument(p, x, run)
	case tree.Chan:
		return e.chanArgument(p, x, run)
	}
	if tree.EndsOf(p.Type) != nil {
		return e.endsArgument(p, x, run)
	}
	cells, ok := e.h.Cells(x, p.Type)
	return tree.Bind{Kind: tree.BindValue, Cells: cells}, ok
}

func (e *Elaborator) deviceArgument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	i := -1
	if call, ok := x.(*syntax.CallExpr); ok {
		i = e.device(call, "")
	} else if g, ok := e.group(x, "device"); ok {
		if !g.device {
			e.h.Errorf(codes.BadBinding, x.Span(), "expected a device for `%s`, found a channel", p.Name).Note(g.at, "declared here")
			return tree.Bind{}, false
		}
		i = g.first
	}
	if i < 0 {
		return tree.Bind{}, false
	}
	d := &e.sys.Devices[i]
	if want := port.Find(d.Kind).Type; want != p.Type.Name {
		e.h.Errorf(codes.Mismatch, x.Span(), "`%s` is a `%s`, `%s` wants a `%s`", d.Name, want, p.Name, p.Type.Name).Note(d.Span, "the device")
		return tree.Bind{}, false
	}
	if d.Run >= 0 {
		e.h.Errorf(codes.UsedTwice, x.Span(), "the device `%s` is given to two tasks", d.Name).Note(d.Span, "the device")
		return tree.Bind{}, false
	}
	d.Run = run
	d.Rx, d.Tx = e.h.Use(p)
	return tree.Bind{Kind: tree.BindDevice, Index: i}, true
}

// group finds a name of the system.
func (e *Elaborator) group(x syntax.Expr, what string) (group, bool) {
	n, ok := x.(*syntax.Name)
	if !ok {
		e.h.Errorf(codes.BadBinding, x.Span(), "expected the name of a %s", what)
		return group{}, false
	}
	g, ok := e.groups[n.Name]
	if !ok {
		var known []string
		for name := range e.groups {
			known = append(known, name)
		}
		e.h.Unknown(n.Ident, what, known)
	}
	e.h.Record.Use(n.Span(), g.at)
	return g, ok
}

func (e *Elaborator) chanArgument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	i, ok := e.oneChannel(p, p.Type, x, run)
	return tree.Bind{Kind: tree.BindChan, Index: i}, ok
}

// oneChannel finds a channel and gives an end of it, of type t, to a task.
func (e *Elaborator) oneChannel(p *tree.Local, t *tree.Type, x syntax.Expr, run int) (int, bool) {
	name, index := x, -1
	if at, ok := x.(*syntax.IndexExpr); ok {
		k, fine := e.h.Size(at.Index, "index")
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
		e.h.Errorf(codes.BadBinding, x.Span(), "expected a channel for `%s`, found a device", p.Name).Note(g.at, "declared here")
		return 0, false
	case g.array != (index >= 0):
		e.h.Errorf(codes.BadBinding, x.Span(), "expected one channel").Note(g.at, "declared here").Hint("an element of an array of channels is `name[k]`")
		return 0, false
	case index >= g.n:
		e.h.Errorf(codes.AlwaysTraps, x.Span(), "there are %d channels, numbered from 0", g.n).Note(g.at, "declared here")
		return 0, false
	}
	i := g.first + max(index, 0)
	return i, e.connect(p, t, &e.sys.Chans[i], x.Span(), run)
}

// endsArgument binds an array of channel ends: an array of channels of the
// system, or a list of channels.
func (e *Elaborator) endsArgument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
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
		e.h.Errorf(codes.BadBinding, x.Span(), "expected an array of channels for `%s`", p.Name).Note(g.at, "declared here").
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
func (e *Elaborator) countEnds(p *tree.Local, n int, x syntax.Expr) bool {
	if n != p.Type.Len {
		e.h.Errorf(codes.Mismatch, x.Span(), "`%s` takes %d channels, these are %d", p.Name, p.Type.Len, n)
	}
	return n == p.Type.Len
}

// connect gives an end of a channel to a task.
func (e *Elaborator) connect(p *tree.Local, t *tree.Type, ch *tree.ChanDef, at diag.Span, run int) bool {
	if !tree.Same(t.Elem, ch.Elem) {
		e.h.Errorf(codes.Mismatch, at, "`%s` carries `%s`, `%s` wants `%s`", ch.Name, ch.Elem, p.Name, t.Elem).Note(ch.Span, "declared here")
		return false
	}
	end, word := &ch.Reader, "reads from"
	if t.Out {
		end, word = &ch.Writer, "writes to"
	}
	if *end >= 0 {
		e.h.Errorf(codes.UsedTwice, at, "a second task %s the channel `%s`", word, ch.Name).Note(ch.Span, "declared here").
			Hint("a channel has one writer and one reader; declare one more channel")
		return false
	}
	*end = run
	return e.noTry(p, t, ch, at)
}

// noTry checks that what a task tries to send has a place to go.
func (e *Elaborator) noTry(p *tree.Local, t *tree.Type, ch *tree.ChanDef, at diag.Span) bool {
	if ch.Cap > 0 || !t.Out || len(e.h.Tried(p)) == 0 {
		return true
	}
	e.h.Errorf(codes.TryRendezvous, at, "`%s` has capacity 0, and `%s` tries to send on it", ch.Name, p.Name).
		Note(e.h.Tried(p)[0], "tried here").Note(ch.Span, "declared here").
		Hint("with `cap 0` send and receive happen together, so use `send`; or declare `cap 1`")
	return false
}

// NameRuns numbers the instances of tasks that are run several times.
func (e *Elaborator) NameRuns() {
	next := map[*tree.Func]int{}
	for i := range e.sys.Runs {
		r := &e.sys.Runs[i]
		if e.count[r.Task] > 1 {
			r.Name = fmt.Sprintf("%s.%d", r.Name, next[r.Task])
			next[r.Task]++
		}
	}
}

// Connected checks that each end has a task.
func (e *Elaborator) Connected() {
	for _, ch := range e.sys.Chans {
		if ch.Writer < 0 {
			e.h.Errorf(codes.Unconnected, ch.Span, "no task writes to the channel `%s`", ch.Name).Hint("give it to a parameter `out chan<%s>`", ch.Elem)
		}
		if ch.Reader < 0 {
			e.h.Errorf(codes.Unconnected, ch.Span, "no task reads from the channel `%s`", ch.Name).Hint("give it to a parameter `in chan<%s>`", ch.Elem)
		}
	}
	for _, d := range e.sys.Devices {
		if d.Run < 0 {
			e.h.Errorf(codes.UnusedDevice, d.Span, "no task has the device `%s`", d.Name).Hint("give it to a task, or remove it")
		}
	}
}
