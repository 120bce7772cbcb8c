package syntax

import "github.com/sinter-lang/sinter/internal/diag"

// Node is any part of the syntax tree. Every node has a source position.
type Node interface {
	Span() diag.Span
}

// Place is embedded in every node. It holds the range of bytes that the node covers.
type Place struct {
	At diag.Span
}

// Span returns the source position of the node.
func (p Place) Span() diag.Span { return p.At }

// Ident is a name as written. "_" is the blank name.
type Ident struct {
	Place
	Name string
}

// IsBlank reports whether the name is "_".
func (i Ident) IsBlank() bool { return i.Name == "_" }

// File is one source file.
type File struct {
	Source *diag.File
	Decls  []Decl
	// tokens include comments and separators. Format needs only the tokens.
	tokens []token
}

// A Decl is a declaration at the top level of a file: *UseDecl *ConstDecl *AssertDecl
// *TypeDecl *StructDecl *EnumDecl *LayoutDecl *FnDecl *TaskDecl *SystemDecl *TestDecl
// *BudgetDecl.
type Decl interface {
	Node
	decl()
}

// A Stmt is one statement of a body: *LetStmt *VarStmt *AssignStmt *IfStmt *ForStmt *WhileStmt
// *LoopStmt *BreakStmt *ContinueStmt *ReturnStmt *MatchStmt *SelectStmt *AssertStmt *ExpectStmt
// *FailStmt *StartStmt *CrashStmt *TimedStmt *ExprStmt *Block. A *Block is a statement only as
// the final else branch of an *IfStmt.
type Stmt interface {
	Node
	stmt()
}

// An Expr is an expression:
// *Name *IntLit *FloatLit *BoolLit *NoneLit *TimeLit *StringLit *ArrayLit
// *ParenExpr *UnaryExpr *BinaryExpr *RangeExpr *WithinExpr *SearchExpr
// *CallExpr *IndexExpr *SliceExpr *FieldExpr *TypeExprValue.
type Expr interface {
	Node
	expr()
}

// A TypeExpr is a written type: *NamedType *BytesType *ArrayType *SliceType *OptionType
// *RangeType *ChanEndType.
type TypeExpr interface {
	Node
	typeExpr()
}

// A Pattern is the pattern of a match arm: *NamePattern *ValuePattern.
type Pattern interface {
	Node
	pattern()
}

// A SystemItem is one line of a system:
// *BindItem *ChanItem *RunItem *ForItem.
type SystemItem interface {
	Node
	systemItem()
}

// ---- Declarations

// UseDecl is `use net, blk`.
type UseDecl struct {
	Place
	Names []Ident
}

// ConstDecl is `const N: u32 = 4`. With Config set it is `config N: u32 = 4`, and the option -D
// N=16 overrides the value. Type may be nil, Value is never nil.
type ConstDecl struct {
	Place
	Config bool
	Name   Ident
	Type   TypeExpr
	Value  Expr
}

// AssertDecl is `const assert N % P == 0`.
type AssertDecl struct {
	Place
	Cond Expr
}

// TypeDecl is `type Row = [N]u32`, which gives a type another name.
type TypeDecl struct {
	Place
	Name Ident
	Type TypeExpr
}

// Field is `name: type` in a struct or in the payload of an enum variant.
type Field struct {
	Place
	Name Ident
	Type TypeExpr
}

// StructDecl is `struct Flow { a: u32; b: u32 }`.
type StructDecl struct {
	Place
	Name   Ident
	Fields []Field
}

// EnumDecl is `enum Op: u8 { send = 0; receive; move(from: u32, to: u32) }`. Width is nil if
// the declaration states none.
type EnumDecl struct {
	Place
	Name     Ident
	Width    TypeExpr
	Variants []Variant
}

// Variant is one case of an enum. Payload may be empty. Value is nil if the declaration states
// none.
type Variant struct {
	Place
	Name    Ident
	Payload []Field
	Value   Expr
}

// LayoutDecl is `layout Eth { dst: u48; src: u48; kind: u16 }`.
type LayoutDecl struct {
	Place
	Name   Ident
	Fields []LayoutField
}

