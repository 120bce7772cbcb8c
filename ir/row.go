package ir

import "github.com/sinter-lang/sinter/ir/port"

// Row is the table row of an operation. A row holds the properties of an operation that do not
// depend on its operands. The text form, the verifier, Thread, the passes and the machines read
// these rows.
type Row struct {
	Name   string
	Spell  spelling  // how the name of the operation is written; nil: as Name
	Select selector  // how the selection after the name is written; nil: no selection
	In     Words     // the words that the operation takes as arguments
	Out    Words     // the words that the operation gives as results
	Refs   Places    // the objects that the operation accesses through refs
	Imm    Immediate // the meaning of Imm (word operators use Imm only for slices)
	Site   Table     // the table that Site indexes
	Tokens TokenRule // which tokens the operation takes and gives
	IO     bool      // whether the operation takes and gives the I/O token, because it is an event or may trap
	Pure   bool      // the operation only computes one word from words
	Late   bool      // allowed only after ir/pass/tasks
	Early  bool      // allowed only before ir/pass/tasks
	Blocks bool      // the operation may suspend its task; Early is also set
	Whole  bool      // code outside of the program reads or writes the words of the operation; after legalise they are whole registers

	// Fits checks conditions that In and Out cannot express: for example, words must match each other
	// or the tables of the module. Before Fits, the verifier has checked the numbers of words and
	// refs.
	Fits fits
}

// Words lists the words that an operation takes or gives. Each element is one alternative: a
// list of types such as "i64" or "i32 i32". Type `i` is any width, `i*` is any number of words,
// and nil means no word.
type Words []string

// Places lists the objects that an operation accesses, and how.
type Places struct {
	Any  bool    // any number of objects; the last element of List describes all further objects
	List []Place // the objects, in the order of the refs
}

// Place is the access of an operation to one object.
type Place struct {
	Access Access
	Bytes  func(m *Module, i *Instr, k int) int // number of accessed bytes, starting at the ref; nil: the operation begins a lifetime of the whole object
}

func (p Places) at(k int) Place { return p.List[min(k, len(p.List)-1)] }

// Immediate is the meaning of Imm.
type Immediate uint8

// The meanings of Imm.
const (
	NoImm  Immediate = iota
	Itself           // the value of the constant
	Length           // a number of bytes, or the capacity of a buffer
	Flag             // 0 or 1
	Mark             // mark*2 + (0 begin, 1 end)
)

// Table is the kind of module table that the Site of an operation indexes.
type Table uint8

// The tables.
const (
	NoTable Table = iota
	TrapSites
	LogSites
)

// TokenRule is the rule for the tokens that an operation takes and gives.
type TokenRule uint8

// The rules.
const (
	ByRows   TokenRule = iota // the I/O token and the token of each ref, according to the Access of its Place
	ByCallee                  // the tokens of the callee's signature
	Fence                     // all live tokens
)

// Row returns the row of op.
func (op Op) Row() *Row { return &rows[op] }

// String returns the name of op in the text form.
func (op Op) String() string {
	if op >= NumOps {
		return "?"
	}
	return rows[op].Name
}

