package monitor

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// A snapshot is the state of a guest that waits: the memory that the guest may write, and the
// registers.
//
//	magic, sha256 of the image      another image has another state
//	u32 length, words of the start
//	u64 now                         its clock, in microseconds
//	registers                       18 words in the order of struct kvm_regs
//	memory                          the parts that may be written, the stack last
//	sha256 of all this
//
// A guest waits in a call, so it needs no value of a vector register (System V ABI, 3.2.3). A
// restored guest makes the call again. The monitor does not trust a snapshot: a forged snapshot
// gives a guest no more rights than a forged image.
const snapshotMagic = "sinter snapshot 1\n"

// flagsOfUser are the flags that a program at ring 3 can change: CF PF AF ZF SF DF OF.
const flagsOfUser = 1<<0 | 1<<2 | 1<<4 | 1<<6 | 1<<7 | 1<<10 | 1<<11

// callBytes is the instruction of a call: out %eax, $0xe0.
var callBytes = [2]byte{0xe7, callPort}

// snapshot returns the state of a guest that waits.
func (m *monitor) snapshot() ([]byte, error) {
	r, err := m.vm.getRegs()
	if err != nil {
		return nil, fmt.Errorf("KVM_GET_REGS: %w", err)
	}
	if !m.guest.isCall(r.RIP) { // the CPU has passed the call already
		r.RIP -= uint64(len(callBytes))
	}
	if !m.guest.isCall(r.RIP) {
		return nil, fmt.Errorf("the guest waits at %#x, where no call is", r.RIP)
	}
	r.Flags &= flagsOfUser
	u := binary.LittleEndian
	words := strings.Join(m.conf.Words, " ")
	b := append([]byte(snapshotMagic), m.guest.im.sum[:]...)
	b = append(u.AppendUint32(b, uint32(len(words))), words...)
	b = u.AppendUint64(b, m.now())
	if b, err = binary.Append(b, u, &r); err != nil {
		return nil, err
	}
	for _, p := range m.guest.writable() {
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...), nil
}

// BadState is a state from which an image cannot continue.
type BadState struct{ why string }

// Error gives the reason in one line.
func (b *BadState) Error() string { return b.why }

func bad(format string, args ...any) error { return &BadState{fmt.Sprintf(format, args...)} }

// restore sets the guest to the state of a snapshot.
func (m *monitor) restore(state []byte) error {
	u, head := binary.LittleEndian, len(snapshotMagic)
	size := 0
	for _, p := range m.guest.writable() {
		size += len(p)
	}
	if len(state) < head || string(state[:head]) != snapshotMagic {
		return bad("the file is not a snapshot")
	}
	body := state[:max(head, len(state)-sha256.Size)]
	if sum := sha256.Sum256(body); !bytes.Equal(state[len(body):], sum[:]) {
		return bad("the snapshot is cut off or spoilt")
	}
	body = body[head:]
	if len(body) < sha256.Size+4 || !bytes.Equal(body[:sha256.Size], m.guest.im.sum[:]) {
		return bad("the snapshot is of another image")
	}
	n, body := uint64(u.Uint32(body[sha256.Size:])), body[sha256.Size+4:]
	var r regs
	if uint64(len(body)) != n+8+uint64(binary.Size(r))+uint64(size) {
		return bad("the snapshot has a length that does not fit its image")
	}
	if words := strings.Join(m.conf.Words, " "); string(body[:n]) != words {
		return bad("the snapshot was started with the words %q, this run has %q", body[:n], words)
	}
	now, body := u.Uint64(body[n:]), body[n+8:]
	if now > uint64(longestClock/time.Microsecond) {
		return bad("the clock of the snapshot says %d us", now)
	}
	if _, err := binary.Decode(body, u, &r); err != nil {
		return err
	}
	if !m.guest.isCall(r.RIP) {
		return bad("the snapshot goes on at %#x, where no call is", r.RIP)
	}
	body = body[binary.Size(r):]
	for _, p := range m.guest.writable() {
		body = body[copy(p, body):]
	}
	for _, d := range m.ports {
		d.goOn()
	}
	m.guest.forgetClock()
	m.began = time.Now().Add(-time.Duration(now) * time.Microsecond)
	r.Flags = r.Flags&flagsOfUser | startFlags
	if err := m.vm.setRegs(&r); err != nil {
		return fmt.Errorf("KVM_SET_REGS: %w", err)
	}
	return nil
}

// longestClock is a longer time than any guest has run.
const longestClock = 100 * 365 * 24 * time.Hour

// save passes a snapshot to Config.Save: before the first sleep of the guest, and at the end of
// the run if the guest then sleeps.
func (m *monitor) save(last bool) error {
	if m.conf.Save == nil || m.saved && !last {
		return nil
	}
	m.saved = true
	state, err := m.snapshot()
	if err != nil {
		return err
	}
	return m.conf.Save(state)
}

// writable lists the parts of memory that the guest may write.
func (g *guest) writable() (all [][]byte) {
	for _, p := range g.mappings {
		if p.flags&elf.PF_W != 0 {
			all = append(all, g.ram[p.offset:p.offset+p.size])
		}
	}
	return all
}

// isCall reports whether the instruction at an address is a call of the monitor.
func (g *guest) isCall(at uint64) bool {
	b, ok := g.bytes(at, uint64(len(callBytes)), elf.PF_X)
	return ok && bytes.Equal(b, callBytes[:])
}

// forgetClock makes the guest ask the monitor for the time, because the counter of this
// virtual machine differs from the counter of the machine that made the snapshot.
func (g *guest) forgetClock() {
	if b, ok := g.bytes(g.im.clock, 8, canWrite); ok && g.im.clock != 0 {
		binary.LittleEndian.PutUint64(b, 0)
	}
}

// goOn sets the monitor's side of a device's rings from the counters in the guest's memory.
func (d *device) goOn() {
	if d.net == nil {
		return
	}
	d.in.own = binary.LittleEndian.Uint32(d.in.mem)
	d.out.own = binary.LittleEndian.Uint32(d.out.mem[4:])
}
