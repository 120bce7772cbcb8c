package tree

import (
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Program is a checked program. Its lists are in source order.
type Program struct {
	Name    string // name of the system, or else of the first file without .sn
	Files   []*diag.File
	Consts  []*ConstDef
	Structs []*StructDef
	Enums   []*EnumDef
	Layouts []*LayoutDef
	Funcs   []*Func // one for each instance of a generic function
	Tasks   []*Func
	System  *System // nil if the program declares none
	Logs    []LogSite
	Traps   []TrapSite
	Marks   []string // names by mark number
	Budgets []Budget
	Tests   []*Test
	Bench   *Program // the program of the tests, without a system; nil if there are no tests
}

// ConstDef is an evaluated const or config. Word is the name of the setting that gives the config
// a different value at program start. If a config has no Word, Fixed is the first source position
// that needs the config's value at compile time. Bare marks a constant declared without a type.
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
	Result   *Type    // Unit if the function returns nothing
	Locals   []*Local // all locals, parameters first
	Body     *Block
	NoInline bool // a timed kernel: neither inlined nor evaluated at compile time
	Span     diag.Span
}

// LocalKind is the kind of a local.
type LocalKind uint8

// The kinds of locals.
const (
	ParamLocal LocalKind = iota // read-only parameter: a value, or a read-only reference to an aggregate
	InOutLocal                  // inout parameter: a reference to a place of the caller
	LetLocal                    // a let, or a name for a payload: set once
	VarLocal                    // var
	StateLocal                  // state of a task: set once before its first use, then like a var
	LoopLocal                   // loop variable: set only by For and Search
)

// Local is a variable of a function. ID is its index in Func.Locals.
type Local struct {
	ID   int
	Name string
	Type *Type
	Kind LocalKind
	Span diag.Span
}

// System is an elaborated system: the tasks that run, and the connections between tasks.
type System struct {
	Name    string
	Devices []DeviceDef
	Sockets []SocketDef
	Chans   []ChanDef
	Runs    []Run // services first
	// Parallel allows tasks to run at the same time if the behaviour of these tasks depends only on
	// the messages between them. Run.Thread marks these tasks.
	Parallel bool
	Span     diag.Span
}

// Services are the runs of library tasks, which the source of the program does not name.
func (s *System) Services() []Run {
	n := 0
	for n < len(s.Runs) && s.Runs[n].Service {
		n++
	}
	return s.Runs[:n]
}

// Tasks are the runs of the program's own tasks.
func (s *System) Tasks() []Run { return s.Runs[len(s.Services()):] }

// DeviceDef is a device. Run is the index of the run that owns it. Rx says whether the task of
// this run receives from the device. Tx says whether the task sends to the device.
type DeviceDef struct {
	Name   string // the name in the system, or else the constructor and number
	Kind   string // name of a row of the port table in ir/port
	Number int
	Home   Home   // for a device that can have a network stack
	Label  string // the label of the port, for a kind of port that has one
	Run    int
	Rx, Tx bool
	Span   diag.Span
}

// Home holds the IPv4 addresses of a network device that has a network stack: the address of the
// device, the network mask, and the gateway.
type Home struct {
	Host, Mask, Gateway uint32
}

// SocketDef is a net.Udp on the network stack of a device. Messages to the socket arrive on the
// channel In. If the task that owns the socket does not receive, In is -1. Messages from the
// socket go to Out, a channel that all sockets of the device share. An element of these channels
// is an Ethernet frame. Starting at byte MessageAt, the frame holds the 8 bytes of the peer and
// then the datagram. The upper 16 bits of the peer are the port number of the sending socket.
type SocketDef struct {
	Name    string
	Device  int       // index of the network device
	Port    int       // the UDP port
	Config  *ConstDef // the config that gives the port, or nil
	Run     int
	In, Out int
	Span    diag.Span
}

// MessageAt is the offset of a socket's message in its frame. The message follows the Ethernet and
// IPv4 headers, and its 8 bytes for the peer are in the place of the UDP header.
const MessageAt = 34

// ChanDef is a channel. Writer and Reader are indices of runs. If several sockets send on the
// channel, Writer is the first of their runs.
type ChanDef struct {
	Name           string
	Frames         bool // channel of a socket: the network stack defines the bytes before MessageAt
	Elem           *Type
	Cap            int
	Writer, Reader int
	Span           diag.Span
}

// Run is a task instance. Name is the name of the task, followed by ".0", ".1" if the task runs
// several times. A Service is a library task: the network stack of a device. The test whether all
// tasks have ended or are stuck ignores Services. A task that waits for a Service counts as
// waiting for the outside.
type Run struct {
	Name    string
	Task    *Func
	Args    []Bind // one for each parameter
	Service bool
	Thread  bool // in a parallel system: the task may run as a thread, because only the contents of its channels affect its behaviour
	Span    diag.Span
}

// BindKind is the kind of thing that a task parameter is bound to.
type BindKind uint8

// The kinds of bindings. The comments name the field of Bind that holds the value.
const (
	BindValue  BindKind = iota // Cells
	BindChan                   // Index into System.Chans
	BindDevice                 // Index into System.Devices
	BindChans                  // Cells are indices into System.Chans, one for each end of an array
	BindSocket                 // Index into System.Sockets
)

// Bind is the binding of a parameter of a task instance. A setting at program start can replace a
// value that comes from a config. Boot is the name of such a setting, for example `nic.host` for
// the address of a device.
type Bind struct {
	Kind  BindKind
	Cells []uint64
	Index int
	Boot  string
	// Configs are the configs that give the value, one per element for an array. Configs is nil if
	// the value comes from no config.
	Configs []*ConstDef
}

// AtStart reports whether a setting at program start can replace the value.
func (b *Bind) AtStart() bool {
	return slices.ContainsFunc(b.Configs, func(k *ConstDef) bool { return k != nil && k.Word != "" })
}

// LogSite is one log.print. It has len(Args)+1 literal parts around the arguments.
type LogSite struct {
	ID    int
	Parts []string
	Args  []LogArg
	Span  diag.Span
}

// LogArg describes how an argument is shown. Kind is "u", "i", "hex", "bool", "float", "bytes" or
// "fix". The kind of a fix includes the number of bits after the binary point, as in "fix16".
// Width is the number of bits of the word, or the capacity of the bytes.
type LogArg struct {
	Kind  string
	Width int
}

// The codes of traps.
const (
	TrapIndex  = "index"  // an index that is not below the length
	TrapSlice  = "slice"  // a slice whose bounds are out of order or beyond the length
	TrapAssert = "assert" // assert c where c is false
	TrapMax    = "max"    // a while loop that does not end within its max
	TrapLength = "length" // bytes that would become longer than their capacity
	TrapExpect = "expect" // expect c where c is false, or fail
	TrapLayout = "layout" // writing a layout with inconsistent parts
	TrapDisk   = "disk"   // a sector that the disk does not have, or a disk error
)

// TrapSite is a source position that may trap. ID is its index in Program.Traps. Proof marks a
// proved check that is kept at run time. Such a site traps only if the proof is wrong. Const marks
// a site that never traps at run time, because only constant expressions call its function.
type TrapSite struct {
	ID    int
	Code  string
	Span  diag.Span
	Proof bool
	Const bool
}