// rows is not written after initialisation.
var rows = [NumOps]Row{
	OpConst: {Name: "const", Out: one, Imm: Itself, Pure: true, Fits: fitsConst{}},
	OpWord:  {Name: "word", Spell: byWord{}, In: several, Out: one, Pure: true, Fits: fitsWord{}},
	OpFloat: {Name: "float", Spell: byFloat{}, In: several, Out: one, Pure: true, Fits: fitsFloat{}},

	OpLocal: {Name: "local", Refs: refs(Place{Begins, nil})},
	OpLoad:  {Name: "load", Spell: bySize{}, Refs: refs(Place{Reads, moved}), Out: one, Fits: fitsSize{}},
	OpStore: {Name: "store", Spell: bySize{}, Refs: refs(Place{Writes, moved}), In: one, Fits: fitsSize{}},
	OpCopy:  {Name: "copy", Refs: refs(Place{Writes, immediate}, Place{Reads, immediate}), Imm: Length},
	OpMove:  {Name: "move", Refs: refs(Place{Writes, counted}, Place{Reads, counted}), In: Words{"i32"}},
	OpClear: {Name: "clear", Refs: refs(Place{Writes, immediate}), Imm: Length},
	OpCall:  {Name: "call", Select: byCallee{}, Refs: all(Place{Reads, bound1}), In: several, Out: several, Tokens: ByCallee},

	OpCheck: {Name: "check", IO: true, In: Words{"i1"}, Site: TrapSites},
	OpLog:   {Name: "log", IO: true, Whole: true, Refs: all(Place{Reads, header}), In: several, Site: LogSites, Fits: fitsLog{}},
	OpMark:  {Name: "mark", IO: true, Imm: Mark, Tokens: Fence},
	OpNow:   {Name: "now", IO: true, Out: clock},

	OpRecv: {Name: "recv", IO: true, Select: byDevice{port.Message, port.Stream}, Refs: refs(Place{Writes, buffer}), Imm: Length, Early: true, Blocks: true},
	OpTake: {Name: "take", IO: true, Select: byDevice{port.Message, port.Stream}, Refs: refs(Place{Writes, buffer}), Out: Words{"i1"}, Imm: Length},
	OpSend: {Name: "send", IO: true, Select: byDevice{port.Message, port.Stream}, Refs: refs(Place{Reads, header})},
	OpAsk:  {Name: "ask", IO: true, Select: byDevice{port.Command}, Refs: refs(Place{Reads, header}, Place{Writes, buffer}), Imm: Length},

	OpChSend:  {Name: "chsend", IO: true, Whole: true, Select: byChannel{}, Refs: all(Place{Reads, leaf}), In: several, Early: true, Blocks: true, Fits: fitsElement{}},
	OpChRecv:  {Name: "chrecv", IO: true, Whole: true, Select: byChannel{}, Refs: all(Place{Writes, leaf}), Out: several, Early: true, Blocks: true, Fits: fitsElement{}},
	OpChGet:   {Name: "chget", IO: true, Whole: true, Select: byChannel{}, Refs: all(Place{Writes, leaf}), Out: several, Early: true, Fits: fitsElement{}},
	OpChPut:   {Name: "chput", IO: true, Whole: true, Select: byChannel{}, Refs: all(Place{Reads, leaf}), In: several, Early: true, Fits: fitsElement{}},
	OpChReady: {Name: "chready", IO: true, Select: byChannel{}, Out: Words{"i1"}, Imm: Flag, Early: true},
	OpSelect:  {Name: "select", IO: true, Select: byArms{}, In: several, Out: Words{"i32"}, Early: true, Blocks: true, Fits: fitsArms{}},

	OpGet: {Name: "get", IO: true, Select: byDevice{port.Level}, Out: Words{"i32"}},
	OpPut: {Name: "put", IO: true, Select: byDevice{port.Level}, In: Words{"i32"}},

	OpStatus: {Name: "status", IO: true, Out: Words{"i32"}, Late: true},
	OpAlarm:  {Name: "alarm", IO: true, In: clock, Late: true},
	OpWait:   {Name: "wait", IO: true, In: Words{"i32"}, Out: Words{"i32"}, Late: true},
	OpHalt:   {Name: "halt", IO: true, Late: true},
	OpHold:   {Name: "hold", IO: true, Select: byChannel{}, Refs: refs(Place{Writes, counted}), Out: Words{"i32"}, Imm: Itself, Late: true, Fits: fitsHold{}},
	OpPass:   {Name: "pass", IO: true, Select: byChannel{}, Refs: refs(Place{Writes, counted}), Imm: Flag, Late: true},
}

// one, several and clock are lists of words. A time is one word, or two words after legalise.
var (
	one     = Words{"i"}
	several = Words{"i*"}
	clock   = Words{"i64", "i32 i32"}
)

func refs(list ...Place) Places { return Places{List: list} }
func all(each Place) Places     { return Places{Any: true, List: []Place{each}} }

// The functions below return the number of bytes that an operation accesses, starting at a ref.
func moved(_ *Module, i *Instr, _ int) int     { return i.Size }
func immediate(_ *Module, i *Instr, _ int) int { return int(min(i.Imm, maxObject+1)) }
func counted(*Module, *Instr, int) int         { return 0 } // known only at run time, or only to the machine that runs it
func header(*Module, *Instr, int) int          { return 4 }
func buffer(_ *Module, i *Instr, _ int) int    { return 4 + int(min(i.Imm, maxObject)) }
func bound1(_ *Module, i *Instr, k int) int    { return i.Callee.Objs[k].Size }

func leaf(m *Module, i *Instr, k int) int {
	if i.Chan < 0 || i.Chan >= len(m.Chans) || k >= len(m.Chans[i.Chan].Objs) {
		return 0 // another rule of the row reports this
	}
	return m.Chans[i.Chan].Objs[k]
}