// LayoutField is one field of a layout, written
//
//	name: type [little] [in a..=b] [= value | = seal [all] algorithm] [when cond]
//
// Name may be "_". Parts that the source omits are nil.
type LayoutField struct {
	Place
	Name   Ident
	Type   TypeExpr
	Little bool
	In     *RangeExpr
	Fixed  Expr
	Seal   *Seal
	When   Expr
}

// Seal is `seal crc32`, or `seal all inet_sum` for a checksum over the whole layout.
type Seal struct {
	Place
	All       bool
	Algorithm Ident
}

// FnDecl is
//
//	fn name<T: eq, N: u32>(a: T, b: inout [N]T) -> bool where N > 0 @inline { }
//
// Result and Where are nil if they are omitted.
type FnDecl struct {
	Place
	Name     Ident
	Generics []Generic
	Params   []Param
	Result   TypeExpr
	Where    Expr
	Hints    []Hint
	Body     *Block
}

// Generic is one parameter between < and >: `T`, `T: eq` or `N: u32`. Bound is the part after the
// colon, or nil for `T`. The bound of a type parameter is a constraint (`eq`), and the bound of a
// constant is its type (`u32`). The checker distinguishes these two cases by the name.
type Generic struct {
	Place
	Name  Ident
	Bound TypeExpr
}

// Param is `name: type` or `name: inout type` of a function or task.
type Param struct {
	Place
	Name  Ident
	InOut bool
	Type  TypeExpr
}

// TaskDecl is `task echo(s: net.Udp) { }`.
type TaskDecl struct {
	Place
	Name   Ident
	Params []Param
	Body   *Block
}

// SystemDecl is `system edge { }` or `system heat @parallel { }`. It lists the tasks that
// run and their connections.
type SystemDecl struct {
	Place
	Name  Ident
	Hints []Hint
	Items []SystemItem
}

// BindItem is `nic = net.eth(0)`.
type BindItem struct {
	Place
	Name  Ident
	Value Expr
}

// ChanItem is `chan drops: u32 cap 4` or `chan dn[P]: Row cap 1`. Count is nil
// for a single channel.
type ChanItem struct {
	Place
	Name  Ident
	Count Expr
	Elem  TypeExpr
	Cap   Expr
}

// RunItem is `run echo(net.udp(nic, port))`.
type RunItem struct {
	Place
	Call *CallExpr
}

// ForItem is `for k in 0..P { run strip(k) }`. It repeats its items once for each value.
type ForItem struct {
	Place
	Var   Ident
	Range *RangeExpr
	Step  Expr // nil if omitted
	Items []SystemItem
}

// TestDecl is `test "what must hold" { }`.
type TestDecl struct {
	Place
	Name *StringLit
	Body *Block
}

// BudgetDecl is `budget { traps == 0; cycles(echo) <= 200 }`. Each line is a
// comparison.
type BudgetDecl struct {
	Place
	Lines []Expr
}

// Hint is `@unroll(4)` or `@inline`. A hint never changes the meaning of a program.
type Hint struct {
	Place
	Name Ident
	Args []Expr
}

// ---- Statements

// Block is `{ }`. Its position includes the braces.
type Block struct {
	Place
	Stmts []Stmt
}

// LetStmt is `let x: T = e` or `let x = e else { }`. Type and Else are nil if omitted.
type LetStmt struct {
	Place
	Name  Ident
	Type  TypeExpr
	Value Expr
	Else  *Block
}

// VarStmt is `var x: T = e`, or `state x: T = e` if State is set. At least one of Type and
// Value is not nil.
type VarStmt struct {
	Place
	State bool
	Name  Ident
	Type  TypeExpr
	Value Expr
	Hints []Hint
}

// AssignStmt is `place = e`.
type AssignStmt struct {
	Place
	Target Expr
	Value  Expr
}

// IfStmt is `if c { }` or `if let x = e { }`, with an optional else. In the first form Let is
// nil and Cond is the condition. In the second form Cond is the option to unwrap. Else is nil,
// an *IfStmt or a *Block.
type IfStmt struct {
	Place
	Let  *Ident
	Cond Expr
	Then *Block
	Else Stmt
}

