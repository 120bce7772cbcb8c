package ir

// Access says what an operation does to the object of a ref.
type Access uint8

// The kinds of access. A read takes the object's token, a write takes it and
// gives the next one, a begin gives one and takes none.
const (
	Reads Access = iota
	Writes
	Begins
)

// Shape is everything about an operation that does not depend on its operands.
type Shape struct {
	Name   string
	IO     bool     // takes and gives the I/O token
	Refs   int      // number of refs, -1 for any
	Access []Access // of each ref; the last one holds for the rest
	Imm    bool     // Imm counts (of a word operation for slices only)
	Dev    bool     // Dev counts
	Chan   bool     // Chan counts
	Site   bool     // Site counts
	Late   bool     // only after ir/pass/tasks
	Early  bool     // only before ir/pass/tasks
	Blocks bool     // may suspend its task; then Early too
}

// shapes is never written after start.
var shapes = [NumOps]Shape{
	OpConst:   {Name: "const", Imm: true},
	OpWord:    {Name: "word"},
	OpFloat:   {Name: "float"},
	OpLocal:   {Name: "local", Refs: 1, Access: []Access{Begins}},
	OpLoad:    {Name: "load", Refs: 1, Access: []Access{Reads}},
	OpStore:   {Name: "store", Refs: 1, Access: []Access{Writes}},
	OpCopy:    {Name: "copy", Refs: 2, Access: []Access{Writes, Reads}, Imm: true},
	OpClear:   {Name: "clear", Refs: 1, Access: []Access{Writes}, Imm: true},
	OpCall:    {Name: "call", Refs: -1},
	OpCheck:   {Name: "check", IO: true, Site: true},
	OpLog:     {Name: "log", IO: true, Refs: -1, Access: []Access{Reads}, Site: true},
	OpMark:    {Name: "mark", IO: true, Imm: true},
	OpNow:     {Name: "now", IO: true},
	OpRecv:    {Name: "recv", IO: true, Refs: 1, Access: []Access{Writes}, Imm: true, Dev: true, Early: true, Blocks: true},
	OpSend:    {Name: "send", IO: true, Refs: 1, Access: []Access{Reads}, Dev: true},
	OpAsk:     {Name: "ask", IO: true, Refs: 2, Access: []Access{Reads, Writes}, Imm: true, Dev: true},
	OpChSend:  {Name: "chsend", IO: true, Refs: -1, Access: []Access{Reads}, Chan: true, Early: true, Blocks: true},
	OpChRecv:  {Name: "chrecv", IO: true, Refs: -1, Access: []Access{Writes}, Chan: true, Early: true, Blocks: true},
	OpChReady: {Name: "chready", IO: true, Imm: true, Chan: true, Early: true},
	OpChGet:   {Name: "chget", IO: true, Refs: -1, Access: []Access{Writes}, Chan: true, Early: true},
	OpChPut:   {Name: "chput", IO: true, Refs: -1, Access: []Access{Reads}, Chan: true, Early: true},
	OpSelect:  {Name: "select", IO: true, Early: true, Blocks: true},
	OpStatus:  {Name: "status", IO: true, Late: true},
	OpAlarm:   {Name: "alarm", IO: true, Late: true},
	OpWait:    {Name: "wait", IO: true, Late: true},
	OpTake:    {Name: "take", IO: true, Refs: 1, Access: []Access{Writes}, Imm: true, Dev: true},
	OpHalt:    {Name: "halt", IO: true, Late: true},
}

// Shape returns what is fixed about op.
func (op Op) Shape() *Shape { return &shapes[op] }

// String returns the name of op in the text form.
func (op Op) String() string {
	if op >= NumOps {
		return "?"
	}
	return shapes[op].Name
}

// Blocks reports whether i may suspend its task.
func (i *Instr) Blocks() bool { return shapes[i.Op].Blocks }

// Access says what i does to the object of its ref k. A call reads what is
// bound to a read-only parameter or to one whose token it does not return.
func (i *Instr) Access(k int) Access {
	if i.Op != OpCall {
		a := shapes[i.Op].Access
		return a[min(k, len(a)-1)]
	}
	if k < len(i.Callee.Objs) && i.Callee.returns(i.Callee.Objs[k]) {
		return Writes
	}
	return Reads
}

// returns reports whether a token of o is among the results of f.
func (f *Func) returns(o *Object) bool {
	for _, r := range f.Results {
		if r.Type == Token && r.Obj == o {
			return true
		}
	}
	return false
}

// HasToken reports whether o is ordered by tokens: constants and read-only
// parameters never change while they can be seen.
func (o *Object) HasToken() bool {
	return o.Kind != ConstObj && !(o.Kind == ParamObj && o.ReadOnly)
}

// Bytes returns the size in memory of a scalar of type t: 1, 2, 4 or 8.
func (t Type) Bytes() int {
	switch {
	case t <= 8:
		return 1
	case t <= 16:
		return 2
	case t <= 32:
		return 4
	}
	return 8
}

// Params returns the parameters of f.
func (f *Func) Params() []*Value { return f.Blocks[0].Params }

// Words returns the arguments of i that are no tokens.
func (i *Instr) Words() []*Value { return words(i.Args) }

// Result returns the first result of i that is a word, nil if there is none.
func (i *Instr) Result() *Value {
	for _, r := range i.Results {
		if r.Type != Token {
			return r
		}
	}
	return nil
}

func words(vs []*Value) []*Value {
	out := make([]*Value, 0, len(vs))
	for _, v := range vs {
		if v.Type != Token {
			out = append(out, v)
		}
	}
	return out
}
