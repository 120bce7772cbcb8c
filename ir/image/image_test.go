package image

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/trace"
)

func file(src string) *diag.File { return &diag.File{Name: "t.image", Text: src} }

// sample has everything that an image can have.
const sample = `image sample
  context main 0x100000
  task main
  task "other one"
  channel jobs 0 1 4 word 32 word 1 object 64
  channel "done or not" 1 0 0
  device eth0 eth 0 rx tx
  device eth1 eth 1 rx
  mark kernel 0
  log 0 "hello"
  log 7 "n " u 32 " b \"" bytes 64 ""
  symbol buffer 0x4 16
  symbol twice 0x100020 12
  data 40 64
  bytes 0x20 0001ff
  source "sample.sn" "task main {\n}\n"
  text
    addi x5, x0, 3 @0 0 4 %12
    addi x6, x0, 0
  loop:
    jal x1, twice
    add x6, x6, x7 %13
    addi x5, x5, -1
    bne x5, x0, loop
    sw x6, -2024(x0) @0 12 13
    ebreak trap 0 12 index
  twice:
    slli x7, x5, 1
    srl x7, x7, x6
    jalr x0, 0(x1)
  end
end
`

func load(t testing.TB, src string) *Image {
	im, err := ParseFor(design.Default(), file(src))
	require.NoError(t, err)
	return im
}

func TestSample(t *testing.T) {
	im := load(t, sample)
	require.Len(t, im.Text, 11)
	require.Equal(t, []string{"main", "other one"}, im.Tasks)
	require.Equal(t, []Device{{"eth0", "eth", 0, 0, true, true}, {"eth1", "eth", 1, 1, true, false}}, im.Devices)
	require.Equal(t, []Mark{{"kernel", 0}}, im.Marks)
	require.Equal(t, []Context{{"main", 0x100000}}, im.Contexts)
	require.Equal(t, []Channel{
		{Name: "jobs", Reader: 1, Cap: 4, Words: []int{32, 1}, Objects: []int{64}}, {Name: "done or not", Writer: 1},
	}, im.Channels)
	require.Equal(t, []trace.Site{
		{ID: 0, Parts: []string{"hello"}},
		{ID: 7, Parts: []string{"n ", " b \"", ""}, Args: []trace.ArgType{{Kind: "u", Width: 32}, {Kind: "bytes", Width: 64}}},
	}, im.Logs)
	require.Equal(t, []Symbol{{"buffer", 4, 16}, {"twice", 0x100020, 12}}, im.Symbols)
	require.Equal(t, []byte{0, 1, 255, 0}, im.Data[0x20:0x24])
	require.Equal(t, []Trap{{PC(7), 0, 12, "index"}}, im.Traps)
	require.Equal(t, "sample.sn:2.1", im.Spans[6].String())
	require.Equal(t, []int{12, 0, 0, 13}, im.Values[:4])
	trap, ok := im.TrapAt(PC(7))
	require.True(t, ok)
	require.Equal(t, 12, trap.Site)
	_, ok = im.TrapAt(PC(6))
	require.False(t, ok)
}

// equalImages compares images. Spans are compared by line and column, because the two images have
// different files.
func equalImages(t testing.TB, want, got *Image) {
	require.Equal(t, Print(want), Print(got))
	a, b := *want, *got
	a.Spans, b.Spans, a.Target, b.Target = nil, nil, nil, nil
	require.Equal(t, a, b)
}

func TestRoundTrip(t *testing.T) {
	im := load(t, sample)
	again, err := Parse(file(Print(im)))
	require.NoError(t, err)
	equalImages(t, im, again)
}

// TestOneContext checks that current cores accept only an image with one context that starts at
// the first word.
func TestOneContext(t *testing.T) {
	im := load(t, sample)
	c, err := im.OneContext()
	require.NoError(t, err)
	require.Equal(t, Context{"main", PC(0)}, c)
	im.Contexts = append(im.Contexts, Context{"second", PC(8)})
	require.NoError(t, im.Verify())
	again, err := Parse(file(Print(im)))
	require.NoError(t, err)
	require.Equal(t, im.Contexts, again.Contexts)
	_, err = im.OneContext()
	require.EqualError(t, err, "error: image sample: a core has one context, the image has 2")
	im.Contexts = im.Contexts[1:]
	_, err = im.OneContext()
	require.EqualError(t, err, "error: image sample: context second: a core enters at 0x100000, the image at 0x100020")
}

