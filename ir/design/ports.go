package design

// Names of the port registers.
const (
	Status  = "status"
	Wait    = "wait"
	Addr    = "addr"
	Len     = "len"
	Go      = "go"
	Mark    = "mark"
	Log     = "log"
	Halt    = "halt"
	Now     = "now"
	NowHigh = "now_high"
	Due     = "due"
	DueHigh = "due_high"
)

// Register is a port register with the directions that it has.
type Register struct {
	Name        string
	Addr        uint32
	Load, Store bool
}

// Registers lists the port registers by address.
func Registers() []Register {
	return []Register{
		{Status, PortStatus, true, false},
		{Wait, PortWait, true, true},
		{Addr, PortAddr, false, true},
		{Len, PortLen, true, true},
		{Go, PortGo, false, true},
		{Mark, PortMark, false, true},
		{Log, PortLog, false, true},
		{Halt, PortHalt, false, true},
		{Now, PortNow, true, false},
		{NowHigh, PortNowHigh, true, false},
		{Due, PortDue, false, true},
		{DueHigh, PortDueHigh, false, true},
	}
}

// RegisterOf finds a port register by name.
func RegisterOf(name string) (Register, bool) {
	for _, r := range Registers() {
		if r.Name == name {
			return r, true
		}
	}
	return Register{}, false
}

// PortName names the port register at an address.
func PortName(addr uint32) (string, bool) {
	for _, r := range Registers() {
		if r.Addr == addr {
			return r.Name, true
		}
	}
	return "", false
}
