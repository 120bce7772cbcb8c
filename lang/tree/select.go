package tree

import "github.com/sinter-lang/sinter/internal/diag"

// Now is `now()`: the clock as a time.
type Now struct{ Expr0 }

// TryRecv is `c.try_recv()`: an option of the channel's elements, none when
// the channel has no value. It does not block.
type TryRecv struct {
	Expr0
	Chan Expr
}

// TrySend is `c.try_send(e)`: a bool. It is false when the channel has no room, and then
// nothing is sent. Value is evaluated once, before the attempt. It does not block.
type TrySend struct {
	Expr0
	Chan  Expr
	Value Expr
}

// Select waits until one of its arms is ready, chooses one and runs its body. On entry the
// arms are evaluated in order. The guard of each arm comes first. If it holds, the index of
// its end or its duration is evaluated once. An arm whose guard does not hold is left out.
//
// An arm is ready in these cases:
//
//   - on a channel, when the channel has a value
//   - on a device, when a message is there
//   - on an input, when its level differs from the level that the program knows (from its
//     last read or such an arm; at first false)
//   - on every and after, when the clock has reached its deadline
//
// The first ready arm is chosen, in the order of the arms. A Fair select searches
// cyclically from the arm after the one that this select last chose in this task. At first
// it starts at the first arm. Choosing takes the value or message. The place of a buffer is
// evaluated at that time. If a message is longer than its buffer, the message is dropped,
// the buffer is left empty, and the choice is repeated.
//
// With Turn every other task has its turn before the choice is made. A select with Turn is
// Fair.
//
// A select occurs only in the body of a task.
type Select struct {
	Stmt0
	Fair, Turn bool
	Arms       []SelectArm
}

// ArmKind is the kind of event that an arm of a select waits for.
type ArmKind uint8

// The kinds of arms.
const (
	ArmChan  ArmKind = iota // a value in the channel End, given to Local
	ArmDev                  // a message at the device End, put into Buf
	ArmLevel                // a change of the level of the input End from the level that the program knows
	ArmEvery                // the deadline of the arm: task start + After, each firing adds After
	ArmAfter                // After from entry on; if not above 0, at once
)

// SelectArm is one arm of a Select.
type SelectArm struct {
	Kind  ArmKind
	End   Expr   // ArmChan, ArmDev: *LocalRef, or *Index of an array of ends
	Local *Local // ArmChan: nil when the value is dropped; ArmDev: the head of the message if it has one, else nil;
	// ArmLevel: the level, nil when it is dropped
	Buf   Expr // ArmDev: a place of type bytes<N>
	After Expr // ArmEvery: a *Const above 0; ArmAfter: a duration
	When  Expr // nil when not written
	Body  *Block
	Span  diag.Span
}