// with returns the text of an image with the given tables and words.
func with(tables, words string) string {
	return "image x\n" + tables + "\ntext\n" + words + "\nend\nend\n"
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"", "t.image:1:1: error: expected `image`, found end of text"},
		{"image x\nend", "t.image:1:1: error: image x: expected at least one word of text"},
		{"image x\nfly", "t.image:2:1: error: expected target, context, task, channel, device, mark, log, symbol, data, bytes, source, text or `end`, found `fly`"},
		{with("", "fly x1"), "t.image:4:1: error: expected an instruction of rv32em, found `fly`"},
		{with("", "div x1, x2, x3"), "t.image:4:1: error: expected an instruction of rv32em, found `div`"},
		{with("", "add x1, x2, x16"), "t.image:4:1: error: image x: text 0x100000: `add x1, x2, x16` uses x16 of 16 registers"},
		{with("", ".word 0"), "t.image:4:1: error: image x: text 0x100000: word 0x00000000 is not an instruction of rv32em"},
		{with("", "jal x0, .+8"), "t.image:4:1: error: image x: text 0x100000: `jal x0, .+8` leaves the text"},
		{with("", "jal x0, .-2"), "t.image:4:1: error: image x: text 0x100000: `jal x0, .-2` leaves the text"},
		{with("", "a:\na:\njal x0, a"), "t.image:5:1: error: expected one label `a`, found a second"},
		{with("", "jal x0, b"), "t.image:4:9: error: expected a label of this text, found `b`"},
		{"image x\ntext\n", "t.image:3:1: error: expected the `end` of the text, found end of text"},
		{with("", "ebreak"), "t.image:4:1: error: image x: text 0x100000: `ebreak` has 0 entries in the trap table, expected 1"},
		{with("", "lui x1, 1 trap 0 0 max"), "t.image:4:1: error: image x: text 0x100000: `lui` has 1 entries in the trap table, expected 0\n" +
			"t.image:1:1: error: image x: trap: expected one of 0 tasks, got 0"},
		{with("task a", "ebreak trap 0 0 max\nebreak trap 0 0 max"), "t.image:5:1: error: image x: text 0x100004: expected one instruction of trap site 0 in task 0, found a second"},
		{with("data 8 4", "lui x1, 1"), "t.image:1:1: error: image x: expected data (8 bytes) within memory (4) below 0x100000"},
		{with("data 8 8\nbytes 7 0001", "lui x1, 1"), "t.image:3:9: error: expected bytes within the 8 bytes of data"},
		{with("data 8 8\nbytes 7 0", "lui x1, 1"), "t.image:3:9: error: expected bytes in hexadecimal, found `0`"},
		{with("device a eth 0", "lui x1, 1"), "t.image:1:1: error: image x: device a: expected one of 0 tasks, got 0"},
		{with("task t\ndevice a eth 0\ndevice a eth 0", "lui x1, 1"), "t.image:1:1: error: image x: device a: expected unique names"},
		{with("context a 0x100000\ncontext a 0x100004", "lui x1, 1\nlui x1, 1"), "t.image:1:1: error: image x: context a: expected unique names"},
		{with("context a 0x100000\ncontext b 0x100000", "lui x1, 1"), "t.image:1:1: error: image x: context b: entry 0x100000 is that of context a"},
		{with("context a 0x100004", "lui x1, 1"), "t.image:1:1: error: image x: context a: entry 0x100004 is not a word of the text"},
		{with("context a 0x100002", "lui x1, 1"), "t.image:1:1: error: image x: context a: entry 0x100002 is not a word of the text"},
		{with("context a 8", "lui x1, 1"), "t.image:1:1: error: image x: context a: entry 0x8 is not a word of the text"},
		{with("task t\nchannel c 0 1 0", "lui x1, 1"), "t.image:1:1: error: image x: reader of channel c: expected one of 1 tasks, got 1"},
		{with("task t\nchannel c 0 0 0\nchannel c 0 0 0", "lui x1, 1"), "t.image:1:1: error: image x: channel \"c\": expected unique names"},
		{with("task t\nchannel c 0 0 1 word 65", "lui x1, 1"), "t.image:1:1: error: image x: channel c: expected words of 1 to 64 bits, got 65"},
		{with("task t\nchannel c 0 0 1 object 0", "lui x1, 1"), "t.image:1:1: error: image x: channel c: expected objects of at least one byte, got 0"},
		{with("task t\nchannel c 0 0", "lui x1, 1"), "t.image:3:14: error: expected the capacity, found end of line"},
		{with("mark a 1", "lui x1, 1"), "t.image:1:1: error: image x: mark a: expected one of 0 tasks, got 1"},
		{with("log 1 \"a\"\nlog 1 \"b\"", "lui x1, 1"), "t.image:1:1: error: image x: log site 1: expected unique numbers of 16 bits"},
		{with("log 1 \"a\" u 65 \"b\"", "lui x1, 1"), "t.image:1:1: error: image x: log site 1: expected an argument u, i, hex, bool, float or fix of 1 to 64 bits, or bytes, got u of 65"},
		{with("", "lui x1, 1 @0 0 0"), "t.image:4:11: error: expected one of the 0 sources such as @0, found `@0`"},
		{with("source \"a\" \"b\"", "lui x1, 1 @0 0 9"), "t.image:4:16: error: the end of the span is in 0..1, got 9"},
		{with("", "lui x1, 1 %0"), "t.image:4:11: error: expected the number of a value such as %17, found `%0`"},
		{with("", "lui x1, 1") + "x", "t.image:7:1: error: expected nothing after `end`, found `x`"},
	} {
		_, err := ParseFor(design.Default(), file(c.src))
		require.EqualError(t, err, c.want, c.src)
	}
	_, err := Parse(file(with("", "lui x1, 1")))
	require.EqualError(t, err, "t.image:3:5: error: expected the target before the text")
}

