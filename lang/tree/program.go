package tree

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Program is a checked program. Lists are in the order of the text.
type Program struct {
	Name    string // of the system, else of the first file without .sn
	Files   []*diag.File
	Consts  []*ConstDef
	Structs []*StructDef
	Enums   []*EnumDef
	Layouts []*LayoutDef
	Funcs   []*Func // one for each instance of a generic function
	Tasks   []*Func
	System  *System // nil when the program declares none
	Logs    []LogSite
	Traps   []TrapSite
	Marks   []string // names by mark number
	Budgets []Budget
	Tests   []*Test
	Bench   *Program // with all that its tests use too, and no system; nil without tests
}

// ConstDef is a const or config, evaluated. Word is the name of a config at the start of
// the program, where it may be given another value; Fixed is the first place that needs
// the value before, of a config without one. Bare is one whose type nobody has written.
type ConstDef struct {
	Name   string
	Config bool
	Bare   bool
	Type   *Type
	Cells  []uint64
	Word   string
	Fixed  diag.Span
	Span   diag.Span
}

// Func is a function or the body of a task.
type Func struct {
	Name     string
	Task     bool
	Params   []*Local
	Result   *Type    // Unit when nothing is returned
	Locals   []*Local // all, parameters first
	Body     *Block
	NoInline bool // a timed kernel: neither inlined nor evaluated at compile time
	Span     diag.Span
}

// LocalKind says what a local is.
type LocalKind uint8

// The kinds of locals.
const (
	ParamLocal LocalKind = iota // read-only parameter: a value, or a read-only reference to an aggregate
	InOutLocal                  // inout parameter: a reference to the caller's place
	LetLocal                    // let, payload binding: set once
	VarLocal                    // var
	StateLocal                  // state of a task: set once, before it is used, then like a var
	LoopLocal                   // loop variable: set by For and Search only
)

// Local is a variable of a function. ID is its index in Func.Locals.
type Local struct {
	ID   int
	Name string
	Type *Type
	Kind LocalKind
	Span diag.Span
}

// System says which tasks run and how they are connected, elaborated.
type System struct {
	Name    string
	Devices []DeviceDef
	Sockets []SocketDef
	Chans   []ChanDef
	Runs    []Run // services first
	// Parallel says that tasks whose communication alone decides what they do may run at
	// the same time; Run.Thread says which.
	Parallel bool
	Span     diag.Span
}

// Services are the tasks that the program has not asked for by name.
func (s *System) Services() []Run {
	n := 0
	for n < len(s.Runs) && s.Runs[n].Service {
		n++
	}
	return s.Runs[:n]
}

// Tasks are the program's own tasks.
func (s *System) Tasks() []Run { return s.Runs[len(s.Services()):] }

// DeviceDef is a device. Run is the index of its owner; Rx and Tx say whether
// the owner's task receives from it and sends to it.
type DeviceDef struct {
	Name   string // the binding in the system, else constructor and number
	Kind   string // name of a row of ir/port
	Number int
	Home   Home   // of a device that may have a stack
	Label  string // of a port with a name: that name
	Run    int
	Rx, Tx bool
	Span   diag.Span
}

// Home are the IPv4 addresses of a network device that has a stack: its own, the mask
// of its network, and what leads out of that.
type Home struct {
	Host, Mask, Gateway uint32
}

// SocketDef is a net.Udp over the stack of a network device. What arrives for it
// comes through the channel In, -1 when its owner Run does not receive; what it sends
// goes through Out, which all sockets of the device share. An element is a frame; from
// byte MessageAt on stand the peer, 8 bytes, and the datagram. In the upper 16 bits of
// the peer stands the port of the socket that sends.
type SocketDef struct {
	Name    string
	Device  int       // index of the network device
	Port    int       // UDP
	Config  *ConstDef // that the port is; nil: none
	Run     int
	In, Out int
	Span    diag.Span
}

// MessageAt is where the message of a socket lies in its frame: after the headers of
// Ethernet and IPv4, so the peer is where the header of UDP is.
const MessageAt = 34

// ChanDef is a channel; Writer and Reader are indices of runs. What several sockets
// send has one writer here, the first of them.
type ChanDef struct {
	Name           string
	Frames         bool // of a socket: what stands before MessageAt is the stack's
	Elem           *Type
	Cap            int
	Writer, Reader int
	Span           diag.Span
}

// Run is a task instance. Name is the task's, with ".0", ".1" after it when
// the task is run several times. A Service is the library's: the stack of a network
// device. Whether a run has ended or is stuck does not depend on services, and who
// waits for one waits for the outside.
type Run struct {
	Name    string
	Task    *Func
	Args    []Bind // one for each parameter
	Service bool
	Thread  bool // of a parallel system: nothing but its channels decides what it does
	Span    diag.Span
}

// BindKind says what a parameter of a task is bound to.
type BindKind uint8

// The kinds of bindings.
const (
	BindValue  BindKind = iota // Cells
	BindChan                   // Index into System.Chans
	BindDevice                 // Index into System.Devices
	BindChans                  // Cells are indices into System.Chans, one for each end of an array
	BindSocket                 // Index into System.Sockets
)

// Bind is what a parameter of a task instance is bound to. A value with a name may be
// set when the program is started: `nic.host` is the address of a device.
type Bind struct {
	Kind  BindKind
	Cells []uint64
	Index int
	Boot  string
	// Configs are the configs that a value is, of an array by element; nil for other values.
	Configs []*ConstDef
}

// AtStart reports whether a config that the value is may be set at the start.
func (b *Bind) AtStart() bool {
	return slices.ContainsFunc(b.Configs, func(k *ConstDef) bool { return k != nil && k.Word != "" })
}

// LogSite is one log.print: len(Args)+1 literal parts around the arguments.
type LogSite struct {
	ID    int
	Parts []string
	Args  []LogArg
	Span  diag.Span
}

// LogArg is how an argument is shown: Kind is "u", "i", "hex", "bool", "float",
// "fix" with the number of bits after the point, as in "fix16", or "bytes". Width is the
// bits of its word or the capacity of the bytes.
type LogArg struct {
	Kind  string
	Width int
}

// The codes of traps.
const (
	TrapIndex  = "index"  // an index that is not below the length
	TrapSlice  = "slice"  // a slice whose bounds are not in order or beyond the length
	TrapAssert = "assert" // assert c where c does not hold
	TrapMax    = "max"    // a while loop that did not end in time
	TrapLength = "length" // bytes that would become longer than their capacity
	TrapExpect = "expect" // expect c where c does not hold, or fail
	TrapLayout = "layout" // a layout whose parts do not fit together, written
	TrapDisk   = "disk"   // a sector that the disk does not have, or an error of the disk
)

// TrapSite is a place that may trap. ID is its index in Program.Traps. Proof is set
// where a check that was proved is made all the same: it fails when the proof is wrong.
// Const is set in a function that only constants call: it never traps at run time.
type TrapSite struct {
	ID    int
	Code  string
	Span  diag.Span
	Proof bool
	Const bool
}
