// Package ir defines the program IR. The IR is in static single assignment form with block
// parameters. Its values are words of 1 to 64 bits, and its effects are explicit.
//
// A value is a word or a token. Memory consists of objects (arrays, structs, bytes) of a fixed
// size. Load, store, copy and clear access an object at an offset. An object with an offset is
// called a ref. Addresses are not values, and therefore accesses to different objects never alias.
// Tokens order effects. A token represents a state: an effect takes the token of the state that it
// changes, and gives the token of the next state. Each function has one I/O token, which orders
// all operations on devices, channels, the log and the clock, and all traps. Each object that the
// program writes has its own token. A load takes the token of its object and returns no token. The
// order of effects is therefore data flow. A pass that removes dead values also removes unused
// libraries.
//
//	func @count(v1: tok, v2: tok %hits, v3: i32) -> (tok, tok %hits) {
//	b0(v1, v2, v3):
//	  v4: i32 = const 64
//	  v5: i1 = ltu v3, v4          @filter.sn:10.3
//	  v6: tok = check v5, v1 !2    @filter.sn:10.8
//	  v7: i32 = const 4
//	  v8: i32 = mul v3, v7
//	  v9: i32 = load4 %hits[v8], v2
//	  v10: i32 = add v9, v3
//	  v11: tok %hits = store4 %hits[v8], v10, v2
//	  ret v6, v11
//	}
//
// Thread can rebuild all tokens from the order of instructions. Code that makes or clones
// functions therefore makes no tokens. It calls Thread at the end. Constant objects and read-only
// parameters have no token.
//
// The order of instructions in a block is a valid schedule: each operation on an object takes the
// newest token of this object. Loads and stores never move across the check that guards them. Only
// word operators and constants may move freely.
//
// Before ir/pass/tasks, a module has tasks with channels and blocking operations (recv, select).
// After that pass it has contexts instead. A context is a program counter with its own function.
// After ir/pass/legalise every word is i1 or i32, and the doc comment of legalise states the exact
// rules. docs/ir.md has the grammar, and docs/glossary.md explains the terms. The package does not
// depend on front ends or back ends.
package ir

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
)

// Type is the type of a value: Token, or the width of a word in bits, 1 to 64.
type Type uint8

// Token is the type of effect tokens.
const Token Type = 0

// Value is a block parameter or a result of an instruction.
type Value struct {
	ID   int     // unique and stable within its function, above 0
	Type Type    //
	Obj  *Object // for a token: the object that it orders, nil for the I/O token
	Def  *Instr  // the instruction that defines the value, nil for a block parameter
	In   *Block  // the block that defines the value
	Span diag.Span
}

// Op is an operation.
type Op uint8

// The operations. A comment gives the refs, arguments, immediate and results of an operation as
// `refs; args; imm -> results`. tok is the I/O token, and tok r is the token of ref r. Arguments
// are words, then the I/O token, then the tokens of the refs in order. A ref has a token only if
// the object of the ref has one. Results have the same order as arguments. For a call, the
// parameters and results of the callee determine the order.
const (
	OpConst   Op = iota // ; ; value -> word
	OpWord              // ; operands; slice bound -> word            (Word is the operator)
	OpFloat             // ; operands; -> word                        (Float is the operation)
	OpLocal             // r; -> tok r                                (begins a lifetime of local object r: its bytes are unspecified until written)
	OpLoad              // r; tok r -> word                           (reads Size bytes, zero-extended or truncated to the word)
	OpStore             // r; word, tok r -> tok r                    (writes Size bytes, the word zero-extended or truncated)
	OpCopy              // dst, src; tok dst, tok src; length in bytes -> tok dst (as if all bytes were read before any is written)
	OpMove              // dst, src; i32 length, tok dst, tok src -> tok dst (length in bytes; copies in ascending order; dst must not be within the bytes after src)
	OpClear             // r; tok r; length in bytes -> tok r         (fills with zeros)
	OpCall              // objects; the callee's parameters, then tok r of each ref with a token that is bound to a read-only parameter -> the callee's results
	OpCheck             // ; i1, tok; -> tok                          (traps at Site unless the i1 is 1)
	OpLog               // bytes args; words, tok, toks r -> tok      (Site; a scalar of over 32 bits is one word, or two words of 32 bits, low first)
	OpMark              // ; tok, all live tokens of objects; mark*2 + (0 begin, 1 end) -> a new token for each of these
	OpNow               // ; tok -> i64, tok                          (after legalise: i32 low, i32 high, tok)
	OpRecv              // buffer; tok, tok r -> tok, tok r           (Dev; blocks; the buffer is bytes<Imm>)
	OpSend              // buffer; tok, tok r -> tok                  (Dev; the length is in the buffer)
	OpAsk               // command, answer; tok, toks r -> tok, tok answer (Dev; sends the command, gets the answer immediately; the answer is bytes<Imm>)
	OpChSend            // objects; words, tok, toks r -> tok         (Chan; blocks)
	OpChRecv            // objects; tok, toks r -> words, tok, toks r (Chan; blocks)
	OpChReady           // ; tok; 0 or 1 -> i1, tok (Chan; 0: whether it has a value; 1: whether it has room)
	OpChGet             // as chrecv, but from a channel that has a value
	OpChPut             // as chsend, but to a channel that has room
	OpSelect            // ; see Arm, tok -> i32, tok          (Arms, Fair, Turn; blocks)
	OpTake              // buffer; tok, tok r -> i1, tok, tok r (Dev, Imm; as recv of a pending frame; gives 0 if the frame was too long and dropped: the buffer's length is then 0)

	OpGet // ; tok -> i32, tok                   (Dev; the level of an input; the program then knows this level)
	OpPut // ; i32, tok -> tok                   (Dev; sets the level of an output)

	// The next operations occur only after ir/pass/tasks.
	OpStatus // ; tok -> i32, tok         (bit i: device i has a message pending, or an input level that the program does not know)
	OpAlarm  // ; i64, tok -> tok         (sets the deadline; after legalise: i32 low, i32 high, tok)
	OpWait   // ; i32 mask, tok -> i32, tok (waits until status & mask != 0; gives the status; bit 31: the clock has reached the deadline)
	OpHalt   // ; tok -> tok              (all tasks of the context have ended; the machine stops when all contexts have halted)
	OpHold   // ring; tok, tok r; 0, 1 or 2 -> i32, tok, tok r (Chan between two contexts; waits until the ring has a value (0), has room (1), or is empty (2); gives the slot of the ring)
	OpPass   // ring; tok, tok r; 0 or 1 -> tok, tok r         (Chan between two contexts; declares the slot that hold gave empty (0) or full (1))
	NumOps
)

