package amd64_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/amd64"
)

// names are the register names that objdump prints, by size.
var names = map[amd64.Size][]string{
	amd64.Q: strings.Fields("rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15"),
	amd64.D: strings.Fields("eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d"),
	8:       strings.Fields("al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b"),
	16:      strings.Fields("ax cx dx bx sp bp si di r8w r9w r10w r11w r12w r13w r14w r15w"),
}

var pointers = map[amd64.Size]string{amd64.Q: "QWORD PTR ", amd64.D: "DWORD PTR ", 8: "BYTE PTR ", 16: "WORD PTR "}

// written are operands with the text that objdump prints for them.
type written struct {
	o    amd64.Operand
	text func(amd64.Size) string
}

// operands are registers, words in memory with short and long displacements, and array
// elements.
func operands() []written {
	var out []written
	for r := amd64.RAX; r <= amd64.R15; r++ {
		out = append(out, written{amd64.R(r), func(s amd64.Size) string { return names[s][r] }})
		for _, d := range []int32{0, -128, 1 << 18} {
			out = append(out, written{amd64.At(r, d), func(s amd64.Size) string {
				sign, n := "+", int64(d)
				if d < 0 {
					sign, n = "-", -n
				}
				return fmt.Sprintf("%s[%s%s%#x]", pointers[s], names[amd64.Q][r], sign, n)
			}})
		}
		for _, i := range []amd64.Reg{amd64.RAX, amd64.RBP, amd64.R13} {
			out = append(out, written{amd64.Elem(r, i), func(s amd64.Size) string {
				return fmt.Sprintf("%s[%s+%s*8+0x0]", pointers[s], names[amd64.Q][r], names[amd64.Q][i])
			}})
		}
	}
	return out
}

// listing collects instructions and their expected disassembly.
type listing struct {
	code amd64.Code
	want []string
}

func (l *listing) add(text string, emit func(c *amd64.Code)) {
	emit(&l.code)
	l.want = append(l.want, text)
}

// all is every instruction with every kind of operand.
func all() *listing {
	l := &listing{}
	arith := map[amd64.Arith]string{
		amd64.Add: "add", amd64.Or: "or", amd64.And: "and", amd64.Sub: "sub", amd64.Xor: "xor", amd64.Cmp: "cmp",
	}
	conds := map[amd64.Cond]string{amd64.Below: "b", amd64.Equal: "e", amd64.NotEqual: "ne", amd64.Less: "l", amd64.Below.Not(): "ae", amd64.Less.Not(): "ge"}
	for _, size := range []amd64.Size{amd64.Q, amd64.D} {
		for d := amd64.RAX; d <= amd64.R15; d++ {
			reg := names[size][d]
			for _, w := range operands() {
				s := w.text(size)
				l.add("mov "+reg+","+s, func(c *amd64.Code) { c.Mov(d, w.o, size) })
				l.add("imul "+reg+","+s, func(c *amd64.Code) { c.IMul(d, w.o, size) })
				for op, name := range arith {
					l.add(name+" "+reg+","+s, func(c *amd64.Code) { c.Op(op, d, w.o, size) })
				}
				for cond, name := range conds {
					l.add("cmov"+name+" "+reg+","+s, func(c *amd64.Code) { c.MovCond(cond, d, w.o, size) })
				}
				if w.o.InMemory() {
					l.add("mov "+s+","+reg, func(c *amd64.Code) { c.Store(w.o, amd64.R(d), size) })
					l.add("sub "+s+","+reg, func(c *amd64.Code) { c.OpTo(amd64.Sub, w.o, amd64.R(d), size) })
					l.add("movzx "+names[amd64.D][d]+","+w.text(8), func(c *amd64.Code) { c.MovZX(d, w.o, 8) })
					l.add("movzx "+names[amd64.D][d]+","+w.text(16), func(c *amd64.Code) { c.MovZX(d, w.o, 16) })
				}
			}
			for _, v := range []int32{1, 127, 128, 1 << 20} {
				for op, name := range arith {
					l.add(fmt.Sprintf("%s %s,%#x", name, reg, v), func(c *amd64.Code) { c.Op(op, d, amd64.Imm(v), size) })
				}
			}
			l.add("not "+reg, func(c *amd64.Code) { c.Not(d, size) })
			l.add("test "+reg+","+names[size][amd64.RCX], func(c *amd64.Code) { c.Test(d, amd64.RCX, size) })
			for op, name := range map[amd64.Shift]string{amd64.Shl: "shl", amd64.Shr: "shr", amd64.Sar: "sar"} {
				l.add(fmt.Sprintf("%s %s,0x5", name, reg), func(c *amd64.Code) { c.ShiftBy(op, d, 5, size) })
				l.add(fmt.Sprintf("%s %s,cl", name, reg), func(c *amd64.Code) { c.ShiftCL(op, d, size) })
			}
			l.add("xor "+names[amd64.D][d]+","+names[amd64.D][d], func(c *amd64.Code) { c.Mov(d, amd64.Imm(0), size) })
		}
		for _, w := range operands() {
			s := w.text(size)
			l.add("div "+s, func(c *amd64.Code) { c.Div(w.o, size) })
			if w.o.InMemory() {
				l.add("mov "+s+",0x7", func(c *amd64.Code) { c.Store(w.o, amd64.Imm(7), size) })
				l.add("cmp "+s+",0x7", func(c *amd64.Code) { c.OpTo(amd64.Cmp, w.o, amd64.Imm(7), size) })
				l.add("cmp "+s+",0x700", func(c *amd64.Code) { c.OpTo(amd64.Cmp, w.o, amd64.Imm(0x700), size) })
			}
		}
	}
	for d := amd64.RAX; d <= amd64.R15; d++ {
		l.add("mov "+names[amd64.D][d]+",0x0", func(c *amd64.Code) { c.MovKeeping(d, amd64.Imm(0), amd64.Q) })
		l.add("mov "+names[amd64.D][d]+",0xfffffffe", func(c *amd64.Code) { c.MovConst(d, 0xfffffffe) })
		l.add("mov "+names[amd64.Q][d]+",0xfffffffffffffffe", func(c *amd64.Code) { c.MovConst(d, 0xfffffffffffffffe) })
		l.add("movabs "+names[amd64.Q][d]+",0x123456789abcdef", func(c *amd64.Code) { c.MovConst(d, 0x123456789abcdef) })
		for _, bits := range []int{8, 16} {
			l.add("movzx "+names[amd64.D][d]+","+names[amd64.Size(bits)][amd64.RSI], func(c *amd64.Code) { c.ZeroExtend(d, amd64.RSI, bits) })
			l.add("movzx "+names[amd64.D][amd64.R9]+","+names[amd64.Size(bits)][d], func(c *amd64.Code) { c.ZeroExtend(amd64.R9, d, bits) })
		}
		l.add("setb "+names[8][d], func(c *amd64.Code) { c.SetCond(amd64.Below, d) })
		l.want = append(l.want, "movzx "+names[amd64.D][d]+","+names[8][d])
	}
	l.add("ret", func(c *amd64.Code) { c.Ret() })
	return l
}

