package monitor

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// The requests of /dev/kvm that the monitor makes (linux/kvm.h; Documentation/virt/kvm/api.rst).
const (
	kvmGetAPIVersion  = 0xae00
	kvmCreateVM       = 0xae01
	kvmGetRunSize     = 0xae04
	kvmSupportedCPUID = 0xc008ae05
	kvmSetTSSAddress  = 0xae47
	kvmCreateVCPU     = 0xae41
	kvmSetMemory      = 0x4020ae46
	kvmRun            = 0xae80
	kvmGetRegs        = 0x8090ae81
	kvmSetRegs        = 0x4090ae82
	kvmGetSregs       = 0x8138ae83
	kvmSetSregs       = 0x4138ae84
	kvmSetXCRs        = 0x4188aea7
	kvmSetCPUID       = 0x4008ae90
	kvmGetTSCKHz      = 0xaea3
)

// apiVersion is the only version of the interface that exists.
const apiVersion = 12

// Reasons why a vCPU has stopped.
const (
	exitIO       = 2
	exitHLT      = 5
	exitMMIO     = 6
	exitShutdown = 8
	exitFail     = 9
	exitInternal = 17
)

// regs is struct kvm_regs.
type regs struct {
	RAX, RBX, RCX, RDX, RSI, RDI, RSP, RBP uint64
	R8, R9, R10, R11, R12, R13, R14, R15   uint64
	RIP, Flags                             uint64
}

// segment is struct kvm_segment.
type segment struct {
	Base                                       uint64
	Limit                                      uint32
	Selector                                   uint16
	Type, Present, DPL, DB, S, L, G, AVL, Null uint8
	_                                          uint8
}

// table is struct kvm_dtable.
type table struct {
	Base  uint64
	Limit uint16
	_     [3]uint16
}

// sregs is struct kvm_sregs.
type sregs struct {
	CS, DS, ES, FS, GS, SS, TR, LDT segment
	GDT, IDT                        table
	CR0, CR2, CR3, CR4, CR8         uint64
	EFER, APIC                      uint64
	Interrupts                      [4]uint64
}

// memory is struct kvm_userspace_memory_region.
type memory struct {
	Slot, Flags              uint32
	Guest, Size, HostAddress uint64
}

// runArea is the first part of struct kvm_run, which an exit fills in.
type runArea struct {
	_          [8]byte
	ExitReason uint32
	_          [20]byte
	// These fields describe an exit because of port I/O: the direction, the bytes of an item,
	// the port, the number of items, and the offset of the data in the shared area.
	Direction, Size uint8
	Port            uint16
	Count           uint32
	Data            uint64
}

// ErrNoKVM means that this machine has no usable /dev/kvm.
var ErrNoKVM = errors.New("no /dev/kvm")

// vm is a virtual machine with one vCPU.
type vm struct {
	kvm, fd, cpu int
	run          []byte
	area         *runArea
	avx          bool // the processor has AVX and XSAVE
}

// request makes an ioctl and repeats it when a signal interrupts it.
func request(fd int, what uintptr, arg uintptr) (int, error) {
	for {
		r, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), what, arg)
		switch e {
		case 0:
			return int(r), nil
		case syscall.EINTR:
			if what == kvmRun {
				return 0, e
			}
		default:
			return 0, e
		}
	}
}

// Available reports why the monitor cannot run here. The result is nil if the monitor can run.
func Available() error {
	fd, err := openKVM()
	if err != nil {
		return err
	}
	return syscall.Close(fd)
}

func openKVM() (int, error) {
	fd, err := syscall.Open("/dev/kvm", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNoKVM, err)
	}
	if v, err := request(fd, kvmGetAPIVersion, 0); err != nil || v != apiVersion {
		syscall.Close(fd)
		return 0, fmt.Errorf("%w: /dev/kvm speaks version %d of its interface, expected %d", ErrNoKVM, v, apiVersion)
	}
	return fd, nil
}