// ForStmt is `for i in a..b step k @unroll(4) { }`. Step is nil if omitted.
type ForStmt struct {
	Place
	Var   Ident
	Range *RangeExpr
	Step  Expr
	Hints []Hint
	Body  *Block
}

// WhileStmt is `while c max N { }`.
type WhileStmt struct {
	Place
	Cond  Expr
	Max   Expr
	Hints []Hint
	Body  *Block
}

// LoopStmt is `loop { }`.
type LoopStmt struct {
	Place
	Hints []Hint
	Body  *Block
}

// BreakStmt is `break`.
type BreakStmt struct{ Place }

// ContinueStmt is `continue`.
type ContinueStmt struct{ Place }

// ReturnStmt is `return` or `return e`. Value is nil for `return`.
type ReturnStmt struct {
	Place
	Value Expr
}

// MatchStmt is `match e { case p { } else { } }`. Else is nil if omitted.
type MatchStmt struct {
	Place
	Value Expr
	Arms  []MatchArm
	Else  *Block
}

// MatchArm is `case a, b { }`. The arm is taken if one of its patterns fits.
type MatchArm struct {
	Place
	Patterns []Pattern
	Body     *Block
}

// NamePattern is `send`, `none` or `some(x, y)`: an enum variant or a constant. HasArgs
// distinguishes `send()` from `send`. Binds are the names for the payload.
type NamePattern struct {
	Place
	Name    Ident
	HasArgs bool
	Binds   []Ident
}

// ValuePattern is a constant expression that is not only a name: `7`, `-1`, `true`, `"ok"`,
// `1..=5`. A range is a *RangeExpr.
type ValuePattern struct {
	Place
	Value Expr
}

// SelectStmt is `select fair { on ... { } }`.
type SelectStmt struct {
	Place
	Policy string // "prio", "fair" or "turn"
	Arms   []SelectArm
}

// ArmKind is the kind of event that a select arm waits for.
type ArmKind uint8

// The kinds of select arms.
const (
	ArmRecv  ArmKind = iota // on e.recv(...), any method of a channel end or device
	ArmEvery                // on every(d)
	ArmAfter                // on after(d)
)

// SelectArm is `on let x = e.recv(b) when c { }`. Call is the whole call, possibly every(d) or
// after(d). Let and When are nil if omitted.
type SelectArm struct {
	Place
	Kind ArmKind
	Let  *Ident
	Call *CallExpr
	When Expr
	Body *Block
}

// AssertStmt is `assert c`, a trap if c is false.
type AssertStmt struct {
	Place
	Cond Expr
}

// ExpectStmt is `expect c`, in tests only.
type ExpectStmt struct {
	Place
	Cond Expr
}

// FailStmt is `fail "why"`, in tests only.
type FailStmt struct {
	Place
	Message Expr
}

// StartStmt is `start echo(s)`, in tests only.
type StartStmt struct {
	Place
	Call *CallExpr
}

// CrashStmt is `crash d losing e`, in tests only. Losing is nil if omitted.
type CrashStmt struct {
	Place
	Device Expr
	Losing Expr
}

// TimedStmt is `timed name { }`.
type TimedStmt struct {
	Place
	Name Ident
	Body *Block
}

// ExprStmt is a call that is used for its effect. Else is the block that runs if an operation of a
// device fails, or nil if omitted.
type ExprStmt struct {
	Place
	X    Expr
	Else *Block
}

// ---- Expressions

// Name is a plain name used as a value.
type Name struct {
	Ident
}

// IntLit is an integer in its source form: decimal, 0x or 0b, with or without `_`.
type IntLit struct {
	Place
	Text string
}

// FloatLit is a decimal fraction in its source form: 1.5, 2.0e-3.
type FloatLit struct {
	Place
	Text string
}

// BoolLit is `true` or `false`.
type BoolLit struct {
	Place
	Value bool
}

// NoneLit is `none`.
type NoneLit struct{ Place }