// Ref is a position in an object, at byte offset Off + Disp modulo 2^32. Off is an i32 value, or
// nil for 0.
type Ref struct {
	Obj    *Object
	Off    *Value
	Disp   int
	NoWrap bool // Disp is positive, and Off + Disp is known to be below 2^32
}

// Instr is one operation of a block.
type Instr struct {
	Op      Op
	Word    word.Op
	Float   Float
	Args    []*Value
	Refs    []Ref
	Imm     uint64
	Size    int // number of bytes that load and store move: 1, 2, 4, 8
	Callee  *Func
	Dev     int   // index into Module.Devices
	Chan    int   // index into Module.Chans
	Site    int   // trap site of a check, log site of a log
	Task    int   // task instance of the event, -1 for code that several tasks share
	Arms    []Arm // arms of a select; never changed in place
	Fair    bool  // for a select
	Turn    bool  // for a fair select: the other tasks run first
	Results []*Value
	Span    diag.Span
}

// TermOp is the kind of instruction that ends a block.
type TermOp uint8

// The terminators.
const (
	Jump   TermOp = iota // goes to Succs[0]
	Branch               // goes to Succs[0] if Cond is 1, else to Succs[1]
	Return               // returns Args as the results of the function
)

// Edge is a jump target with the arguments for its parameters.
type Edge struct {
	To   *Block
	Args []*Value
}

// Term is the terminator of a block.
type Term struct {
	Op    TermOp
	Cond  *Value
	Succs []Edge
	Args  []*Value
	Span  diag.Span
}

// Block is a basic block: a sequence of instructions and a terminator.
type Block struct {
	ID     int // unique within its function; the entry is Blocks[0]
	Params []*Value
	Instrs []*Instr
	Term   Term
}

// ObjKind states where an object is stored and which code may write it.
type ObjKind uint8

// The kinds of objects.
const (
	ConstObj ObjKind = iota // in the module, never written, has no token
	StateObj                // in the module, owned by one task or by the scheduler
	LocalObj                // in a function; its memory is static, because there is no recursion
	ParamObj                // a parameter, bound to another object by each call
)

// Object is a piece of memory of a fixed size.
type Object struct {
	Name     string
	Kind     ObjKind
	Size     int    // in bytes; for a ParamObj the number of accessible bytes
	Align    int    // 1, 2, 4
	Init     []byte // for ConstObj and StateObj: the initial bytes; the rest is zero
	ReadOnly bool   // for a ParamObj: a read-only parameter
	Slot     int    // for a StateObj that holds several buffers: the size of each in bytes
	Boot     bool   // for a ConstObj: the program start may set it; on a core it keeps its initial bytes
	Words    []Word // for a Boot ConstObj: the words of the start that set it
	Span     diag.Span
}

// Word is a word of the start: an argument NAME=VALUE that sets a value when the program starts.
// The value is stored in the object that has the Word, as Size bytes at offset At. Kind is "u" or
// "i" for numbers from Lo to Hi, "bool", or "time" for a duration in microseconds from Lo to Hi.
// Kind "bytes" is a text: the length, followed by at most Size - 4 bytes.
type Word struct {
	Name     string
	Kind     string
	Lo, Hi   uint64 // for "i" and "time" in two's complement
	At, Size int
}