// newVM makes a machine without memory.
func newVM() (*vm, error) {
	kvm, err := openKVM()
	if err != nil {
		return nil, err
	}
	v := &vm{kvm: kvm, fd: -1, cpu: -1}
	if err := v.create(); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

func (v *vm) create() (err error) {
	if v.fd, err = request(v.kvm, kvmCreateVM, 0); err != nil {
		v.fd = -1
		return fmt.Errorf("KVM_CREATE_VM: %w", err)
	}
	// Intel processors without unrestricted guests need an address for a task state.
	request(v.fd, kvmSetTSSAddress, 0xfffbd000) //nolint:errcheck // other processors do not have this request
	if v.cpu, err = request(v.fd, kvmCreateVCPU, 0); err != nil {
		v.cpu = -1
		return fmt.Errorf("KVM_CREATE_VCPU: %w", err)
	}
	size, err := request(v.kvm, kvmGetRunSize, 0)
	if err != nil {
		return fmt.Errorf("KVM_GET_VCPU_MMAP_SIZE: %w", err)
	}
	if v.run, err = syscall.Mmap(v.cpu, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED); err != nil {
		return fmt.Errorf("the run area of the vCPU: %w", err)
	}
	v.area = (*runArea)(unsafe.Pointer(&v.run[0]))
	return v.setCPUID()
}

// setCPUID gives the guest the CPU features of the host.
func (v *vm) setCPUID() error {
	const most = 256
	var list struct {
		n, pad  uint32
		entries [most][10]uint32
	}
	list.n = most
	if _, err := request(v.kvm, kvmSupportedCPUID, uintptr(unsafe.Pointer(&list))); err != nil {
		return fmt.Errorf("KVM_GET_SUPPORTED_CPUID: %w", err)
	}
	const xsave, avx = 1 << 26, 1 << 28 // leaf 1, ECX
	for _, e := range list.entries[:min(list.n, most)] {
		if e[0] == 1 {
			v.avx = e[5]&xsave != 0 && e[5]&avx != 0
		}
	}
	if _, err := request(v.cpu, kvmSetCPUID, uintptr(unsafe.Pointer(&list))); err != nil {
		return fmt.Errorf("KVM_SET_CPUID2: %w", err)
	}
	return nil
}

// give maps memory of this process into the guest at a physical address.
func (v *vm) give(slot int, guest uint64, mem []byte) error {
	m := memory{Slot: uint32(slot), Guest: guest, Size: uint64(len(mem)), HostAddress: uint64(uintptr(unsafe.Pointer(&mem[0])))}
	if _, err := request(v.fd, kvmSetMemory, uintptr(unsafe.Pointer(&m))); err != nil {
		return fmt.Errorf("KVM_SET_USER_MEMORY_REGION: %w", err)
	}
	return nil
}

func (v *vm) getRegs() (r regs, err error) {
	_, err = request(v.cpu, kvmGetRegs, uintptr(unsafe.Pointer(&r)))
	return r, err
}

func (v *vm) setRegs(r *regs) error {
	_, err := request(v.cpu, kvmSetRegs, uintptr(unsafe.Pointer(r)))
	return err
}

func (v *vm) getSregs() (s sregs, err error) {
	_, err = request(v.cpu, kvmGetSregs, uintptr(unsafe.Pointer(&s)))
	return s, err
}

func (v *vm) setSregs(s *sregs) error {
	_, err := request(v.cpu, kvmSetSregs, uintptr(unsafe.Pointer(s)))
	return err
}

// tscKHz is the rate of the time-stamp counter, or 0 if the host does not report it.
func (v *vm) tscKHz() int {
	n, err := request(v.cpu, kvmGetTSCKHz, 0)
	if err != nil {
		return 0
	}
	return n
}

// enter runs the guest until it stops, and returns the reason. If stop is set, enter also
// returns after a signal.
func (v *vm) enter(stop *atomic.Bool) (uint32, error) {
	for {
		_, err := request(v.cpu, kvmRun, 0)
		if err == nil {
			return v.area.ExitReason, nil
		}
		if stop.Load() {
			return 0, nil
		}
		if !errors.Is(err, syscall.EINTR) && !errors.Is(err, syscall.EAGAIN) {
			return 0, os.NewSyscallError("KVM_RUN", err)
		}
	}
}

func (v *vm) close() {
	if v.run != nil {
		syscall.Munmap(v.run) //nolint:errcheck // nothing is left to do
	}
	for _, fd := range []int{v.cpu, v.fd, v.kvm} {
		if fd >= 0 {
			syscall.Close(fd)
		}
	}
}
