package types

import (
	"math/big"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// The sizes of the largest messages that a test takes from a device.
const (
	maxFrame   = 1518 // Ethernet, without FCS, with one VLAN tag (IEEE 802.3)
	maxSectors = 1 << 16
)

// testPackage recognises fake.x or any.x in a call. Only there, fake and any are package names.
func (b *body) testPackage(e syntax.Expr) (pkg, name string) {
	k, ok := e.(*syntax.CallExpr)
	if !ok {
		return "", ""
	}
	f, ok := k.Fun.(*syntax.FieldExpr)
	if !ok {
		return "", ""
	}
	n, ok := f.X.(*syntax.Name)
	if !ok || n.Name != "fake" && n.Name != "any" || b.lookup(n.Name) != nil || b.c.find(n.Ident) != nil {
		return "", ""
	}
	return n.Name, f.Name.Name
}

// fakeLet checks `let s = fake.udp()`, which makes a fake device for the test.
func (b *body) fakeLet(n *syntax.LetStmt, kind string) tree.Stmt {
	k := n.Value.(*syntax.CallExpr)
	if !b.inTest(k.Span(), "`fake`") || !b.atTop(n.Span(), "a device of a test") {
		return b.poison(n.Name)
	}
	d := tree.Fake{Name: n.Name.Name, Kind: kind, Span: n.Name.Span()}
	if n.Name.IsBlank() {
		b.c.errorf(codes.NeedsType, n.Name.Span(), "a device needs a name")
		return nil
	}
	if !b.fakeArguments(k, &d) {
		return b.poison(n.Name)
	}
	l := b.declareLocal(n.Name, &tree.Type{Kind: tree.Device, Name: port.Find(kind).Type}, tree.LetLocal)
	b.test.fakes[l] = len(b.test.tree.Devices)
	b.test.tree.Devices = append(b.test.tree.Devices, d)
	return nil
}

// fakeArguments reads the size of a fake disk. Other fake devices take no arguments.
func (b *body) fakeArguments(k *syntax.CallExpr, d *tree.Fake) bool {
	if !port.KeepsBlocks(d.Kind) {
		if len(k.Args) > 0 {
			b.c.errorf(codes.BadArguments, k.Span(), "`fake.%s` takes no arguments", d.Kind)
		}
		return len(k.Args) == 0
	}
	unit := port.Find(d.Kind).Unit
	if len(k.Args) != 1 || k.Args[0].Name != nil {
		b.c.errorf(codes.BadArguments, k.Span(), "expected the number of %ss, as in `fake.%s(64)`", unit, d.Kind)
		return false
	}
	n, ok := b.size(k.Args[0].Value, "number of "+unit+"s")
	if ok && (n < 1 || n > maxSectors) {
		b.c.errorf(codes.BadSize, k.Args[0].Span(), "a fake %s has 1 to %d %ss, not %d", d.Kind, maxSectors, unit, n)
		return false
	}
	d.Sectors = n
	return ok
}

// testCall checks fake.wait(d), any.u8() and related calls.
func (b *body) testCall(e *syntax.CallExpr, pkg string, f *syntax.FieldExpr) (tree.Stmt, tree.Expr) {
	if !b.inTest(e.Span(), "`"+pkg+"`") {
		return nil, nil
	}
	if pkg == "any" {
		return nil, b.anyCall(e, f)
	}
	switch {
	case f.Name.Name == "wait":
		if d := b.waitArgs(e, "wait", nil, "within"); d != nil && b.talk(e, true) {
			return &tree.Pass{Stmt0: tree.Stmt0{At: e.Span()}, Within: d[0]}, nil
		}
	case port.Find(f.Name.Name) != nil:
		b.c.errorf(codes.BadBinding, e.Span(), "a device of a test gets its name in a `let` of its own").
			Hint("write `let d = fake.%s(...)`", f.Name.Name)
	default:
		x := b.c.errorf(codes.UnknownName, f.Name.Span(), "there is no fake `%s`", f.Name.Name)
		b.c.suggest(x, f.Name.Name, fakeNames())
	}
	return nil, nil
}

// fakeNames lists the names that may follow `fake.`.
func fakeNames() []string {
	var names []string
	for _, k := range port.Kinds() {
		names = append(names, k.Name)
	}
	return append(names, "wait")
}

// talk records that the test uses a device. If `hears` is set, the test waits for output of the
// device. A test that waits must have started a task.
func (b *body) talk(e *syntax.CallExpr, hears bool) bool {
	t := b.test
	if t.epoch == nil {
		if hears {
			b.c.errorf(codes.StartPlace, e.Span(), "nothing has been started yet").Hint("`start` a task first")
		}
		return !hears
	}
	if t.talked.IsZero() {
		t.talked = e.Span()
	}
	return true
}

// fakeCall checks an operation of a fake device.
func (b *body) fakeCall(e *syntax.CallExpr, f *syntax.FieldExpr, i int) (tree.Stmt, tree.Expr) {
	d := b.test.tree.Devices[i]
	s0 := tree.Stmt0{At: e.Span()}
	if port.KeepsBlocks(d.Kind) {
		if m := b.commandAfter(f, d); m != nil {
			return b.fakeAble(e, i, m), nil
		}
		return nil, b.diskCall(e, f, i)
	}
	if port.ShapeOf(d.Kind) == port.Level {
		return b.fakeLevel(e, f, i)
	}
	what, known := f.Name.Name, []string{"put", "take", "quiet"}
	switch {
	case port.IsBus(d.Kind):
		known[0] = "answer"
	case port.Exchanges(d.Kind):
		known = known[:1] // nobody sends anything to it
	}
	if !slices.Contains(known, what) {
		b.noMethod(&tree.Type{Kind: tree.Device, Name: "fake." + d.Kind}, f.Name, known)
		return nil, nil
	}
	switch what {
	case "put":
		return b.put(e, i), nil
	case "answer":
		return b.fakeAnswer(e, i), nil
	case "take":
		return nil, b.take(e, i)
	case "quiet":
		if w := b.waitArgs(e, "quiet", nil, "within"); w != nil && b.talk(e, true) {
			return &tree.Quiet{Stmt0: s0, Dev: i, Within: w[0]}, nil
		}
	}
	return nil, nil
}

// fakeAnswer checks a statement that sets the answers of the device on a bus. After this
// statement, the device gives the answer to each message that begins with certain bytes.
func (b *body) fakeAnswer(e *syntax.CallExpr, i int) tree.Stmt {
	s := &tree.Answer{Stmt0: tree.Stmt0{At: e.Span()}, Dev: i}
	_, ok := b.arguments(e, "`answer`", []string{"sent", "bytes"}, func(k int, x syntax.Expr) tree.Expr {
		if k == 0 {
			s.Sent = b.message(x)
			return s.Sent
		}
		s.Value = b.message(x)
		return s.Value
	})
	if !ok || !b.talk(e, false) {
		return nil
	}
	return s
}

func (b *body) put(e *syntax.CallExpr, i int) tree.Stmt {
	d := b.test.tree.Devices[i]
	names := []string{"bytes"}
	head := headOf(port.Find(d.Kind))
	if head != nil {
		names = append(names, "from")
	}
	s := &tree.Put{Stmt0: tree.Stmt0{At: e.Span()}, Dev: i}
	_, ok := b.arguments(e, "`put`", names, func(k int, x syntax.Expr) tree.Expr {
		if k == 1 {
			s.From = b.value(x, head)
			return s.From
		}
		s.Value = b.message(x)
		return s.Value
	})
	if !ok || !b.talk(e, false) {
		return nil
	}
	return s
}

// message checks the bytes that a test puts into a device: bytes or an array of u8.
func (b *body) message(n syntax.Expr) tree.Expr {
	x := b.value(n, nil)
	if x == nil || !b.isByteRun(x, "`put`") {
		return nil
	}
	return x
}

func (b *body) take(e *syntax.CallExpr, i int) tree.Expr {
	size, names := maxFrame, []string{"within"}
	var kind *port.Kind
	if i != tree.LogOfTest {
		kind = port.Find(b.test.tree.Devices[i].Kind)
	}
	if kind != nil && kind.HeadBits > 0 {
		size = kind.Most
		for _, a := range e.Args {
			if a.Name != nil && a.Name.Name == "to" {
				names = []string{"within", "to"}
			}
		}
	}
	list := b.waitArgs(e, "take", kind, names...)
	if list == nil || !b.talk(e, true) {
		return nil
	}
	x := &tree.Take{Expr0: tree.Expr0{At: e.Span(), T: tree.BytesType(size)}, Dev: i, Within: list[0]}
	if len(list) > 1 {
		x.To = list[1]
	}
	return x
}

// waitArgs checks the arguments of an operation that takes a duration. If the list `names`
// has a second name, the operation also takes a peer.
func (b *body) waitArgs(e *syntax.CallExpr, what string, kind *port.Kind, names ...string) []tree.Expr {
	list := make([]tree.Expr, len(names))
	_, ok := b.arguments(e, "`"+what+"`", names, func(k int, x syntax.Expr) tree.Expr {
		if k == 1 {
			list[k] = b.value(x, headOf(kind))
		} else {
			list[k] = b.ticks(x)
		}
		return list[k]
	})
	if !ok {
		return nil
	}
	return list
}

// ticks checks a duration.
func (b *body) ticks(n syntax.Expr) tree.Expr {
	x := b.value(n, nil)
	if x != nil && x.Type().Kind != tree.Duration {
		b.c.errorf(codes.Mismatch, n.Span(), "expected a `duration`, found %s", describe(x.Type())).
			Hint("write a number with its unit, as in `5ms`, or `n * 1us`")
		return nil
	}
	return x
}

// diskCall checks a test's query of a disk.
func (b *body) diskCall(e *syntax.CallExpr, f *syntax.FieldExpr, i int) tree.Expr {
	d := b.test.tree.Devices[i]
	x0 := tree.Expr0{At: e.Span()}
	switch f.Name.Name {
	case "unflushed":
		if len(e.Args) > 0 {
			b.c.errorf(codes.BadArguments, e.Span(), "`unflushed` takes no arguments")
			return nil
		}
		b.talk(e, false)
		x0.T = sectorSet(d)
		return &tree.Unflushed{Expr0: x0, Dev: i}
	case "sector":
		n := b.oneArgument(e, "sector", tree.RangeType(new(big.Int), big.NewInt(int64(d.Sectors)-1)))
		if n == nil {
			return nil
		}
		b.talk(e, false)
		x0.T = &tree.Type{Kind: tree.Array, Len: port.Find(d.Kind).Most, Elem: tree.IntType(8, false)}
		return &tree.Sector{Expr0: x0, Dev: i, I: n}
	}
	known := []string{"unflushed", "sector"}
	for _, m := range port.Find(d.Kind).MethodNames() {
		known = append(known, abilityPrefix+m)
	}
	b.noMethod(&tree.Type{Kind: tree.Device, Name: "fake." + d.Kind}, f.Name, known)
	return nil
}

// abilityPrefix begins the names that set whether a disk can execute a command.
const abilityPrefix = "can_"

// commandAfter is the command that a name such as `can_read` refers to, or nil.
func (b *body) commandAfter(f *syntax.FieldExpr, d tree.Fake) *port.Method {
	name, ok := strings.CutPrefix(f.Name.Name, abilityPrefix)
	if !ok {
		return nil
	}
	return port.Find(d.Kind).Method(name)
}

// fakeAble checks a statement that sets whether a disk can execute a command after the statement.
// For a command with a sector, the statement is about one sector.
func (b *body) fakeAble(e *syntax.CallExpr, i int, m *port.Method) tree.Stmt {
	d := b.test.tree.Devices[i]
	s := &tree.Able{Stmt0: tree.Stmt0{At: e.Span()}, Dev: i, Does: m}
	names := []string{"able"}
	if m.ArgBits > 0 {
		names = []string{port.Find(d.Kind).Unit, "able"}
	}
	_, ok := b.arguments(e, "`"+abilityPrefix+m.Name+"`", names, func(k int, x syntax.Expr) tree.Expr {
		if k == len(names)-1 {
			s.Can = b.value(x, boolType())
			return s.Can
		}
		s.Arg = b.value(x, tree.RangeType(new(big.Int), big.NewInt(int64(d.Sectors)-1)))
		return s.Arg
	})
	if !ok || !b.talk(e, false) {
		return nil
	}
	return s
}

// fakeLevel checks an operation of a fake pin. `put` sets the level of an input. `take` and
// `quiet` observe whether the level of an output changes.
func (b *body) fakeLevel(e *syntax.CallExpr, f *syntax.FieldExpr, i int) (tree.Stmt, tree.Expr) {
	d := b.test.tree.Devices[i]
	k := port.Find(d.Kind)
	known := []string{"take", "quiet"}
	if k.In {
		known = []string{"put"}
	}
	switch {
	case !slices.Contains(known, f.Name.Name):
		b.noMethod(&tree.Type{Kind: tree.Device, Name: "fake." + d.Kind}, f.Name, known)
	case k.In:
		if x := b.oneArgument(e, "put", boolType()); x != nil && b.talk(e, false) {
			return &tree.Put{Stmt0: tree.Stmt0{At: e.Span()}, Dev: i, Value: x}, nil
		}
	default:
		w := b.waitArgs(e, f.Name.Name, nil, "within")
		if w == nil || !b.talk(e, true) {
			return nil, nil
		}
		if f.Name.Name == "quiet" {
			return &tree.Quiet{Stmt0: tree.Stmt0{At: e.Span()}, Dev: i, Within: w[0]}, nil
		}
		return nil, &tree.Take{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Dev: i, Within: w[0]}
	}
	return nil, nil
}