// Func is a function. Its parameters are the parameters of Blocks[0]: first the I/O token if the
// function has effects, then object tokens, then words. An object has a token if the function
// writes the object, or reads an object that other code may write. The Instr.Refs of a call have
// one object for each element of Objs.
type Func struct {
	Name     string
	Objs     []*Object // ParamObj objects, bound in order by Instr.Refs of a call
	Locals   []*Object
	Results  []Result
	Blocks   []*Block
	NoInline bool // a timed kernel, which is neither inlined nor evaluated at compile time
	NextID   int  // the next unused value ID
	Span     diag.Span
}

// Result is the type of one result. If Type is Token, Obj is the object that the token orders, or
// nil for the I/O token.
type Result struct {
	Type Type
	Obj  *Object
}

// Task is a task instance of the system, in the order of the system. Func takes and returns the
// I/O token and the tokens of the state objects that it accesses.
//
// A Service is a library task that the source of the program does not name (a network stack). A
// run ends when all tasks except Services have ended, and is stuck when these tasks are stuck. A
// task that waits for a channel from a Service waits for the outside world.
//
// Waits is set after ir/pass/tasks if there are several tasks. It lists the source positions where
// this task waits. The object frame.NAME of the task begins with a word: the number of the
// position where the task waits, counted from 1. This word is 0 before the task has begun, and
// len(Waits)+1 after the task has ended. If some position is unknown, Waits is nil.
//
// A Thread is a task that communicates only through blocking operations on its channels. A Thread
// has no select, no try_ operation and no device, and does not read the clock. It may run in a
// separate context. All tasks that share channels with a Thread are also Threads.
type Task struct {
	Name    string
	Func    *Func
	Service bool
	Thread  bool
	Waits   []diag.Span
}

// Chan is a channel. Writer and Reader are task indices. Words holds the widths of the scalar
// leaves of an element. Objs holds the sizes of the leaves in memory (arrays and bytes).
type Chan struct {
	Name           string
	Cap            int
	Words          []Type
	Objs           []int
	Writer, Reader int
	Args           []trace.ArgType // how channel events show an element
	From           []ChanLeaf      // for each of Args, its position in the element
	Span           diag.Span
}

// ChanLeaf is the position of one shown part of an element. If Obj is -1, the part is the next
// word of the element. Otherwise the part is at byte offset Off of the element's object Obj. If a
// number is stored in fewer bytes than its width needs, Size is the number of these bytes, else
// 0. The first Skip bytes of a bytes value are not shown, because only the writer knows them.
type ChanLeaf struct {
	Obj, Off, Size, Skip int
}

// Device is a device of the system, owned by one task.
type Device struct {
	Name   string
	Kind   string // name of a row of ir/port
	Task   int
	Rx, Tx bool // whether the program receives from the device, and sends to the device
}

// TrapSite is a source position that may trap.
type TrapSite struct {
	ID   int
	Code string // "index", "assert", "max" ...
	Span diag.Span
}

// Context is a program counter. Func runs until its halt operation, and does not return before the
// halt.
type Context struct{ Func *Func }

// Module is a whole program.
type Module struct {
	Name    string
	Objects []*Object
	Funcs   []*Func
	Tasks   []Task
	Chans   []Chan
	Devices []Device
	Logs    []trace.Site // by ID
	Traps   []TrapSite   // by ID
	Marks   []string     // names by mark number
	// Contexts run the program. ir/pass/tasks makes one context. On request, it also makes one
	// context for each thread. Each context has its own program counter.
	Contexts []Context
}

// Main is the function of the first context, or nil before ir/pass/tasks.
func (m *Module) Main() *Func {
	if len(m.Contexts) == 0 {
		return nil
	}
	return m.Contexts[0].Func
}

// NewValue makes a value of f. The caller attaches it to a block or instruction.
func (f *Func) NewValue(t Type, obj *Object, at diag.Span) *Value {
	f.NextID++
	return &Value{ID: f.NextID, Type: t, Obj: obj, Span: at}
}

// Uses calls `visit` for each field of i that holds a value.
func (i *Instr) Uses(visit func(**Value)) {
	for k := range i.Args {
		visit(&i.Args[k])
	}
	for k := range i.Refs {
		if i.Refs[k].Off != nil {
			visit(&i.Refs[k].Off)
		}
	}
}

// Uses calls `visit` for each field of t that holds a value.
func (t *Term) Uses(visit func(**Value)) {
	if t.Cond != nil {
		visit(&t.Cond)
	}
	for k := range t.Succs {
		for j := range t.Succs[k].Args {
			visit(&t.Succs[k].Args[j])
		}
	}
	for k := range t.Args {
		visit(&t.Args[k])
	}
}
