package eval

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Limits bound a series of evaluations. Each evaluation subtracts its number of statements from
// the field Statements.
type Limits struct {
	Statements uint64
	Cells      int
}

// Trap is a run-time check that failed. A run returns it as its error.
type Trap struct {
	Site int
	Code string
}

func (t *Trap) Error() string { return fmt.Sprintf("trap %s at site %d", t.Code, t.Site) }

// Fault is a bug in the checker or in this package, found while running.
type Fault struct{ What string }

func (f *Fault) Error() string { return "internal fault: " + f.What }

// limitError is the limit (statements or memory) that an evaluation exceeded.
type limitError string

func (e limitError) Error() string { return string(e) }

// Value is an argument of a log event: the bits of a scalar, or bytes.
type Value struct {
	Bits    uint64
	Bytes   []byte
	IsBytes bool
}

// EffectKind is the kind of an effect.
type EffectKind uint8

// The kinds of effects, each with the fields of Effect that it uses. Send, Recv and Select may
// block. For an effect that may fail, the host sets Ok.
const (
	LogEffect      EffectKind = iota // Index is the site; Args
	MarkEffect                       // Index is the mark; Begin
	ChanSendEffect                   // Index is the channel; Cells is the value
	ChanRecvEffect                   // Index is the channel; the host fills Cells
	DevSendEffect                    // Index is the device, or ^k for socket k, here and below; Data
	DevRecvEffect                    // Index is the device; Limit; the host sets Data
	TryRecvEffect                    // Index is the channel; the host fills Cells if there is a value
	TrySendEffect                    // Index is the channel; Cells is the value
	TakeEffect                       // Index is the device; Limit; takes the pending message; Ok is false if the message was longer than Limit; the host sets Data
	NowEffect                        // the host sets Time
	SelectEffect                     // Arms, First; the host sets Index to the chosen arm
	AskEffect                        // Index is the device; Data is the command; the host sets Data to the answer
	GetEffect                        // Index is the device; the host sets Words[0] to its level
	PutEffect                        // Index is the device; Words[0] is its new level
	TickEffect                       // the task has run for a while; the host may switch to another task
	StepEffect                       // a step of a test, see test.go
)

// Effect is one step of a task that affects the outside.
type Effect struct {
	Kind  EffectKind
	Index int
	Begin bool
	Limit int
	Cells []uint64
	Data  []byte
	Args  []Value
	Ok    bool
	Time  uint64
	Arms  []Wait
	First int        // the arm of Arms that is checked first
	Turn  bool       // for a select: the other tasks run first
	Step  any        // for a test: a tree.Stmt or tree.Expr
	Words []uint64   // the operands of the step that are numbers
	Sides [][]uint64 // for an expect that fails: the two values that it compared
}

// WaitKind is the kind of event that a select arm waits for.
type WaitKind uint8

// The kinds of select arms.
const (
	NoWait   WaitKind = iota // nothing: the guard is false
	ChanWait                 // a value in channel Index
	DevWait                  // a message at device Index, or a level that the program does not know
	TimeWait                 // the clock reaching Time
)

// Wait is one arm of a select effect.
type Wait struct {
	Kind  WaitKind
	Index int
	Time  uint64
}

// Host is the environment of a task. Do returns when the effect is done.
type Host interface {
	Do(*Effect)
}

// machine is the memory and the execution state of a program.
type machine struct {
	mem    []uint64
	ret    uint64         // scalar result of the last call
	layout int            // address of the layout value that is being parsed
	left   int64          // statements until the next tick
	ticks  uint64         // how often tick was called
	host   Host           // nil at compile time
	total  uint64         // statements left at compile time
	start  uint64         // the clock when the task began
	lost   map[int]uint64 // for each socket: its count of lost messages when its last message arrived
}

// slice is the number of statements between two ticks.
const slice = 1 << 16

// tick is called when left is used up.
func (m *machine) tick() {
	m.left += slice
	m.ticks++
	if m.host != nil {
		m.host.Do(&Effect{Kind: TickEffect})
		return
	}
	if m.total < slice {
		panic(limitError("the evaluation takes too many statements"))
	}
	m.total -= slice
}

// run calls f and turns its panics into an error.
func (m *machine) run(f func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Trap:
			err = p
		case *Fault:
			err = p
		case limitError:
			err = p
		default:
			panic(p)
		}
	}()
	f()
	return nil
}

// Constant evaluates an expression without effects. `locals` are the locals that the expression
// itself binds. The error is a *Trap or a *Fault, or it names the exceeded limit.
func Constant(x tree.Expr, locals []*tree.Local, lim *Limits) ([]uint64, error) {
	c := newCompiler()
	c.frame(locals, false)
	dst := c.alloc(tree.Cells(x.Type()))
	code := c.store(x)
	c.finish()
	if c.size > lim.Cells {
		return nil, limitError("the evaluation takes too much memory")
	}
	m := c.machine()
	m.total = lim.Statements
	err := m.run(func() { code(m, dst) })
	lim.Statements = m.total + uint64(max(m.left, 0)) // the unused part of the last slice
	if err != nil {
		return nil, err
	}
	return m.mem[dst : dst+tree.Cells(x.Type())], nil
}

// Task is a task instance that is ready to run.
type Task struct {
	m    *machine
	body code
}

// Counts holds how often the statement at each source position was executed.
type Counts map[diag.Span]*uint64

// NewTask compiles a task and binds its parameters. If counts is not nil, the task counts its
// statements there.
func NewTask(r *tree.Run, h Host, counts Counts) *Task {
	c := newCompiler()
	c.counts = counts
	f := c.function(r.Task)
	c.finish()
	m := c.machine()
	m.host = h
	for i, p := range r.Task.Params {
		at := c.locals[p].addr
		switch r.Args[i].Kind {
		case tree.BindValue, tree.BindChans:
			copy(m.mem[at:], r.Args[i].Cells)
		case tree.BindSocket:
			m.mem[at] = uint64(^r.Args[i].Index)
		default:
			m.mem[at] = uint64(r.Args[i].Index)
		}
	}
	return &Task{m: m, body: f.code}
}

// Run runs the task to its end. The result is nil, a *Trap or a *Fault.
func (t *Task) Run() error {
	return t.m.run(func() {
		t.m.start = t.m.now()
		t.body(t.m)
	})
}

// Statements returns the number of statements that the task has begun. Rounds of searches and
// fields of layouts also count.
func (t *Task) Statements() uint64 {
	return uint64(int64(t.m.ticks*slice) - t.m.left)
}
