package tree

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Program is a checked program. Lists are in the order of the text.
type Program struct {
	Name    string // name of the system, else of the first file without .sn
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
	Bench   *Program // includes all that its tests use, but no system; nil without tests
}

// ConstDef is an evaluated const or config. Word is the name of a config that can have a
// different value at program start. If a config has no Word, Fixed is the first source
// position that needs its value earlier. Bare marks a constant declared without a type.
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
	Result   *Type    // Unit when the function returns nothing
	Locals   []*Local // all, parameters first
	Body     *Block
	NoInline bool // a timed kernel: neither inlined nor evaluated at compile time
	Span     diag.Span
}

// LocalKind is the kind of a local.
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

// System is an elaborated system: the tasks that run and their connections.
type System struct {
	Name    string
	Devices []DeviceDef
	Sockets []SocketDef
	Chans   []ChanDef
	Runs    []Run // services first
	// Parallel allows tasks to run at the same time if their behaviour depends only on
	// their communication. Run.Thread marks these tasks.
	Parallel bool
	Span     diag.Span
}

// Services are the tasks that the program does not name itself.
func (s *System) Services() []Run {
	n := 0
	for n < len(s.Runs) && s.Runs[n].Service {
		n++
	}
	return s.Runs[:n]
}

// Tasks are the program's own tasks.
func (s *System) Tasks() []Run { return s.Runs[len(s.Services()):] }

// DeviceDef is a device. Run is the index of its owner. Rx and Tx tell whether the owner's
// task receives from the device and sends to it.
type DeviceDef struct {
	Name   string // the binding in the system, else constructor and number
	Kind   string // name of a row of ir/port
	Number int
	Home   Home   // of a device that can have a stack
	Label  string // the name of a port that has one
	Run    int
	Rx, Tx bool
	Span   diag.Span
}

// Home holds the IPv4 addresses of a network device that has a stack: its own address, the
// mask of its network, and the gateway out of that network.
type Home struct {
	Host, Mask, Gateway uint32
}

// SocketDef is a net.Udp over the stack of a network device. Its messages arrive on the
// channel In, which is -1 when its owner Run does not receive. It sends on Out, which all
// sockets of the device share. An element is a frame. From byte MessageAt the frame holds
// the peer, 8 bytes, and the datagram. The upper 16 bits of the peer are the port of the
// sending socket.
type SocketDef struct {
	Name    string
	Device  int       // index of the network device
	Port    int       // the UDP port
	Config  *ConstDef // the config that gives the port, or nil
	Run     int
	In, Out int
	Span    diag.Span
}

// MessageAt is the offset of a socket's message in its frame. The message follows the
// headers of Ethernet and IPv4, so the peer takes the position of the UDP header.
const MessageAt = 34

// ChanDef is a channel. Writer and Reader are indices of runs. A channel that several
// sockets send on has one Writer here, the first of these runs.
type ChanDef struct {
	Name           string
	Frames         bool // channel of a socket: the stack defines the bytes before MessageAt
	Elem           *Type
	Cap            int
	Writer, Reader int
	Span           diag.Span
}

// Run is a task instance. Name is the task's name, followed by ".0", ".1" when the task
// runs several times. A Service is a library task: the stack of a network device. Services
// do not count in whether a run has ended or is stuck. A task that waits for a service
// waits for the outside.
type Run struct {
	Name    string
	Task    *Func
	Args    []Bind // one for each parameter
	Service bool
	Thread  bool // of a parallel system: only its channels decide its behaviour
	Span    diag.Span
}

// BindKind is the kind of thing that a task parameter is bound to.
type BindKind uint8

// The kinds of bindings.
const (
	BindValue  BindKind = iota // Cells
	BindChan                   // Index into System.Chans
	BindDevice                 // Index into System.Devices
	BindChans                  // Cells are indices into System.Chans, one for each end of an array
	BindSocket                 // Index into System.Sockets
)

// Bind is the binding of a parameter of a task instance. A value with a name may be set
// when the program is started: `nic.host` is the address of a device.
type Bind struct {
	Kind  BindKind
	Cells []uint64
	Index int
	Boot  string
	// Configs are the configs behind a value, one per element for an array. It is nil for
	// other values.
	Configs []*ConstDef
}

// AtStart reports whether the value comes from a config that may be set at the start.
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

// LogArg describes how an argument is shown. Kind is "u", "i", "hex", "bool", "float",
// "bytes", or "fix" with the number of bits after the point, as in "fix16". Width is the
// number of bits of its word or the capacity of the bytes.
type LogArg struct {
	Kind  string
	Width int
}

// The codes of traps.
const (
	TrapIndex  = "index"  // an index that is not below the length
	TrapSlice  = "slice"  // a slice whose bounds are not in order or beyond the length
	TrapAssert = "assert" // assert c, but c does not hold
	TrapMax    = "max"    // a while loop that did not end in time
	TrapLength = "length" // bytes that would become longer than their capacity
	TrapExpect = "expect" // expect c, but c does not hold, or fail
	TrapLayout = "layout" // writing a layout with inconsistent parts
	TrapDisk   = "disk"   // a sector that the disk does not have, or an error of the disk
)

// TrapSite is a source position that may trap. ID is its index in Program.Traps. Proof is
// set for a proved check that is made nevertheless, and which fails if the proof is wrong.
// Const is set in a function that only constants call: it never traps at run time.
type TrapSite struct {
	ID    int
	Code  string
	Span  diag.Span
	Proof bool
	Const bool
}
