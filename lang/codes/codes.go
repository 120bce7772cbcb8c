// Package codes names the kinds of diagnostics of the checker, E02xx to E06xx. Each kind
// has a page in docs/errors. The codes of the parser are in lang/syntax.
package codes

import "github.com/sinter-lang/sinter/internal/diag"

// Errors about names, types and values.
const (
	UnknownName   diag.Code = "E0201" // a name that is declared nowhere
	DuplicateName diag.Code = "E0202" // a name declared twice in one scope
	NotAType      diag.Code = "E0203" // a value where a type is expected
	NotAValue     diag.Code = "E0204" // a type, a package or a call without a result where a value is expected
	Cycle         diag.Code = "E0205" // a declaration that depends on itself
	Mismatch      diag.Code = "E0206" // a value of a different type
	OutOfRange    diag.Code = "E0207" // a constant that its type does not contain
	MixedIntegers diag.Code = "E0208" // u8 + u16
	TooWide       diag.Code = "E0209" // exact arithmetic beyond 64 bits
	BadOperand    diag.Code = "E0210" // an operator on a type that does not have it
	MaybeZero     diag.Code = "E0211" // exact division by a number that may be 0
	NeedsType     diag.Code = "E0212" // a variable whose type cannot be inferred
	NoZero        diag.Code = "E0213" // a variable without a value whose type has no zero value
	NotConstant   diag.Code = "E0214" // a value that is not known at compile time
	ConstFails    diag.Code = "E0215" // a constant whose evaluation traps or does not end
	ConstAssert   diag.Code = "E0216" // const assert that does not hold
	BadSetting    diag.Code = "E0217" // a setting -D name=value whose value does not fit
	BadSize       diag.Code = "E0218" // a length, width or bound that is not possible
	UnknownMember diag.Code = "E0219" // x.name where x has no such member
	BadArguments  diag.Code = "E0220" // arguments missing, too many, twice or with unknown names
	NotCallable   diag.Code = "E0221" // a call whose callee is not a function
	BadPattern    diag.Code = "E0222" // a pattern that cannot fit
	NotExhaustive diag.Code = "E0223" // a match without arms for all values
	OptionUse     diag.Code = "E0224" // an option used as its value, or a value as an option
	BadFormat     diag.Code = "E0225" // a value that log.print cannot show
	BadConversion diag.Code = "E0226" // u32(x) whose x is not a number
	NeedsUse      diag.Code = "E0227" // a package that the file uses without declaring `use`
	BadLayout     diag.Code = "E0228" // a layout that is not made of whole bytes, or not bounded
	TooLarge      diag.Code = "E0229" // more memory than a program may declare
	BadSeal       diag.Code = "E0230" // an impossible seal (a checksum field) of a layout
	BadGeneric    diag.Code = "E0232" // impossible parameters or arguments between < and >
	Constraint    diag.Code = "E0233" // an argument of a generic function that breaks its constraint
	BadMap        diag.Code = "E0234" // a map with an impossible key type or number of entries
	BadHint       diag.Code = "E0235" // a hint where it has no meaning
	OwnPart       diag.Code = "E0236" // a type that contains itself
	NarrowWrap    diag.Code = "E0237" // narrow arithmetic that may wrap and is then widened
	LayoutUse     diag.Code = "E0231" // a layout that is made, changed or written in a forbidden way
	NotYet        diag.Code = "E0299" // part of the language that this version lacks
)

// Errors about the rules that keep programs total and free of aliases.
const (
	Immutable     diag.Code = "E0301" // an assignment whose target is not a var, a state or an inout
	MissingReturn diag.Code = "E0302" // a function that may end without its result
	ElseFalls     diag.Code = "E0303" // a let ... else whose else block continues to the next statement
	Recursion     diag.Code = "E0304" // a function that calls itself
	Aliased       diag.Code = "E0305" // inout arguments that overlap
	NotAPlace     diag.Code = "E0306" // an inout argument that is not a variable
	UnusedResult  diag.Code = "E0307" // a result that is dropped silently
	OutsideLoop   diag.Code = "E0308" // break or continue without a loop
	Spins         diag.Code = "E0309" // a loop that may repeat without waiting
	BadMax        diag.Code = "E0310" // a while with an impossible max
	StoredSlice   diag.Code = "E0311" // a slice []T that is not a parameter
	OnlyInTask    diag.Code = "E0312" // an operation that is only allowed in the body of a task
	Unreachable   diag.Code = "E0313" // statements that are never reached
	TimedConst    diag.Code = "E0314" // a timed kernel evaluated at compile time
	AlwaysTraps   diag.Code = "E0315" // an index that is never within the length
	LeavesTimed   diag.Code = "E0316" // a return out of a timed region
	BadSelect     diag.Code = "E0317" // an impossible arm of a select
	NeverFails    diag.Code = "E0323" // an else after an expression that cannot fail

	UnreachableArm diag.Code = "E0321" // an arm of a match that is never taken
	UnusedVariable diag.Code = "E0318" // a variable that is never read
	Shadowed       diag.Code = "E0319" // a variable that hides another variable
	FewBanks       diag.Code = "E0320" // an unrolled loop over an array with fewer banks
	WideShift      diag.Code = "E0322" // a shift by the width or more
)

// Errors about tests.
const (
	OnlyInTest diag.Code = "E0601" // a construct that only the body of a test may have
	StartPlace diag.Code = "E0602" // a start, a crash or a device of a test in the wrong place
)

// Errors about the system.
const (
	Unconnected   diag.Code = "E0401" // a channel end that no task has
	UsedTwice     diag.Code = "E0402" // a channel end or device given to two tasks
	BadCapacity   diag.Code = "E0403" // an impossible channel capacity
	BadBinding    diag.Code = "E0404" // a value that cannot be bound in a system or given to a task
	ManySystems   diag.Code = "E0405" // a second system
	WrongEnd      diag.Code = "E0406" // send on a receiving end, or recv on a sending end
	UnusedDevice  diag.Code = "E0407" // a device that no task has
	TryRendezvous diag.Code = "E0408" // try_send on a channel of capacity 0
	BadBudget     diag.Code = "E0409" // an impossible line in a budget
	OverBudget    diag.Code = "E0410" // a measured number that is over its budget
	UnusedTask    diag.Code = "E0411" // a task that the system does not run
	Deadlock      diag.Code = "E0412" // tasks that wait for each other in a circle
	Sequential    diag.Code = "E0413" // a task of a parallel system that is not a thread
)
