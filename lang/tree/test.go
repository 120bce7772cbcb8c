package tree

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
)

// Test is `test "what must hold" { }`. The body acts as the outside world of the tasks that it
// starts. Crash statements divide a body into epochs, and each epoch is a separate system. A test
// that starts no task has no epochs.
type Test struct {
	Name    string
	Body    *Func // a task; if Chooses is set, its parameter is the device that supplies the chosen values
	Devices []Fake
	Epochs  []*System // the system of each epoch; its devices are named as in Devices
	Chooses bool      // the body has a Choose: each run of the body is one case of many
	// HostOnly says that the body makes a choice whose result a machine cannot receive.
	HostOnly bool
	Span     diag.Span // position of the name
}

// Fake is a fake device of a test. The tasks use it, and the test body acts as the other end of
// the device.
type Fake struct {
	Name    string
	Kind    string // as in DeviceDef
	Sectors int    // size of a disk
	Span    diag.Span
}

// Hosted reports whether the body needs the host, for example to act as the world of the tasks
// that it starts. Any other test is compiled as a separate program, with its body as a task.
func (t *Test) Hosted() bool { return len(t.Epochs) > 0 || len(t.Devices) > 0 || t.HostOnly }

// Expect is `expect c`. Expect traps at Site unless Cond holds. If c is a comparison, L and R are
// its operands, and Cond reads their values. Otherwise L and R are nil.
type Expect struct {
	Stmt0
	Cond Expr
	L, R *Local
	Site int
}

// Fail is `fail "why"`. Fail traps at Site.
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

// Crash is `crash d losing e`. Crash stops all tasks of the epoch. Losing is a set of sectors of
// disk Dev, as a [n]bool. These sectors get back the contents that they had at the last flush. If
// Losing is nil, no data is lost.
type Crash struct {
	Stmt0
	Dev    int
	Losing Expr
}

// Put is `d.put(b)`, `b.put(v)` for a pin and a bool, or `s.put(from: p, b)`. The value b arrives
// at the device immediately. From is nil if the device has no peers.
type Put struct {
	Stmt0
	Dev   int
	From  Expr
	Value Expr
}

// Answer is `d.answer(sent, bytes)` for a bus. After this statement, the device answers Value to
// each message that begins with Sent.
type Answer struct {
	Stmt0
	Dev         int
	Sent, Value Expr
}

// Able is `d.can_read(i, v)` for a disk. The name after `can_` is the name of a command. From now
// on, v says whether the disk can execute the command on sector Arg. Arg is nil for a command
// without a sector.
type Able struct {
	Stmt0
	Dev      int
	Does     *port.Method
	Arg, Can Expr
}

// Quiet is `d.quiet(within: t)`. Quiet requires that no task sends to the device during the time
// t.
type Quiet struct {
	Stmt0
	Dev    int
	Within Expr
}

// Pass is `fake.wait(t)`. Pass lets the time t pass.
type Pass struct {
	Stmt0
	Within Expr
}

// LogOfTest is the Dev of a Take that reads the log.
const LogOfTest = -1

// Take is `d.take(within: t)`. Its value is the next message sent to the device, as bytes, or as a
// bool for a pin. Take is also `log.take(within: t)`, whose value is the next line that a task
// logs. If nothing arrives within the time t, the test fails. To is the required peer of the
// message, or nil.
type Take struct {
	Expr0
	Dev    int
	Within Expr
	To     Expr
}

// Choose is any.u8() or a related call. Its value is a number that the test run chooses. Lo and Hi
// are the bounds of the number, as words of its type. They are nil if all values of the type are
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

// ChooseSubset is any.subset(s): a subset of X that the test run chooses. X is a set, as a
// [n]bool.
type ChooseSubset struct {
	Expr0
	X Expr
}

// Unflushed is `d.unflushed()`. The value is a [n]bool. It marks each sector of a disk that
// differs from its contents at the last flush.
type Unflushed struct {
	Expr0
	Dev int
}

// Sector is `d.sector(i)`: the contents of a sector of a disk, even if they are not flushed.
type Sector struct {
	Expr0
	Dev int
	I   Expr
}
