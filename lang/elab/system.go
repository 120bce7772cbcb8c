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

// Limits of a system.
const (
	maxRuns = 1024    // task instances, and rounds of a for item
	maxCap  = 1 << 16 // capacity of a channel
)

// Elaborator turns the items of a system into tasks, channels and devices.
type Elaborator struct {
	h      Host
	sys    *tree.System
	groups map[string]group
	count  map[*tree.Func]int
	budget int
	given  map[string]group // in a test: the fake devices, by the names of the devices in the system
	uses   map[int]Use      // for each socket
}

// group is the meaning of a name in the system: a device, a socket, a channel or an array of
// channels. The field `first` is -1 after an error.
type group struct {
	at     diag.Span
	device bool
	socket bool
	array  bool
	first  int
	n      int
}

// what describes the kind of a group.
func (g group) what() string {
	switch {
	case g.socket:
		return "a socket"
	case g.device:
		return "a device"
	}
	return "a channel"
}

// New returns an elaborator that adds to sys.
func New(h Host, sys *tree.System) *Elaborator {
	return &Elaborator{h: h, sys: sys, groups: map[string]group{}, count: map[*tree.Func]int{}, budget: maxRuns, uses: map[int]Use{}}
}

// System returns the system as elaborated so far.
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

// fresh checks that a name of the system is not yet in use.
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
	g := e.make(call, n.Name.Name)
	g.at = n.Name.Span()
	e.groups[n.Name.Name] = g
}

// make makes the device of `net.eth(k)`, or the socket of `net.udp(nic, k)`.
func (e *Elaborator) make(call *syntax.CallExpr, name string) group {
	f, ok := call.Fun.(*syntax.FieldExpr)
	var pkg *syntax.Ident
	if ok {
		pkg = e.h.Package(f.X)
	}
	var kind *port.Kind
	if pkg != nil {
		if kind = port.MadeBy(pkg.Name + "." + f.Name.Name); pkg.Name+"."+f.Name.Name == socket.Make {
			kind = socket
		}
	}
	failed := group{at: call.Span(), device: true, first: -1}
	if kind == nil {
		e.notDevice(call, pkg, f)
		return failed
	}
	if !e.h.InUse(*pkg) {
		return failed
	}
	if kind == socket {
		return e.socket(call, name)
	}
	d := tree.DeviceDef{Name: name, Kind: kind.Name, Run: -1, Span: call.Span()}
	if kind.Key == port.Label {
		ok = e.labelled(call, kind, &d)
	} else {
		ok = e.numbered(call, kind, &d)
	}
	if !ok {
		return failed
	}
	if len(e.sys.Devices) == port.Ports {
		e.h.Errorf(codes.TooLarge, d.Span, "a system has at most %d devices", port.Ports)
		return failed
	}
	e.sys.Devices = append(e.sys.Devices, d)
	return e.groupOf(len(e.sys.Devices) - 1)
}

// labelled reads the name of gpio.out("led0").
func (e *Elaborator) labelled(call *syntax.CallExpr, kind *port.Kind, d *tree.DeviceDef) bool {
	label, ok := labelOf(call)
	what := "port"
	if kind.Shape == port.Level {
		what = "pin"
	}
	if !ok {
		e.h.Errorf(codes.BadArguments, call.Span(), "expected the name of a %s, as in `%s(\"%s0\")`", what, kind.Make, what).
			Hint("a name is made of letters, digits and _, and begins with a letter")
		return false
	}
	for _, other := range e.sys.Devices {
		if other.Label == label {
			e.h.Errorf(codes.UsedTwice, call.Span(), "the %s %q is in use already, as `%s`", what, label, other.Name).Note(other.Span, "the other one")
			return false
		}
	}
	d.Label = label
	if d.Name == "" {
		d.Name = label
	}
	return true
}

// labelOf returns the only argument of a call, which must be a string that is a name.
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
	return label, label != ""
}

// numbered reads the number of a device and its other arguments.
func (e *Elaborator) numbered(call *syntax.CallExpr, kind *port.Kind, d *tree.DeviceDef) bool {
	if len(call.Args) == 0 || call.Args[0].Name != nil {
		e.h.Errorf(codes.BadArguments, call.Span(), "expected the number of the device, as in `%s(0)`", kind.Make)
		return false
	}
	k, ok := e.h.Size(call.Args[0].Value, "device number")
	if !ok || !e.addresses(call, kind, d) {
		return false
	}
	for _, other := range e.sys.Devices {
		if other.Label == "" && other.Number == k && port.Find(other.Kind).Pool == kind.Pool {
			e.h.Errorf(codes.UsedTwice, call.Span(), "the device %s(%d) is there already, as `%s`", kind.Make, k, other.Name).Note(other.Span, "the other one")
			return false
		}
	}
	d.Number = k
	if d.Name == "" {
		d.Name = fmt.Sprintf("%s%d", d.Kind, k)
	}
	return true
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

// each elaborates the items of a `for` once for each value.
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
		e.h.Errorf(codes.BadSize, n.Step.Span(), "a step is a constant from 1 to 9223372036854775807, not %s", step)
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

// argument binds a parameter of a task to an argument.
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
	b := tree.Bind{Kind: tree.BindValue, Cells: cells}
	if ok && p.Type.HasWord() {
		b.Configs = []*tree.ConstDef{e.h.Config(x)}
	}
	return b, ok
}

