package tree

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
)

// Test is `test "what must hold" { }`. Its body runs on the host and is the world
// of the tasks that it starts; what crash statements divide are its epochs. A
// test that starts nothing has none.
type Test struct {
	Name    string
	Body    *Func // a task; when Chooses, its parameter is the device of what it chooses
	Devices []Fake
	Epochs  []*System // devices are named as in Devices
	Chooses bool      // the body has a Choose: each run of it is one case of many
	// HostOnly: the body chooses what a machine cannot receive.
	HostOnly bool
	Span     diag.Span // of the name
}

// Fake is a device of a test, which its tasks hold and its body plays.
type Fake struct {
	Name    string
	Kind    string // as in DeviceDef
	Sectors int    // of a disk
	Span    diag.Span
}

// Hosted reports whether only the host can run the body, as the world of what it
// starts. Any other test is a program of its own: its body is a task.
func (t *Test) Hosted() bool { return len(t.Epochs) > 0 || len(t.Devices) > 0 || t.HostOnly }

// Expect is `expect c`. It traps at Site unless Cond holds. When c is a comparison
// L and R are its sides, which Cond reads; they are nil otherwise.
type Expect struct {
	Stmt0
	Cond Expr
	L, R *Local
	Site int
}

// Fail is `fail "why"`. It traps at Site.
type Fail struct {
	Stmt0
	Why  string
	Site int
}

// Start is the first start of an epoch of the test: what it starts runs from
// here on.
type Start struct {
	Stmt0
	Epoch int
}

// Crash is `crash d losing e`: it stops all tasks of the epoch. The
// sectors of disk Dev in Losing, a [n]bool, are again what the last flush left;
// without Losing nothing is lost.
type Crash struct {
	Stmt0
	Dev    int
	Losing Expr
}

// Put is `d.put(b)`, `b.put(v)` of a pin with a bool, or `s.put(from: p, b)`: b arrives at the device now. From is
// nil when the device has no peers.
type Put struct {
	Stmt0
	Dev   int
	From  Expr
	Value Expr
}

// Answer is `d.answer(sent, bytes)` of a bus: from now on what begins with Sent is answered
// with Value.
type Answer struct {
	Stmt0
	Dev         int
	Sent, Value Expr
}

// Able is `d.can_read(i, v)`, or another command after `can_`, of a disk: from now on it can do
// the command to sector Arg, or cannot. Arg is nil for a command without a sector.
type Able struct {
	Stmt0
	Dev      int
	Does     *port.Method
	Arg, Can Expr
}

// Quiet is `d.quiet(within: t)`: nothing is sent to the device for that time.
type Quiet struct {
	Stmt0
	Dev    int
	Within Expr
}

// Pass is `fake.wait(t)`: time passes.
type Pass struct {
	Stmt0
	Within Expr
}

// LogOfTest is the Dev of a Take of the log.
const LogOfTest = -1

// Take is `d.take(within: t)`: what was sent to the device next, as bytes; or
// of a pin as a bool, or
// `log.take(within: t)`, the next line that a task logs. When nothing comes for
// that time the test fails. To is nil, or the peer that it must have been
// sent to.
type Take struct {
	Expr0
	Dev    int
	Within Expr
	To     Expr
}

// Choose is any.u8() and its kin: a number that the run chooses. Lo and Hi, of
// the word of the type, are the least and the largest; nil for all of the type. Recv
// is how a task gets what was chosen before: a call that receives it.
type Choose struct {
	Expr0
	Lo, Hi Expr
	Recv   Expr
}

// ChooseBytes is any.bytes(n): n bytes that the run chooses. Recv is as in Choose.
type ChooseBytes struct {
	Expr0
	Len  Expr
	Recv Expr
}

// ChooseSubset is any.subset(s): X, a [n]bool, without some of its members.
type ChooseSubset struct {
	Expr0
	X Expr
}

// Unflushed is `d.unflushed()`: which sectors of a disk, [n]bool, differ from what
// the last flush left.
type Unflushed struct {
	Expr0
	Dev int
}

// Sector is `d.sector(i)`: what a sector of a disk holds, flushed or not.
type Sector struct {
	Expr0
	Dev int
	I   Expr
}
