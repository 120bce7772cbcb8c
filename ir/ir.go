// Package ir is the program IR: static single assignment with block
// parameters, over words of 1 to 64 bits, with explicit effects.
//
// Values are words or tokens. Memory is objects (arrays, structs, bytes) of a
// fixed size. Load, store, copy and clear access an object at an offset.
// Addresses are not values, so nothing aliases. Every effect takes the token of
// the state that it changes and gives the next one. Each function has one I/O
// token (devices, channels, log, now, traps, in program order), and each
// written object has its own token. A load takes its object's token and gives
// none. So ordering is data flow, and removing an unused library is removing
// dead values.
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
// Thread can always rebuild tokens from the order of instructions. So code that
// makes or clones functions leaves tokens out and calls Thread at the end.
// Constant objects and read-only parameters have no token.
//
// The order of instructions in a block is a valid schedule: each operation on
// an object takes the newest token of that object. Loads and stores never move
// over the check that guards them. Only word operators and constants may be
// permuted freely.
//
// Before ir/pass/tasks a module has tasks with blocking operations (recv, select)
// and channels. After that pass it has contexts instead, each with a function.
// See docs/ir.md for the grammar. After ir/pass/legalise every word is i1 or i32.
// The doc comment of that pass is the contract. The package knows neither front
// ends nor back ends.
package ir

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
)

// Type is the type of a value: a width of 1..64 bits, or Token.
type Type uint8

// Token is the type of effect tokens.
const Token Type = 0

// Value is a block parameter or a result of an instruction.
type Value struct {
	ID   int     // unique and stable within its function, > 0
	Type Type    //
	Obj  *Object // of a token: the object it orders, nil for the I/O token
	Def  *Instr  // nil for a block parameter
	In   *Block  // the block that defines it
	Span diag.Span
}

// Op is an operation.
type Op uint8

// The operations. Refs, Args, Imm and Results of each are given as `refs; args;
// imm -> results`; tok is the I/O token, tok r the token of ref r. Arguments
// are words, then the I/O token, then the tokens of the refs in order, for refs
// whose object has tokens. Results have the same order. Only a call follows its
// callee's parameters instead.
const (
	OpConst   Op = iota // ; ; value -> word
	OpWord              // ; operands; slice bound -> word            (Word is the operator)
	OpFloat             // ; operands; -> word                        (Float is the operation)
	OpLocal             // r; -> tok r                                (a new life of local object r: its bytes are unspecified until written)
	OpLoad              // r; tok r -> word                           (reads Size bytes, zero-extended or cut to the word)
	OpStore             // r; word, tok r -> tok r                    (writes Size bytes, the word zero-extended or cut)
	OpCopy              // dst, src; tok dst, tok src; length in bytes -> tok dst (as if read before written)
	OpMove              // dst, src; i32 length, tok dst, tok src -> tok dst (the length in bytes; ascending order: dst is not within the bytes after src)
	OpClear             // r; tok r; length in bytes -> tok r         (zero fill)
	OpCall              // objects; as the callee's parameters, then tok r of each ref with tokens that is bound to a read-only parameter -> its results
	OpCheck             // ; i1, tok; -> tok                          (traps at Site unless 1)
	OpLog               // bytes args; words, tok, toks r -> tok      (Site; a scalar of over 32 bits is one word, or two of 32 bits, low first)
	OpMark              // ; tok, all live tokens of objects; mark*2 + (0 begin, 1 end) -> as many tokens
	OpNow               // ; tok -> i64, tok                          (legalised: i32 low, i32 high, tok)
	OpRecv              // buffer; tok, tok r -> tok, tok r           (Dev; blocks; buffer is bytes<Imm>)
	OpSend              // buffer; tok, tok r -> tok                  (Dev; length is in the buffer)
	OpAsk               // command, answer; tok, toks r -> tok, tok answer (Dev; sends the command, takes the answer at once; answer is bytes<Imm>)
	OpChSend            // objects; words, tok, toks r -> tok         (Chan; blocks)
	OpChRecv            // objects; tok, toks r -> words, tok, toks r (Chan; blocks)
	OpChReady           // ; tok; 0 or 1 -> i1, tok            (Chan; 0: whether it has a value, 1: whether it has room)
	OpChGet             // as chrecv of a channel that has a value
	OpChPut             // as chsend to a channel that has room
	OpSelect            // ; see Arm, tok -> i32, tok          (Arms, Fair, Turn; blocks)
	OpTake              // buffer; tok, tok r -> i1, tok, tok r (Dev, Imm; as recv of a pending frame; 0: it was longer and dropped, the buffer's length is 0)

	OpGet // ; tok -> i32, tok                   (Dev; the level of an input, which the program knows from then on)
	OpPut // ; i32, tok -> tok                   (Dev; the level of an output from now on)

	// Only after ir/pass/tasks.
	OpStatus // ; tok -> i32, tok         (bit i: device i has a message pending, or a level that the program does not know)
	OpAlarm  // ; i64, tok -> tok         (sets the deadline; legalised: i32 low, i32 high, tok)
	OpWait   // ; i32 mask, tok -> i32, tok (holds until status & mask != 0; gives the status; bit 31: the clock has reached the deadline)
	OpHalt   // ; tok -> tok              (all tasks of the context have ended; when all contexts have halted, the machine stops)
	OpHold   // ring; tok, tok r; 0, 1 or 2 -> i32, tok, tok r (Chan between two contexts; holds until it has a value, room, or nothing; gives the slot of its ring)
	OpPass   // ring; tok, tok r; 0 or 1 -> tok, tok r         (Chan between two contexts; the slot that hold gave is empty, or full)
	NumOps
)

