package process

import "syscall"

// stoppedAt is the address at which a stopped process stands.
func stoppedAt(pid int) (uint64, error) {
	var regs syscall.PtraceRegs
	err := syscall.PtraceGetRegs(pid, &regs)
	return regs.Rip, err
}