func (e *Elaborator) deviceArgument(p *tree.Local, x syntax.Expr, run int) (tree.Bind, bool) {
	g := group{first: -1}
	if call, ok := x.(*syntax.CallExpr); ok {
		g = e.make(call, "")
	} else if named, ok := e.group(x, "device"); ok {
		if g = named; !g.device {
			e.h.Errorf(codes.BadBinding, x.Span(), "expected a device for `%s`, found %s", p.Name, g.what()).Note(g.at, "declared here")
			return tree.Bind{}, false
		}
	}
	switch {
	case g.first < 0:
		return tree.Bind{}, false
	case g.socket:
		return e.socketArgument(p, x, g.first, run)
	}
	d := &e.sys.Devices[g.first]
	if want := port.Find(d.Kind).Type; want != p.Type.Name {
		e.h.Errorf(codes.Mismatch, x.Span(), "`%s` is a `%s`, `%s` wants a `%s`", d.Name, want, p.Name, p.Type.Name).Note(d.Span, "the device")
		return tree.Bind{}, false
	}
	if s := e.socketOf(g.first); s != nil {
		e.h.Errorf(codes.UsedTwice, x.Span(), "the device `%s` has sockets, so the library's stack has all of its frames", d.Name).Note(s.Span, "a socket over it").
			Hint("a task with frames of its own takes another device, as in `net.eth(1)`")
		return tree.Bind{}, false
	}
	if d.Run >= 0 {
		x := e.h.Errorf(codes.UsedTwice, x.Span(), "the device `%s` is given to two tasks", d.Name).Note(d.Span, "the device")
		if e.given != nil && port.Find(d.Kind).Type == socket.Type {
			x.Hint("give a `fake.udp()` for each socket, by its name in the system")
		}
		return tree.Bind{}, false
	}
	use := e.h.Use(p)
	d.Run, d.Rx, d.Tx = run, use.Rx, use.Tx
	return tree.Bind{Kind: tree.BindDevice, Index: g.first}, true
}

// group finds the meaning of a name in the system.
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

// oneChannel finds a channel and gives an end of it to a task. t is the type of the end.
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
		e.h.Errorf(codes.BadBinding, x.Span(), "expected a channel for `%s`, found %s", p.Name, g.what()).Note(g.at, "declared here")
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

// endsArgument binds a parameter that is an array of channel ends. The argument is an array of
// channels of the system, or a list of channels.
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

// noTry reports an error if a task tries to send on a channel of capacity 0.
func (e *Elaborator) noTry(p *tree.Local, t *tree.Type, ch *tree.ChanDef, at diag.Span) bool {
	if ch.Cap > 0 || !t.Out || len(e.h.Tried(p)) == 0 {
		return true
	}
	e.h.Errorf(codes.TryRendezvous, at, "`%s` has capacity 0, and `%s` tries to send on it", ch.Name, p.Name).
		Note(e.h.Tried(p)[0], "tried here").Note(ch.Span, "declared here").
		Hint("with `cap 0` send and receive happen together, so use `send`; or declare `cap 1`")
	return false
}

// NameRuns numbers the instances of tasks that run several times.
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

// Connected checks that each channel end belongs to a task.
func (e *Elaborator) Connected() {
	for _, ch := range e.sys.Chans {
		if ch.Writer < 0 {
			e.h.Errorf(codes.Unconnected, ch.Span, "no task writes to the channel `%s`", ch.Name).Hint("give it to a parameter `out chan<%s>`", ch.Elem)
		}
		if ch.Reader < 0 {
			e.h.Errorf(codes.Unconnected, ch.Span, "no task reads from the channel `%s`", ch.Name).Hint("give it to a parameter `in chan<%s>`", ch.Elem)
		}
	}
	for _, s := range e.sys.Sockets {
		if s.Run < 0 {
			e.h.Errorf(codes.UnusedDevice, s.Span, "no task has the socket `%s`", s.Name).Hint("give it to a task, or remove it")
		}
	}
	for i, d := range e.sys.Devices {
		if d.Run < 0 && e.socketOf(i) == nil {
			e.h.Errorf(codes.UnusedDevice, d.Span, "no task has the device `%s`", d.Name).Hint("give it to a task, or remove it")
		}
	}
}