// Ref is a position in an object: byte offset Off + Disp modulo 2^32. Off is an
// i32, nil for 0.
type Ref struct {
	Obj    *Object
	Off    *Value
	Disp   int
	NoWrap bool // Disp is positive and the sum is known to be below 2^32
}

// Instr is one operation of a block.
type Instr struct {
	Op      Op
	Word    word.Op
	Float   Float
	Args    []*Value
	Refs    []Ref
	Imm     uint64
	Size    int // bytes moved by load and store: 1, 2, 4, 8
	Callee  *Func
	Dev     int   // index into Module.Devices
	Chan    int   // index into Module.Chans
	Site    int   // trap site of check, log site of log
	Task    int   // task instance of the event, -1 while shared
	Arms    []Arm // of select; never changed in place
	Fair    bool  // of select
	Turn    bool  // of a fair select: the other tasks run first
	Results []*Value
	Span    diag.Span
}

// TermOp is how a block ends.
type TermOp uint8

// The terminators.
const (
	Jump   TermOp = iota // to Succs[0]
	Branch               // to Succs[0] when Cond is 1, else to Succs[1]
	Return               // Args are the function's results
)

// Edge is a jump target with the arguments for its parameters.
type Edge struct {
	To   *Block
	Args []*Value
}

// Term ends a block.
type Term struct {
	Op    TermOp
	Cond  *Value
	Succs []Edge
	Args  []*Value
	Span  diag.Span
}

// Block is a straight line of instructions.
type Block struct {
	ID     int // unique within its function; the entry is Blocks[0]
	Params []*Value
	Instrs []*Instr
	Term   Term
}

// ObjKind tells where an object lives and what may write it.
type ObjKind uint8

// The kinds of objects.
const (
	ConstObj ObjKind = iota // of the module, never written, needs no token
	StateObj                // of the module, owned by one task or by the scheduler
	LocalObj                // of a function; static, because there is no recursion
	ParamObj                // bound to an object by each call
)

// Object is memory of a fixed size.
type Object struct {
	Name     string
	Kind     ObjKind
	Size     int    // bytes; for a ParamObj the bytes that may be accessed
	Align    int    // 1, 2, 4
	Init     []byte // of ConstObj and StateObj; zero after its end
	ReadOnly bool   // of a ParamObj: a read-only parameter
	Slot     int    // of a StateObj of several buffers: the size of each in bytes
	Boot     bool   // of a ConstObj: the start of the program may set it; on a core it keeps its initial bytes
	Words    []Word // of a Boot ConstObj: the words of the start that set it
	Span     diag.Span
}

