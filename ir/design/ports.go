package design

// ports has a row per port register, by address.
var ports = [...]struct {
	name string
	addr uint32
}{
	{"status", PortStatus},
	{"wait", PortWait},
	{"addr", PortAddr},
	{"len", PortLen},
	{"go", PortGo},
	{"mark", PortMark},
	{"log", PortLog},
	{"halt", PortHalt},
	{"now", PortNow},
	{"now_high", PortNowHigh},
	{"due", PortDue},
	{"due_high", PortDueHigh},
}

// PortName names the port register at an address.
func PortName(addr uint32) (string, bool) {
	for _, p := range ports {
		if p.addr == addr {
			return p.name, true
		}
	}
	return "", false
}
