package tree

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
)

// A Stmt is one statement:
// *Declare *LetElse *Assign *If *IfLet *For *While *Loop *Break *Continue *Match
// *Return *Assert *Log *Timed *Do *Block *ChanSend *DevRecv *DevSend *DevAsk *LevelPut
// *Append *Resize *Select *MapPut *MapRemove; in tests also
// *Expect *Fail *Start *Crash *Put *Quiet *Pass.
type Stmt interface {
	Span() diag.Span
	stmt()
}

// Stmt0 is embedded in every statement.
type Stmt0 struct{ At diag.Span }

// Span returns the source position of the statement.
func (s Stmt0) Span() diag.Span { return s.At }
func (Stmt0) stmt()             {}

// Block is a list of statements in a new scope. All locals of a function have different IDs, and
// therefore consumers of the tree can ignore scopes.
type Block struct {
	Stmt0
	Stmts []Stmt
}

// Declare sets a new local. A nil Value means the zero value. The statement executes each time
// control reaches it.
type Declare struct {
	Stmt0
	Local *Local
	Value Expr
}

// LetElse is `let x = e else { }`. Value is an option. Else never continues after the
// statement.
type LetElse struct {
	Stmt0
	Local *Local // nil for _
	Value Expr
	Else  *Block
}

// IfLet is `if let x = e { } else { }`. Else is nil if omitted.
type IfLet struct {
	Stmt0
	Local *Local // nil for _
	Value Expr
	Then  *Block
	Else  *Block
}

// Assign is `place = e`. Target is a place: a *LocalRef, or an *Index or *FieldRef of a place. The
// indices of the target are evaluated and checked before Value. Value may read the target, because
// the evaluation of Value is complete before the store.
type Assign struct {
	Stmt0
	Target Expr
	Value  Expr
}

// If is `if c { } else { }`. Else is nil if omitted.
type If struct {
	Stmt0
	Cond Expr
	Then *Block
	Else *Block
}

// For runs Body for Var = Lo, Lo+Step, ... while Var < Hi, or Var <= Hi if Closed is set. Lo and
// Hi have one type and are evaluated once. The word of Var may be narrower than the word of the
// bounds, but holds every value of Var. Safe says that the last value of Var plus Step fits both
// words.
type For struct {
	Stmt0
	Var    *Local
	Lo, Hi Expr
	Closed bool
	Step   uint64
	Safe   bool
	Unroll int // hint @unroll(n), 0 if omitted
	Body   *Block
}

// While runs Body while Cond holds. While traps at Site if Cond still holds after Max rounds.
type While struct {
	Stmt0
	Cond Expr
	Max  uint64
	Site int
	Body *Block
}

// Loop runs Body until a break or return.
type Loop struct {
	Stmt0
	Body *Block
}

// Break leaves the innermost For, While or Loop.
type Break struct{ Stmt0 }

// Continue starts the next round of the innermost For, While or Loop.
type Continue struct{ Stmt0 }

// Match runs the first arm with a case that fits Value, or Else if no case fits. A Match is
// exhaustive: if Else is nil, some arm always fits. Value is a scalar or an enum.
type Match struct {
	Stmt0
	Value Expr
	Arms  []Arm
	Else  *Block
}

// Arm is one arm of a Match. If the arm has a single variant, Binds are the locals for its
// payload. An element is nil if the name is `_`.
type Arm struct {
	Cases []Case
	Binds []*Local
	Body  *Block
	Span  diag.Span
}

// Case fits each word from Lo to Hi. The comparison is signed if the type of the matched value is
// signed. For an enum, both Lo and Hi are the index of the variant.
type Case struct {
	Lo, Hi uint64
}

// Return leaves the function. Value is nil if the result is Unit.
type Return struct {
	Stmt0
	Value Expr
}

// Assert traps at Site unless Cond holds.
type Assert struct {
	Stmt0
	Cond Expr
	Site int
}

// Log is log.print. Args are scalars and bytes, one for each argument of the log site.
type Log struct {
	Stmt0
	Site int
	Args []Expr
}

// Timed is `timed name { }`.
type Timed struct {
	Stmt0
	Mark int
	Body *Block
}

// Do evaluates X for its effect: a *Call without a result, or the expression e of a statement `let
// _ = e`.
type Do struct {
	Stmt0
	X Expr
}

// ChanSend is `c.send(e)`. ChanSend evaluates Value once, and then blocks until the channel has
// room.
type ChanSend struct {
	Stmt0
	Chan  Expr
	Value Expr
}

// DevRecv is `d.recv(buf)`. The buffer is a place of type bytes<N>. DevRecv blocks until a frame
// arrives that fits the buffer.
type DevRecv struct {
	Stmt0
	Dev Expr
	Buf Expr
}

// DevSend is `d.send(b)`. Value has type bytes<N>. Sending zero bytes does nothing. For a port
// whose messages have a head (a header), the source form is `d.send(head, b)`. For such a port
// Value has type bytes<N> or [N]u8, and even an empty message is sent.
type DevSend struct {
	Stmt0
	Dev   Expr
	Head  Expr // nil if messages have none
	Value Expr
}

// DevAsk is a command of a port of shape Command, with its immediate answer. The method Does
// determines the operands. Arg is a number, and Does states its width. If the command takes a
// body, Body is bytes<N> or [N]u8, where N is at most the size of a body. If the answer has a
// body, Into is the place for this body.
//
// If the bodies of a port are blocks, zeros extend Body to a whole block, and Into is a place for
// all bytes of a block. As a statement, such a command traps at Site if it fails. If the bodies
// are not blocks, Into is a place of type bytes<N> or [N]u8, and the length of Into is the number
// of requested bytes. Into is unchanged if the command fails. For a method with the flag Same,
// Into is Body.
type DevAsk struct {
	Stmt0
	Dev  Expr
	Does *port.Method
	Arg  Expr
	Body Expr
	Into Expr
	Site int
}

// LevelPut is `led.write(v)`. LevelPut sets the level of an output to Value, a bool.
type LevelPut struct {
	Stmt0
	Dev   Expr
	Value Expr
}

// Append is `b.append(e)`. Buf is a place of type bytes<N>. Value is a u8, bytes or a slice of u8.
// Append traps at Site if the result is longer than N. If Proved is set, this check is
// unnecessary. Value does not overlap Buf.
type Append struct {
	Stmt0
	Buf    Expr
	Value  Expr
	Proved bool
	Site   int
}

// Resize is `b.resize(n)`. Resize sets the length. Added bytes are 0. Resize traps at Site if n is
// larger than the capacity. If Proved is set, this check is unnecessary.
type Resize struct {
	Stmt0
	Buf    Expr
	Len    Expr
	Proved bool
	Site   int
}