var line = regexp.MustCompile(`(?m)^ +[0-9a-f]+:\t[0-9a-f ]+\t(.*)$`)

// TestEncodings compares each instruction with the disassembly by binutils.
func TestEncodings(t *testing.T) {
	objdump := testkit.Tool(t, "objdump")
	l := all()
	file := filepath.Join(t.TempDir(), "code")
	require.NoError(t, os.WriteFile(file, l.code.Bytes(), 0o600))
	out, err := exec.Command(objdump, "-D", "-w", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", file).Output()
	require.NoError(t, err)
	var got []string
	for _, m := range line.FindAllStringSubmatch(string(out), -1) {
		got = append(got, strings.Join(strings.Fields(strings.Split(m[1], "#")[0]), " "))
	}
	require.Len(t, got, len(l.want))
	for i, want := range l.want {
		require.Equal(t, want, got[i], "instruction %d", i)
	}
	t.Logf("%d instructions", len(got))
}

// run loads code and calls it.
func run(t *testing.T, arg uint64, block []uint64, emit func(c *amd64.Code)) uint64 {
	t.Helper()
	if !amd64.Available() {
		testkit.Skip(t, "x86-64 code runs on Linux on x86-64 only")
	}
	var c amd64.Code
	emit(&c)
	p, err := c.Load()
	require.NoError(t, err)
	return p.Run(0, &block[0], arg)
}

// TestLoop sums a block with forward and backward jumps.
func TestLoop(t *testing.T) {
	block := []uint64{1, 2, 3, 1 << 40}
	got := run(t, 4, block, func(c *amd64.Code) {
		again, out := c.Label(), c.Label()
		c.Mov(amd64.RAX, amd64.Imm(0), amd64.Q)
		c.Place(again)
		c.Test(amd64.RDI, amd64.RDI, amd64.Q)
		c.JumpIf(amd64.Equal, out)
		c.Op(amd64.Sub, amd64.RDI, amd64.Imm(1), amd64.Q)
		c.Op(amd64.Add, amd64.RAX, amd64.Elem(amd64.RBX, amd64.RDI), amd64.Q)
		c.Jump(again)
		c.Place(out)
		c.Store(amd64.At(amd64.RBX, 8), amd64.R(amd64.RAX), amd64.Q)
		c.Ret()
	})
	require.Equal(t, uint64(6+1<<40), got)
	require.Equal(t, got, block[1])
}

// TestRegistersAreFree changes every register that code may change. Afterwards the Go runtime
// must still work: it collects garbage and moves stacks.
func TestRegistersAreFree(t *testing.T) {
	block := make([]uint64, 8)
	for range 200 {
		run(t, 0, block, func(c *amd64.Code) {
			for r := amd64.RAX; r <= amd64.R15; r++ {
				if r != amd64.RSP {
					c.MovConst(r, 0xdeadbeefdeadbeef)
				}
			}
			c.Ret()
		})
		require.Equal(t, 100, deep(100, make([]byte, 1<<10)))
	}
}

// deep needs a stack that grows during the call.
func deep(n int, b []byte) int {
	if n == 0 {
		return 0
	}
	return 1 + deep(n-1, append([]byte{}, b...))
}
