package monitor

import (
	"fmt"
	"unsafe"
)

// Bits of the control registers (Intel SDM volume 3, 2.5).
const (
	cr0 = 1<<0 | 1<<1 | 1<<4 | 1<<5 | 1<<16 | 1<<31 // PE MP ET NE WP PG
	cr4 = 1<<5 | 1<<9 | 1<<10                       // PAE OSFXSR OSXMMEXCPT
	// efer has LME, LMA and NXE.
	efer = 1<<8 | 1<<10 | 1<<11
	// startFlags has only the bit that is always set, so the I/O privilege level is 0. With I/O
	// privilege level 0, the bit map in the task state determines the ports that ring 3 may
	// use.
	startFlags = 1 << 1

	cr4OSXSAVE = 1 << 18
)

// userCode and userData are flat segments of ring 3.
var (
	userCode = segment{Limit: 0xffffffff, Selector: 0x2b, Type: 11, Present: 1, DPL: 3, S: 1, L: 1, G: 1}
	userData = segment{Limit: 0xffffffff, Selector: 0x33, Type: 3, Present: 1, DPL: 3, DB: 1, S: 1, G: 1}
	// A busy task state. The CPU uses only its I/O permission bit map.
	taskState = segment{Base: taskAt, Limit: taskSize - 1, Selector: 0x38, Type: 11, Present: 1}
)

// The task state of a 64-bit CPU. The offset of the I/O permission bit map is at byte 102. The
// map follows the 104 bytes of registers, and has a bit for each port. This bit is 0 if the
// port is allowed. A byte of ones ends the map (Intel SDM volume 1, 19.5.2).
const (
	taskMap  = 104
	taskSize = taskMap + callPort/8 + 2
)

// writeTask makes a task state that allows the four bytes of the call port.
func writeTask(b []byte) {
	b[102] = taskMap
	for i := taskMap; i < taskSize; i++ {
		b[i] = 0xff
	}
	b[taskMap+callPort/8] = 0xff &^ (0xf << (callPort % 8))
}

// start sets the vCPU to the entry of an image, in ring 3. The program gets the two arguments
// in RDI and RSI.
func (v *vm) start(g *guest, args [2]uint64) error {
	s, err := v.getSregs()
	if err != nil {
		return fmt.Errorf("KVM_GET_SREGS: %w", err)
	}
	s.CS, s.TR = userCode, taskState
	s.DS, s.ES, s.FS, s.GS, s.SS = userData, userData, userData, userData, userData
	s.LDT = segment{Null: 1}
	s.GDT, s.IDT = table{}, table{} // no segment can be loaded, and no exception is handled
	s.CR0, s.CR3, s.CR4, s.EFER = cr0, g.base, cr4, efer
	if v.wideVectors() {
		s.CR4 |= cr4OSXSAVE
	}
	if err := v.setSregs(&s); err != nil {
		return fmt.Errorf("KVM_SET_SREGS: %w", err)
	}
	if s.CR4&cr4OSXSAVE != 0 {
		if err := v.setXCR0(); err != nil {
			return err
		}
	}
	r := regs{RIP: g.im.entry, RSP: stackTop - 8, Flags: startFlags, RDI: args[0], RSI: args[1]}
	if err := v.setRegs(&r); err != nil {
		return fmt.Errorf("KVM_SET_REGS: %w", err)
	}
	return nil
}

// wideVectors reports whether the CPU has AVX.
func (v *vm) wideVectors() bool { return v.avx }

// setXCR0 switches on x87, SSE and AVX state.
func (v *vm) setXCR0() error {
	var x struct {
		n, flags uint32
		entries  [16]struct {
			reg, _ uint32
			value  uint64
		}
		_ [16]uint64
	}
	x.n, x.entries[0].value = 1, 7
	if _, err := request(v.cpu, kvmSetXCRs, uintptr(unsafe.Pointer(&x))); err != nil {
		return fmt.Errorf("KVM_SET_XCRS: %w", err)
	}
	return nil
}
