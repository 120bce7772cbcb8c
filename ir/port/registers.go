package port

import "fmt"

// Base is the address of the first port register of a core. Port registers can be addressed
// relative to x0. The top address bit selects them.
const Base = 0xFFFF_F800

// Reg is a port register, as its word index from Base.
type Reg int

// The port registers. A device number is image.Device.Index.
const (
	Status Reg = iota
	Wait
	Addr
	Len
	Go
	Mark
	Log
	Halt
	Now
	NowHigh
	Due
	DueHigh
)

// Ports is the largest number of ports of a program. Each port has a bit in the registers
// STATUS and WAIT. The bit TimerBit in them stands for the deadline.
const (
	Ports    = 31
	TimerBit = 31
)

// Settle is the number of cycles after which a core sees a change of an input pin. Two
// registers synchronise the pin and one samples it.
const Settle = 3

// firstLevel is the level register of device 0. The level registers of the other devices follow
// it. Ports of shape Level and Stream use these registers.
const firstLevel Reg = 16

// LevelOf is the level register of a device. For a device of shape Stream it holds the
// next byte.
func LevelOf(device int) Reg { return firstLevel + Reg(device) }

// Row describes a port register in the table.
type Row struct {
	Reg         Reg
	Name        string
	Load, Store bool   // whether it can be loaded and stored
	Reads       string // the result of a load
	Writes      string // the effect of a store
}

// rows are the port registers that a core may have.
var rows = [...]Row{
	{Status, "status", true, false, "ready mask: bit i: device i has something for the program; bit 31: the clock has reached the deadline", ""},
	{Wait, "wait", true, true, "held until a bit of the mask is ready; gives the ready mask", "the mask"},
	{Addr, "addr", false, true, "", "first byte of the buffer, a multiple of 4"},
	{Len, "len", true, true, "length of the last received frame, 0 when it did not fit and was dropped", "capacity or length"},
	{Go, "go", false, true, "", "device*2 receives, device*2+1 sends; held until the frame has moved; consumes ADDR and LEN"},
	{Mark, "mark", false, true, "", "mark*2 begins, mark*2+1 ends"},
	{Log, "log", false, true, "", `task<<16 \| site, then the arguments`},
	{Halt, "halt", false, true, "", "all tasks have ended"},
	{Now, "now", true, false, "the clock in ticks of 1 us, low word", ""},
	{NowHigh, "now_high", true, false, "the high word of the clock", ""},
	{Due, "due", false, true, "", "the deadline, low word; after reset it is all ones and never comes"},
	{DueHigh, "due_high", false, true, "", "the high word of the deadline"},
}

// levelRow describes the level registers.
var levelRow = Row{
	firstLevel, "level", true, true,
	"the level of device i, which then no longer counts as ready; for a stream the next byte, while there is one",
	"the level of device i; for a stream the next byte, held until it has moved",
}

// Registers lists all port registers in the order of their addresses.
func Registers() []Row {
	out := append([]Row(nil), rows[:]...)
	for i := range Ports {
		r := levelRow
		r.Reg, r.Name = LevelOf(i), fmt.Sprintf("%s%d", levelRow.Name, i)
		out = append(out, r)
	}
	return out
}

// None is not a register.
const None Reg = -1

// At finds the register at an address, or None.
func At(addr uint32) Reg {
	r := Reg(addr-Base) / 4
	if _, level := r.Level(); addr < Base || addr%4 != 0 || int(r) >= len(rows) && !level {
		return None
	}
	return r
}

// Named finds a register by its name.
func Named(name string) (Row, bool) {
	for _, r := range Registers() {
		if r.Name == name {
			return r, true
		}
	}
	return Row{}, false
}

// Level returns the device whose level register r is.
func (r Reg) Level() (device int, ok bool) {
	device = int(r - firstLevel)
	return device, device >= 0 && device < Ports
}

// Addr is the address of a register.
func (r Reg) Addr() uint32 { return Base + 4*uint32(r) }

// String is the name of a register.
func (r Reg) String() string {
	if device, ok := r.Level(); ok {
		return fmt.Sprintf("%s%d", levelRow.Name, device)
	}
	return rows[r].Name
}
