package tree

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
)

// Test is `test "what must hold" { }`. The body runs on the host. The body acts as the outside
// world of the tasks that it starts. Crash statements divide the body into epochs, and each
// epoch is a separate system. A test that starts no task has no epochs.
type Test struct {
	Name    string
	Body    *Func // a task; if Chooses is set, its parameter is the device for the chosen values
	Devices []Fake
	Epochs  []*System // the system of each epoch; its devices are named as in Devices
	Chooses bool      // the body has a Choose: each run of the body is one case of many
	// HostOnly says that the body chooses something that a machine cannot receive.
	HostOnly bool
	Span     diag.Span // position of the name
}

// Fake is a fake device of a test. The tasks use it, and the test body acts as its other end.
type Fake struct {
	Name    string
	Kind    string // as in DeviceDef
	Sectors int    // size of a disk
	Span    diag.Span
}

// Hosted reports whether only the host can run the body, as the world of the tasks that it
// starts. Any other test is compiled as a separate program, with its body as a task.
func (t *Test) Hosted() bool { return len(t.Epochs) > 0 || len(t.Devices) > 0 || t.HostOnly }

// Expect is `expect c`. It traps at Site unless Cond holds. If c is a comparison, L and R are
// its sides, which Cond reads. Otherwise they are nil.
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

// Start is the first start statement of an epoch. The tasks of the epoch run from here on.
type Start struct {
	Stmt0
	Epoch int
}

// Crash is `crash d losing e`. It stops all tasks of the epoch. Losing is a set of sectors of
// disk Dev, as a [n]bool. These sectors get back the contents that they had at the last
// flush. If Losing is nil, no data is lost.
type Crash struct {
	Stmt0
	Dev    int
	Losing Expr
}

// Put is `d.put(b)`, `b.put(v)` for a pin and a bool, or `s.put(from: p, b)`. It makes b arrive
// at the device immediately. From is nil if the device has no peers.
type Put struct {
	Stmt0
	Dev   int
	From  Expr
	Value Expr
}

// Answer is `d.answer(sent, bytes)` for a bus. After it, the device answers Value to messages
// that begin with Sent.
type Answer struct {
	Stmt0
	Dev         int
	Sent, Value Expr
}

// Able is `d.can_read(i, v)` for a disk, or another command name after `can_`. It sets whether
// the disk can execute the command on sector Arg from now on. Arg is nil for a command without
// a sector.
type Able struct {
	Stmt0
	Dev      int
	Does     *port.Method
	Arg, Can Expr
}

// Quiet is `d.quiet(within: t)`. It requires that nothing is sent to the device for that time.
type Quiet struct {
	Stmt0
	Dev    int
	Within Expr
}

// Pass is `fake.wait(t)`. It lets time pass.
type Pass struct {
	Stmt0
	Within Expr
}

// LogOfTest is the Dev of a Take that reads the log.
const LogOfTest = -1

// Take is `d.take(within: t)`. It gives the next message sent to the device, as bytes, or as a
// bool for a pin. It is also `log.take(within: t)`, the next line that a task logs. If nothing
// arrives in that time, the test fails. To is the required peer of the message, or nil.
type Take struct {
	Expr0
	Dev    int
	Within Expr
	To     Expr
}

// Choose is any.u8() or a related call. It gives a number that the test run chooses. Lo and Hi
// are the bounds of the number, as words of its type. Both are nil if all values of the type are
// allowed. lang/eval chooses the number during the run. Other machines evaluate Recv, which
// receives a number that was chosen before the run.
type Choose struct {
	Expr0
	Lo, Hi Expr
	Recv   Expr
}

// ChooseBytes is any.bytes(n): n bytes that the test run chooses. Recv is as in Choose.
type ChooseBytes struct {
	Expr0
	Len  Expr
	Recv Expr
}

// ChooseSubset is any.subset(s): a chosen subset of the members of X, a [n]bool.
type ChooseSubset struct {
	Expr0
	X Expr
}

// Unflushed is `d.unflushed()`. It gives the sectors of a disk that differ from their contents
// at the last flush, as a [n]bool.
type Unflushed struct {
	Expr0
	Dev int
}

// Sector is `d.sector(i)`: the contents of a sector of a disk, flushed or not.
type Sector struct {
	Expr0
	Dev int
	I   Expr
}