// TimeLit is a duration, in ticks of 1 us: 5us, 20ms, 60s.
type TimeLit struct {
	Place
	Ticks int64
}

// StringLit is a string, or a literal of type bytes<N>. A string without braces has one part. An
// empty string has no parts.
type StringLit struct {
	Place
	Parts []StringPart
}

// StringPart is a part of a string: literal text if X is nil, else `{x}` or `{x:hex}`. Bytes holds
// the literal text with the escapes resolved.
type StringPart struct {
	Place
	Bytes  string
	X      Expr
	Format Ident // empty name if omitted
}

// ArrayLit is `[1, 2, 3]`.
type ArrayLit struct {
	Place
	Elems []Expr
}

// ParenExpr is `(x)`.
type ParenExpr struct {
	Place
	X Expr
}

// UnaryExpr is an operator before its operand.
type UnaryExpr struct {
	Place
	Op Op
	X  Expr
}

// BinaryExpr is an operator between its operands. OpAt is the position of the operator.
type BinaryExpr struct {
	Place
	Op   Op
	OpAt diag.Span
	L, R Expr
}

// RangeExpr is `a..b`, or `a..=b` if Closed is set. It occurs only where the grammar has a
// range: for, within, first, slices, patterns and layout bounds. Lo or Hi may be nil, but only
// in a slice.
type RangeExpr struct {
	Place
	Lo, Hi Expr
	Closed bool
}

// WithinExpr is `x within a..b`.
type WithinExpr struct {
	Place
	X     Expr
	Range *RangeExpr
}

// SearchKind is the kind of a SearchExpr.
type SearchKind uint8

// The kinds of searches.
const (
	SearchFirst SearchKind = iota
	SearchCount
	SearchAny
	SearchAll
)

// SearchExpr is `first i in a..b where p`, and the same forms with count, any and all.
type SearchExpr struct {
	Place
	Kind  SearchKind
	Var   Ident
	Range *RangeExpr
	Where Expr
}

// CallExpr is `f(a, b: c)`: a call, a conversion, a struct literal or an enum variant. All four
// have the same syntax.
type CallExpr struct {
	Place
	Fun  Expr
	Args []Arg
}

// Arg is one argument. Name is nil for a positional argument.
type Arg struct {
	Place
	Name  *Ident
	Value Expr
}

// IndexExpr is `x[i]`.
type IndexExpr struct {
	Place
	X, Index Expr
}

// SliceExpr is `x[a..b]`. RangeExpr describes its bounds.
type SliceExpr struct {
	Place
	X     Expr
	Range *RangeExpr
}

// FieldExpr is `x.name`: a field, a method, or a member of a package or of a type.
type FieldExpr struct {
	Place
	X    Expr
	Name Ident
}

// TypeExprValue is a type used as a value, to call it or to access a member: `fix<16,
// 16>.from_bits(b)`, `bytes<4>(x)`. A type without arguments is a *Name or *FieldExpr instead.
type TypeExprValue struct {
	Place
	Type TypeExpr
}

// Op is an operator of expressions.
type Op uint8

// The operators. The comments give the source form.
const (
	OpNone   Op = iota
	OpOr        // or
	OpAnd       // and
	OpNot       // not
	OpEq        // ==
	OpNe        // !=
	OpLt        // <
	OpLe        // <=
	OpGt        // >
	OpGe        // >=
	OpBitOr     // |
	OpBitXor    // ^
	OpBitAnd    // &
	OpShl       // <<
	OpShr       // >>
	OpAdd       // +
	OpSub       // -
	OpMul       // *
	OpDiv       // /
	OpRem       // %
	OpNeg       // - before an operand
	OpBitNot    // ~ before an operand
)

// ---- Types

// NamedType is `u8`, `net.Eth`, `fix<16, 16>`, `map<Flow, time, 4096>`. Package is nil for a
// plain name. Args is nil if the type has no < >.
type NamedType struct {
	Place
	Package *Ident
	Name    Ident
	Args    []TypeArg
}

