package tree

import "github.com/sinter-lang/sinter/internal/diag"

// Now is `now()`, the current clock as a time.
type Now struct{ Expr0 }

// TryRecv is `c.try_recv()`, an option of the channel's elements. If the channel has no value, TryRecv
// gives `none`. It never blocks.
type TryRecv struct {
	Expr0
	Chan Expr
}

// TrySend is `c.try_send(e)`, a bool. If the channel has no room, the result is false and nothing
// is sent. Value is evaluated once, before the attempt. TrySend does not block.
type TrySend struct {
	Expr0
	Chan  Expr
	Value Expr
}

// Select waits until one of its arms is ready, chooses one and runs its body. On entry the arms
// are evaluated once, in order. The evaluation of an arm begins with its guard. If the guard is
// false, the arm is ignored. If the guard is true, the index of the arm's channel end or the
// duration is evaluated next.
//
// An arm is ready in these cases:
//
//   - on a channel: the channel has a value
//   - on a device: a message waits at the device
//   - on an input: its level differs from the level that the program knows (from its
//     last read or the last such arm; at first false)
//   - on every and after: the clock has reached the deadline
//
// The select chooses the first ready arm in the order of the arms. A Fair select searches
// cyclically, starting after the arm that this select in this task chose last. The first search
// starts at the first arm. Choosing an arm also takes the value or message. The place of a
// message's buffer is evaluated after the choice. If the message is longer than the buffer, it is
// dropped, the buffer becomes empty, and the select chooses again.
//
// With Turn, every other task runs once before the select chooses. A select with Turn is Fair.
//
// A select occurs only in the body of a task.
type Select struct {
	Stmt0
	Fair, Turn bool
	Arms       []SelectArm
}

// ArmKind is the kind of event that a select arm waits for.
type ArmKind uint8

// The kinds of select arms.
const (
	ArmChan  ArmKind = iota // a value in the channel End, stored in Local
	ArmDev                  // a message at the device End, put into Buf
	ArmLevel                // the level of the input End differs from the level that the program knows
	ArmEvery                // a deadline: the start of the task + After, then later by After each time
	ArmAfter                // the time After since the entry; immediately if After is not positive
)

// SelectArm is one arm of a Select.
type SelectArm struct {
	Kind  ArmKind
	End   Expr   // ArmChan, ArmDev: *LocalRef, or *Index of an array of ends
	Local *Local // ArmChan: nil if the value is dropped; ArmDev: the head of the message if it has one, else nil;
	// ArmLevel: the level, nil if it is dropped
	Buf   Expr // ArmDev: a place of type bytes<N>
	After Expr // ArmEvery: a *Const above 0; ArmAfter: a duration
	When  Expr // nil if omitted
	Body  *Block
	Span  diag.Span
}
