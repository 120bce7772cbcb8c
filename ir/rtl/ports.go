package rtl

import "strconv"

// Names of the ports of a generated core. The generator makes ports with these names. Every
// machine and test bench finds the ports by these constants. A frame is transferred in beats of
// up to four bytes. A beat moves in a cycle in which valid and ready are both 1. Until then
// valid stays 1 and the data stay unchanged.
//
//	eth0_rx_valid in 1   eth0_rx_ready out 1   eth0_rx_data in 32
//	eth0_rx_last in 1    eth0_rx_bytes in 3    eth0_oversize out 1
//
// Byte 0 of a frame is bits 7:0 of the first beat. All beats are full, except the last one,
// where `bytes` (1..4) gives the number of bytes.
const (
	PortLogValid  = "log_valid"  // out 1
	PortLogReady  = "log_ready"  // in 1
	PortLogData   = "log_data"   // out 32
	PortMarkValid = "mark_valid" // out 1: a mark in this cycle, without back-pressure
	PortMarkID    = "mark_id"    // out 16: mark*2 begins, mark*2+1 ends
	PortClock     = "clock"      // in 64: ticks of 1 us; changes only while the core is idle
	PortTimer     = "timer"      // out 1: the core is idle and waits for the deadline
	PortDeadline  = "deadline"   // out 64: in ticks, valid with timer
	PortHalted    = "halted"     // out 1: all tasks have ended, stays 1
	PortIdle      = "idle"       // out 1: a load of WAIT is held because ready & mask is 0; ready holds the rx valid of the devices in the same cycle
	PortTrap      = "trap"       // out 1: the core has stopped at an ebreak, stays 1
	PortTrapPC    = "trap_pc"    // out 32: the address of the ebreak, valid with trap
)

// PortIdleOf names the idle port of a context. The first context uses PortIdle.
func PortIdleOf(context int) string {
	if context == 0 {
		return PortIdle
	}
	return PortIdle + strconv.Itoa(context)
}

// Widths of ports that are neither one bit nor a word wide.
const (
	PortBytesWidth  = 3
	PortByteWidth   = 8 // data of a device of shape Stream; such a device has no last, bytes and oversize
	PortMarkIDWidth = 16
	PortClockWidth  = 64
)

// StreamPorts are the port names of one direction of a frame device.
type StreamPorts struct {
	Valid, Ready, Data, Last, Bytes string
}

func streamPorts(prefix string) StreamPorts {
	return StreamPorts{
		Valid: prefix + "_valid", Ready: prefix + "_ready", Data: prefix + "_data",
		Last: prefix + "_last", Bytes: prefix + "_bytes",
	}
}

// RxPorts names the ports through which frames of a device enter the core. Ready is the only
// output among them.
func RxPorts(dev string) StreamPorts { return streamPorts(dev + "_rx") }

// TxPorts names the ports through which frames of a device leave the core. Ready is the only
// input among them.
func TxPorts(dev string) StreamPorts { return streamPorts(dev + "_tx") }

// PortOversize names the output that reports a dropped frame, which was longer than the buffer.
// It is 1 in the cycle of the last beat of that frame, else 0.
func PortOversize(dev string) string { return dev + "_oversize" }

// PortLevelIn names the input pin of a device of shape Level. It may change at any time. The
// core synchronises the pin, and sees a change port.Settle cycles later.
func PortLevelIn(dev string) string { return dev + "_in" }

// PortLevelOut names the output pin of a device of shape Level.
func PortLevelOut(dev string) string { return dev + "_out" }

// Names of the outputs of a trace port, from the RISC-V Formal Interface. A core has these outputs
// only on request. They describe one instruction in a cycle. Each register that the instruction
// reads has an address and a value (PortFormalSource). Each comment begins with the width in bits.
const (
	PortFormalValid = "rvfi_valid" // 1: the other outputs show an instruction
	PortFormalOrder = "rvfi_order" // 64: its number, from 0
	PortFormalInsn  = "rvfi_insn"  // 32: its word
	PortFormalTrap  = "rvfi_trap"  // 1: it traps and has no other effect
	PortFormalHalt  = "rvfi_halt"  // 1: it is the last
	PortFormalIntr  = "rvfi_intr"  // 1: whether an interrupt handler begins; always 0
	PortFormalMode  = "rvfi_mode"  // 2: always 3, machine mode
	PortFormalIXL   = "rvfi_ixl"   // 2: always 1, 32 bits

	PortFormalRd       = "rvfi_rd_addr"   // 5: the register that it writes, or 0
	PortFormalValue    = "rvfi_rd_wdata"  // 32
	PortFormalPC       = "rvfi_pc_rdata"  // 32: its address
	PortFormalNext     = "rvfi_pc_wdata"  // 32: the address of the instruction after it
	PortFormalAddr     = "rvfi_mem_addr"  // 32: of the word that it reads or writes
	PortFormalReadMask = "rvfi_mem_rmask" // 4: a bit for each byte lane that it reads
	PortFormalMask     = "rvfi_mem_wmask" // 4: a bit for each byte lane that it writes
	PortFormalRead     = "rvfi_mem_rdata" // 32: 0 in other lanes
	PortFormalWritten  = "rvfi_mem_wdata" // 32: 0 in other lanes
)

// PortFormalSource returns the names of two outputs of a trace port: the address (5 bits) and the
// value (32 bits) of source register n. n counts from 1. Both outputs are 0 if the instruction does
// not read this register.
func PortFormalSource(n int) (addr, value string) {
	prefix := "rvfi_rs" + strconv.Itoa(n)
	return prefix + "_addr", prefix + "_rdata"
}

// Names of the probes that form the retire record. It describes one completed instruction in
// each cycle in which ProbeRetireValid is 1. Rd is 0 if the instruction writes no register.
// Mask has one bit per byte lane of the word at Addr &^ 3, and is 0 if there is no data access.
// Data holds the lanes of that word that are written (store) or were read (load). The last two
// probes show where instructions are in the pipeline, for proofs.
const (
	ProbeRetireValid = "retire_valid" // 1
	ProbeRetirePC    = "retire_pc"    // 32
	ProbeRetireInsn  = "retire_insn"  // 32
	ProbeRetireRd    = "retire_rd"    // 5
	ProbeRetireValue = "retire_value" // 32
	ProbeRetireAddr  = "retire_addr"  // 32
	ProbeRetireMask  = "retire_mask"  // 4
	ProbeRetireData  = "retire_data"  // 32
	// ProbeRetireContext does not exist on a core with one context.
	ProbeRetireContext = "retire_context"

	ProbeDecode  = "decode_valid"  // 1: the fetched word enters execution at the end of this cycle
	ProbeExecute = "execute_valid" // 1: an instruction executes
)