// TestVerify tries mistakes that a text cannot contain but a builder can make.
func TestVerify(t *testing.T) {
	for name, change := range map[string]func(*Image){
		"name":         func(im *Image) { im.Name = "" },
		"target":       func(im *Image) { im.Target = nil },
		"bad target":   func(im *Image) { im.Target.Regs = 99 },
		"spans":        func(im *Image) { im.Spans = im.Spans[1:] },
		"values":       func(im *Image) { im.Values = nil },
		"trap order":   func(im *Image) { im.Traps = append(im.Traps, Trap{PC: PC(0)}) },
		"device index": func(im *Image) { im.Devices[1].Index = 0 },
		"log parts":    func(im *Image) { im.Logs[1].Parts = nil },
		"log kind":     func(im *Image) { im.Logs[1].Args[0].Kind = "real" },
		"no context":   func(im *Image) { im.Contexts = nil },
		"contexts":     func(im *Image) { im.Contexts = make([]Context, 33) },
		"no name":      func(im *Image) { im.Contexts[0].Name = "" },
		"capacity":     func(im *Image) { im.Channels[0].Cap = -1 },
		"task":         func(im *Image) { im.Traps[0].Task = -1 },
	} {
		im := load(t, sample)
		require.NoError(t, im.Verify())
		change(im)
		require.Error(t, im.Verify(), name)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(Print(load(f, sample)))
	f.Add(with("data 8 8\nbytes 7 00", "ebreak trap 0 0 max"))
	f.Fuzz(func(t *testing.T, src string) {
		im, err := ParseFor(design.Default(), file(src))
		if err != nil {
			require.Regexp(t, `^t\.image:\d+:\d+: `, err.Error())
			return
		}
		again, err := Parse(file(Print(im)))
		require.NoError(t, err)
		equalImages(t, im, again)
		m, err := Decode(im)
		require.NoError(t, err)
		require.NotEmpty(t, m.Blocks)
		c, err := ContractOf(im)
		require.NoError(t, err)
		require.NoError(t, c.Verify())
	})
}

const wantContract = `contract sample
  text 11
  data 64
  op jal 1 imm 24 24 "pc 0x100008"
  op jalr 1 imm 0 0 "pc 0x100028"
  op bne 1 imm -12 -12 "pc 0x100014"
  op sw 1 imm -2024 -2024 "sample.sn:2.1"
  op addi 3 imm -1 3 "sample.sn:1.1"
  op slli 1 imm 1 1 "pc 0x100020"
  op add 1 imm 0 0 "pc 0x10000c"
  op srl 1 imm 0 0 regshift right "pc 0x100024"
  op ebreak 1 imm 0 0 "pc 0x10001c"
  reg 0 "sample.sn:1.1"
  reg 1 "pc 0x100008"
  reg 5 "sample.sn:1.1"
  reg 6 "pc 0x100004"
  reg 7 "pc 0x10000c"
  shift left 1 "pc 0x100020"
  port log write "sample.sn:2.1"
end
`

func TestContract(t *testing.T) {
	im := load(t, sample)
	c, err := ContractOf(im)
	require.NoError(t, err)
	require.NoError(t, c.Verify())
	require.Equal(t, wantContract, PrintContract(c))
	require.Equal(t, 4, c.PCBits)
	require.True(t, c.RegShift())
	require.False(t, c.Mul())
	require.False(t, c.Div())
	again, err := ParseContract(file(wantContract))
	require.NoError(t, err)
	require.Equal(t, c, again)
}

// TestAdmits checks that the contract admits each word of the image, and admits no instruction
// that the image lacks.
func TestAdmits(t *testing.T) {
	im := load(t, sample)
	c, err := ContractOf(im)
	require.NoError(t, err)
	for _, w := range im.Text {
		in, ops, _ := isa.Decode(im.Target.Set, w)
		require.NoError(t, c.Admits(in, ops))
	}
	set := im.Target.Set
	for _, x := range []struct {
		name string
		ops  isa.Ops
		want string
	}{
		{"sub", isa.Ops{}, "`sub` is not in the contract"},
		{"add", isa.Ops{Rd: 2}, "x2 is not in the contract"},
		{"add", isa.Ops{Rs2: 8}, "x8 is not in the contract"},
		{"addi", isa.Ops{Imm: 4}, "`addi`: 4 is outside of the immediates -1..3"},
		{"slli", isa.Ops{Imm: 2}, "`slli`: 2 is outside of the immediates 1..1"},
	} {
		require.EqualError(t, c.Admits(set.Lookup(x.name), x.ops), x.want)
	}
	c.Op("slli").Hi = 31
	require.EqualError(t, c.Admits(set.Lookup("slli"), isa.Ops{Imm: 2}), "a shift left by 2 is not in the contract")
}

// TestContractReadsMeanings checks that the contract finds the needs of mined lines in their
// meanings, without a list of names.
func TestContractReadsMeanings(t *testing.T) {
	line := func(src string) *isa.Inst {
		in, err := isa.ParseLine(file(src))
		require.NoError(t, err)
		return in
	}
	set, err := isa.RV32I().Extend("mined",
		line("mac R4 00 000 0001011 rd = (rs1 * rs2) + rs3"),
		line("wires R 0000000 001 0001011 rd = (rs1 shl 3) xor rs2"),
		line("rem7 R 0000000 010 0001011 rd = rs1 rems rs2"),
		line("sar R 0000000 011 0001011 rd = rs1 shrs (rs2 + 1)"))
	require.NoError(t, err)
	im, err := ParseFor(design.NewTarget("t", set, 16), file(with("", "mac x1, x2, x3, x4\nwires x1, x2, x3\nrem7 x1, x2, x3\nsar x1, x2, x3\nlw x1, -2044(x0)\nlw x1, -2044(x2)")))
	require.NoError(t, err)
	c, err := ContractOf(im)
	require.NoError(t, err)
	require.True(t, c.Op("mac").Mul)
	require.Equal(t, "", c.Op("wires").RegShift)
	require.True(t, c.Op("rem7").Div)
	require.Equal(t, "arith", c.Op("sar").RegShift)
	require.Empty(t, c.Shifts)
	require.Equal(t, []PortUse{{"wait", true, "pc 0x100010"}}, c.Ports)
}

func TestContractErrors(t *testing.T) {
	head := "contract c\ntext 1\ndata 0\n"
	for _, c := range []struct{ src, want string }{
		{"", "t.image:1:1: error: expected `contract`, found end of text"},
		{"contract c\ntext 1\nend", "t.image:3:1: error: expected `data`, found `end`"},
		{head + "end", "t.image:1:1: error: contract c: expected 1 uses of instructions, one per word, found 0"},
		{head + "op a 1 imm 2 1 \"\"\nend", "t.image:1:1: error: contract c: expected op a to be used, with a range of immediates"},
		{head + "op a 1 imm 0 0 \"\"\nreg 3 \"\"\nreg 2 \"\"\nend", "t.image:1:1: error: contract c: expected registers in ascending order, found 2"},
		{head + "op a 1 imm 0 0 \"\"\nshift left 1 \"\"\nshift left 1 \"x\"\nend", "t.image:1:1: error: contract c: expected each use once, found shift left 1 twice"},
		{head + "shift up 1 \"\"\nend", "t.image:4:7: error: expected left, right or arith, found `up`"},
		{head + "reg 32 \"\"\nend", "t.image:4:5: error: a register is in 0..31, got 32"},
		{head + "port log both \"\"\nend", "t.image:4:10: error: expected read or write, found `both`"},
		{head + "luck\nend", "t.image:4:1: error: expected op, reg, shift, port or `end`, found `luck`"},
	} {
		_, err := ParseContract(file(c.src))
		require.EqualError(t, err, c.want)
	}
}

func FuzzParseContract(f *testing.F) {
	f.Add(wantContract)
	f.Add("contract c\ntext 1\ndata 0\nop a 1 imm 0 0 multiplies divides regshift left \"\"\nend")
	f.Fuzz(func(t *testing.T, src string) {
		c, err := ParseContract(file(src))
		if err != nil {
			require.Regexp(t, `^t\.image:\d+:\d+: `, err.Error())
			return
		}
		again, err := ParseContract(file(PrintContract(c)))
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}

func TestMach(t *testing.T) {
	m, err := Decode(load(t, sample))
	require.NoError(t, err)
	var flows []string
	for _, d := range m.Insts {
		flows = append(flows, [...]string{"next", "branch", "jump", "call", "return", "callreg", "trap"}[d.Flow])
	}
	require.Equal(t, "next next call next next branch next trap next next return", strings.Join(flows, " "))
	type edges struct {
		start, end int
		succs      []int
	}
	var got []edges
	for _, b := range m.Blocks {
		got = append(got, edges{b.Start, b.End, b.Succs})
	}
	require.Equal(t, []edges{{0, 2, []int{1}}, {2, 3, []int{2}}, {3, 6, []int{1, 3}}, {6, 8, nil}, {8, 11, nil}}, got)
	require.Equal(t, []Loop{{Head: 1, Blocks: []int{1, 2}, Parent: -1}}, m.Loops)
	require.Equal(t, 0, m.Blocks[2].Loop)
	require.Equal(t, -1, m.Blocks[3].Loop)
	const x1, x5, x6, x7 = 1 << 1, 1 << 5, 1 << 6, 1 << 7
	live := [][2]uint32{}
	for _, b := range m.Blocks {
		live = append(live, [2]uint32{b.LiveIn, b.LiveOut})
	}
	// The return may go to the instruction after the call. The analysis does not know the target of
	// the return, and therefore also assumes the symbol `twice`.
	require.Equal(t, [][2]uint32{
		{0, x5 | x6}, {x5 | x6, x1 | x5 | x6}, {x5 | x6 | x7, x5 | x6}, {x6, 0}, {x1 | x5 | x6, x1 | x5 | x6 | x7},
	}, live)
}

// TestNestedLoops has two loops, and an irreducible jump elsewhere.
func TestNestedLoops(t *testing.T) {
	m, err := Decode(load(t, with("task t", `
    outer:
      addi x1, x0, 4
    inner:
      addi x1, x1, -1
      bne x1, x0, inner
      addi x2, x2, -1
      bne x2, x0, outer
      beq x3, x0, second
    first:
      addi x3, x3, 1
    second:
      addi x3, x3, 2
      bne x3, x0, first
      ebreak trap 0 0 max`)))
	require.NoError(t, err)
	require.Equal(t, []Loop{
		{Head: 1, Blocks: []int{1}, Parent: 1},
		{Head: 0, Blocks: []int{0, 1, 2}, Parent: -1},
	}, m.Loops)
	require.Equal(t, 0, m.Blocks[1].Loop)
	require.Equal(t, 1, m.Blocks[2].Loop)
}

// TestUnreachable checks that unreachable blocks do not affect the analyses.
func TestUnreachable(t *testing.T) {
	m, err := Decode(load(t, with("task t", "jal x0, end_\nx:\njal x0, y\ny:\njal x0, x\nend_:\nebreak trap 0 0 max")))
	require.NoError(t, err)
	require.Len(t, m.Blocks, 4)
	require.Empty(t, m.Loops)
}