// Word is a word of the start, NAME=VALUE. Its value goes into an object: Size bytes at offset
// At. Kind is "u" or "i" for numbers from Lo to Hi, "bool", or "time" for a duration in
// microseconds from Lo to Hi. Kind "bytes" is a text: its length and then at most Size - 4
// bytes.
type Word struct {
	Name     string
	Kind     string
	Lo, Hi   uint64 // of "i" and "time" in two's complement
	At, Size int
}

// Func is a function. Its parameters are the parameters of Blocks[0]. They are
// the I/O token if the function has effects, then object tokens, then words. An
// object has a token if the function writes it, or reads it while others may
// write it. A call passes an object for each of Objs through Instr.Refs.
type Func struct {
	Name     string
	Objs     []*Object // ParamObj, bound in order by Instr.Refs of a call
	Locals   []*Object
	Results  []Result
	Blocks   []*Block
	NoInline bool // a timed kernel: neither inlined nor evaluated
	NextID   int  // next free value ID
	Span     diag.Span
}

// Result is the type of one result; a token of Obj when Type is Token and Obj
// is not nil.
type Result struct {
	Type Type
	Obj  *Object
}

// Task is a task instance of the system, in system order. Func takes the I/O
// token and the tokens of the state objects that it touches, and returns them.
//
// A Service is not a task of the program itself. A run ends when all other tasks
// have ended, and is stuck when they are stuck. A task that waits for a channel from
// a Service waits for the outside.
//
// After ir/pass/tasks with several tasks, Waits are the source positions where this task
// waits. The first word of the object frame.NAME is the number of the current position,
// counted from 1. It is 0 before the task has begun, and len(Waits)+1 after the task has
// ended. Waits is nil if a position is not known.
//
// A Thread acts only on its channels, so it may run in a separate context. So may all
// tasks that share channels with it. It neither selects nor tries, has no device and does
// not read the clock.
type Task struct {
	Name    string
	Func    *Func
	Service bool
	Thread  bool
	Waits   []diag.Span
}

// Chan is a channel; Writer and Reader are task indices. Words are the widths
// of an element's scalar leaves, Objs the sizes of its array leaves.
type Chan struct {
	Name           string
	Cap            int
	Words          []Type
	Objs           []int
	Writer, Reader int
	Args           []trace.ArgType // the form of an element in channel events
	From           []ChanLeaf      // the position of each of Args
	Span           diag.Span
}

// ChanLeaf is the position of a shown part of an element. If Obj is -1, it is the
// next word of the element, else a byte offset in one of its objects. Size is the
// number of bytes of a number that takes fewer than its width needs, else 0. The
// first Skip bytes of a bytes value are not shown, because only the writer knows
// them.
type ChanLeaf struct {
	Obj, Off, Size, Skip int
}

// Device is a device of the system, owned by one task.
type Device struct {
	Name   string
	Kind   string // name of a row of ir/port
	Task   int
	Rx, Tx bool // used for receiving, for sending
}

// TrapSite is a source position that may trap.
type TrapSite struct {
	ID   int
	Code string // "index", "assert", "max" ...
	Span diag.Span
}

// Context is a program counter: Func runs until it halts, and does not return
// before.
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
	// Contexts run the program. ir/pass/tasks makes one, and one more per thread if
	// threads are wanted. Each has its own program counter.
	Contexts []Context
}

// Main is the function of the first context, nil before ir/pass/tasks.
func (m *Module) Main() *Func {
	if len(m.Contexts) == 0 {
		return nil
	}
	return m.Contexts[0].Func
}

// NewValue makes a value of f; the caller attaches it to a block or instruction.
func (f *Func) NewValue(t Type, obj *Object, at diag.Span) *Value {
	f.NextID++
	return &Value{ID: f.NextID, Type: t, Obj: obj, Span: at}
}

// Uses calls visit for each field of i that holds a value.
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

// Uses calls visit for each field of t that holds a value.
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
