package process

import "syscall"

// stoppedAt returns the instruction address of a stopped process.
func stoppedAt(pid int) (uint64, error) {
	var regs syscall.PtraceRegs
	err := syscall.PtraceGetRegs(pid, &regs)
	return regs.Rip, err
}