// TypeArg is an argument between < and >. If the argument is a plain name, it can be a type or a
// constant. In that case both fields are set, and the checker uses the field that the parameter
// requires. Otherwise exactly one field is set.
type TypeArg struct {
	Place
	Type  TypeExpr
	Value Expr
}

// BytesKind states where the length of a BytesType comes from.
type BytesKind uint8

// The kinds of bytes types.
const (
	BytesOf     BytesKind = iota // bytes<N>: capacity N; in a layout exactly N bytes
	BytesPrefix                  // bytes<..N>: a u16 length, then as many bytes
	BytesRest                    // bytes<*..N>: the remaining bytes, at most N
)

// BytesType is `bytes<N>`, `bytes<..N>` or `bytes<*..N>`.
type BytesType struct {
	Place
	Kind BytesKind
	Size Expr
}

// ArrayType is `[N]T`.
type ArrayType struct {
	Place
	Len  Expr
	Elem TypeExpr
}

// SliceType is `[]T`, allowed only for parameters.
type SliceType struct {
	Place
	Elem TypeExpr
}

// OptionType is `T?`.
type OptionType struct {
	Place
	Elem TypeExpr
}

// RangeType is `a..=b` or `a..b`.
type RangeType struct {
	Place
	Range *RangeExpr
}

// ChanEndType is `in chan<T>`, or `out chan<T>` if Out is set.
type ChanEndType struct {
	Place
	Out  bool
	Elem TypeExpr
}

func (*UseDecl) decl()    {}
func (*ConstDecl) decl()  {}
func (*AssertDecl) decl() {}
func (*TypeDecl) decl()   {}
func (*StructDecl) decl() {}
func (*EnumDecl) decl()   {}
func (*LayoutDecl) decl() {}
func (*FnDecl) decl()     {}
func (*TaskDecl) decl()   {}
func (*SystemDecl) decl() {}
func (*TestDecl) decl()   {}
func (*BudgetDecl) decl() {}

func (*BindItem) systemItem() {}
func (*ChanItem) systemItem() {}
func (*RunItem) systemItem()  {}
func (*ForItem) systemItem()  {}

func (*Block) stmt()        {}
func (*LetStmt) stmt()      {}
func (*VarStmt) stmt()      {}
func (*AssignStmt) stmt()   {}
func (*IfStmt) stmt()       {}
func (*ForStmt) stmt()      {}
func (*WhileStmt) stmt()    {}
func (*LoopStmt) stmt()     {}
func (*BreakStmt) stmt()    {}
func (*ContinueStmt) stmt() {}
func (*ReturnStmt) stmt()   {}
func (*MatchStmt) stmt()    {}
func (*SelectStmt) stmt()   {}
func (*AssertStmt) stmt()   {}
func (*ExpectStmt) stmt()   {}
func (*FailStmt) stmt()     {}
func (*StartStmt) stmt()    {}
func (*CrashStmt) stmt()    {}
func (*TimedStmt) stmt()    {}
func (*ExprStmt) stmt()     {}

func (*Name) expr()          {}
func (*IntLit) expr()        {}
func (*FloatLit) expr()      {}
func (*BoolLit) expr()       {}
func (*NoneLit) expr()       {}
func (*TimeLit) expr()       {}
func (*StringLit) expr()     {}
func (*ArrayLit) expr()      {}
func (*ParenExpr) expr()     {}
func (*UnaryExpr) expr()     {}
func (*BinaryExpr) expr()    {}
func (*RangeExpr) expr()     {}
func (*WithinExpr) expr()    {}
func (*SearchExpr) expr()    {}
func (*CallExpr) expr()      {}
func (*IndexExpr) expr()     {}
func (*SliceExpr) expr()     {}
func (*FieldExpr) expr()     {}
func (*TypeExprValue) expr() {}

func (*NamePattern) pattern()  {}
func (*ValuePattern) pattern() {}

func (*NamedType) typeExpr()   {}
func (*BytesType) typeExpr()   {}
func (*ArrayType) typeExpr()   {}
func (*SliceType) typeExpr()   {}
func (*OptionType) typeExpr()  {}
func (*RangeType) typeExpr()   {}
func (*ChanEndType) typeExpr() {}
