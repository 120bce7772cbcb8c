package rtl

import "strconv"

// Names of the ports of a generated core. The generator makes ports with these
// names, and every machine and testbench finds them by these constants. A beat
// moves in a cycle with valid and ready both 1. Until then valid stays 1 and
// the data stay unchanged.
//
//	eth0_rx_valid in 1   eth0_rx_ready out 1   eth0_rx_data in 32
//	eth0_rx_last in 1    eth0_rx_bytes in 3    eth0_oversize out 1
//
// Frame byte 0 is bits 7:0 of the first beat. All bytes of a beat count, except
// that `bytes` (1..4) gives the number in the last beat.
const (
	PortLogValid  = "log_valid"  // out 1
	PortLogReady  = "log_ready"  // in 1
	PortLogData   = "log_data"   // out 32
	PortMarkValid = "mark_valid" // out 1: a mark in this cycle, no back-pressure
	PortMarkID    = "mark_id"    // out 16: mark*2 begins, mark*2+1 ends
	PortClock     = "clock"      // in 64: ticks of 1 us; changes only while the core is idle
	PortTimer     = "timer"      // out 1: idle, and it waits for the deadline
	PortDeadline  = "deadline"   // out 64: in ticks, valid with timer
	PortHalted    = "halted"     // out 1: all tasks have ended, stays 1
	PortIdle      = "idle"       // out 1: a load of WAIT is held and ready & mask is 0; ready is the devices' rx valid of the same cycle
	PortTrap      = "trap"       // out 1: stopped at an ebreak, stays 1
	PortTrapPC    = "trap_pc"    // out 32: its address, valid with trap
)

// PortIdleOf names the idle port of a context. The first context has PortIdle.
func PortIdleOf(context int) string {
	if context == 0 {
		return PortIdle
	}
	return PortIdle + strconv.Itoa(context)
}

// Widths of ports that are neither one bit nor a word.
const (
	PortBytesWidth  = 3
	PortByteWidth   = 8 // of data of a device of shape stream, which has no last, bytes and oversize
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

// RxPorts names the ports through which a device's frames enter the core. Ready
// is the only output among them.
func RxPorts(dev string) StreamPorts { return streamPorts(dev + "_rx") }

// TxPorts names the ports through which a device's frames leave the core. Ready
// is the only input among them.
func TxPorts(dev string) StreamPorts { return streamPorts(dev + "_tx") }

// PortOversize names the output for a frame that is longer than the buffer and
// is dropped. It is 1 in the cycle of the frame's last beat, else 0.
func PortOversize(dev string) string { return dev + "_oversize" }

// PortLevelIn names the input pin of a device of shape level. It may change at any
// time. The core synchronises it and sees a change port.Settle cycles later.
func PortLevelIn(dev string) string { return dev + "_in" }

// PortLevelOut names the output pin of a device of shape level.
func PortLevelOut(dev string) string { return dev + "_out" }

// Names of the outputs of a trace port, as the RISC-V Formal Interface gives them. A core has
// these outputs on request only. The registers of an instruction that it reads have an address
// and a value each, see PortFormalSource.
const (
	PortFormalValid = "rvfi_valid" // 1: the other outputs show an instruction
	PortFormalOrder = "rvfi_order" // 64: its number, from 0
	PortFormalInsn  = "rvfi_insn"  // 32: its word
	PortFormalTrap  = "rvfi_trap"  // 1: it traps and has no other effect
	PortFormalHalt  = "rvfi_halt"  // 1: it is the last
	PortFormalIntr  = "rvfi_intr"  // 1: always 0, the first instruction of an interrupt
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

// PortFormalSource names the address (5 bits) and the value (32 bits) of source register n, from
// 1, in a trace port. Both are 0 for an instruction that does not read it.
func PortFormalSource(n int) (addr, value string) {
	prefix := "rvfi_rs" + strconv.Itoa(n)
	return prefix + "_addr", prefix + "_rdata"
}

// Names of the probes that form the retire record: one instruction per cycle in
// which ProbeRetireValid is 1. Rd is 0 if no register is written. Mask has one
// bit per byte lane of the word at Addr &^ 3 (0: no data access). Data is the
// word's lanes that are written (store) or were read (load). The last two
// probes show the positions of instructions, for proofs.
const (
	ProbeRetireValid = "retire_valid" // 1
	ProbeRetirePC    = "retire_pc"    // 32
	ProbeRetireInsn  = "retire_insn"  // 32
	ProbeRetireRd    = "retire_rd"    // 5
	ProbeRetireValue = "retire_value" // 32
	ProbeRetireAddr  = "retire_addr"  // 32
	ProbeRetireMask  = "retire_mask"  // 4
	ProbeRetireData  = "retire_data"  // 32
	// ProbeRetireContext is missing on a core with one context.
	ProbeRetireContext = "retire_context"

	ProbeDecode  = "decode_valid"  // 1: the fetched word goes to execution at the end of this cycle
	ProbeExecute = "execute_valid" // 1: an instruction executes
)
