package core

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/verify/lockstep"
)

// subset describes the parts of a core that a configuration keeps.
func subset(t testing.TB, im *image.Image, o plan.Options) *lockstep.Subset {
	p, err := plan.Make(im, o)
	require.NoError(t, err)
	return lockstep.SubsetOf(p)
}

func TestRandomInstructions(t *testing.T) {
	im := load(t, echo)
	for _, o := range []plan.Options{
		{Core: design.Pipe3},
		{Core: design.Multi},
		{Core: design.Pipe3, Full: true},
		{Core: design.Multi, Full: true},
		{Core: design.Serial1},
		{Core: design.Serial2, Full: true},
		{Core: design.Serial4, Full: true},
	} {
		instructions := 20000
		if slices.Contains(design.Serials(), o.Core) { // an instruction takes up to 67 cycles
			instructions = 3000
		}
		r, err := lockstep.Random(generate(t, im, o), subset(t, im, o), lockstep.Options{Instructions: instructions, Seed: 1})
		require.NoError(t, err, "%+v", o)
		for _, in := range subset(t, im, o).Set.Insts {
			require.True(t, in.Meaning.Trap || r.Lines[in.Name] > 0, "%s was never executed", in.Name)
		}
	}
}

// wide contains each line of RV32M, shifts by constants, and a few other lines.
const wide = `image wide
  task main
  log 0 ""
  data 0 256
  text
    lui x1, 0x12345
    lw x2, 16(x0)
    lw x3, 20(x1)
    mul x4, x1, x2
    mulh x5, x1, x2
    mulhu x6, x1, x2
    mulhsu x7, x1, x2
    div x8, x1, x2
    divu x8, x1, x2
    rem x8, x1, x2
    remu x8, x1, x2
    slli x1, x2, 3
    slli x1, x2, 31
    srli x1, x2, 8
    srai x1, x2, 16
    sub x3, x2, x1
    sltu x3, x2, x1
    addi x3, x3, -1
    sh x3, 2(x0)
    lbu x3, 2(x0)
    auipc x9, 0x5
    jal x8, next
  next:
    jalr x8, 8(x8)
    blt x1, x2, next
    bgeu x1, x2, next
    sw x1, -2024(x0)
    sw x0, -2020(x0)
  end
end
`

func TestWideOperators(t *testing.T) {
	im, err := image.ParseFor(design.NewTarget("rv32im", isa.RV32IM(), 16), &diag.File{Name: "wide.image", Text: wide})
	require.NoError(t, err)
	for _, o := range []plan.Options{
		{Core: design.Pipe3, Shifts: plan.ShiftConstant},
		{Core: design.Multi, Shifts: plan.ShiftBarrel},
		{Core: design.Serial1, Shifts: plan.ShiftConstant},
		{Core: design.Serial2, Shifts: plan.ShiftBarrel},
		{Core: design.Serial4, Shifts: plan.ShiftConstant},
	} {
		r, err := lockstep.Random(generate(t, im, o), subset(t, im, o), lockstep.Options{Instructions: 2000, Seed: 2})
		require.NoError(t, err, "%+v", o)
		for _, in := range subset(t, im, o).Set.Insts {
			if !in.Meaning.Trap { // a trap does not retire
				require.Positive(t, r.Lines[in.Name], in.Name)
			}
		}
	}
}

// TestPlantedFaultsAreFound changes one operator of a circuit at a time.
func TestPlantedFaultsAreFound(t *testing.T) {
	im := load(t, echo)
	o := plan.Options{Core: design.Pipe3, Full: true}
	good, sub := generate(t, im, o), subset(t, im, o)
	swaps := map[word.Op]word.Op{word.And: word.Or, word.Or: word.And, word.Xor: word.Or, word.Add: word.Sub, word.Shrs: word.Shru}
	built := map[rtl.ID]bool{}
	for _, name := range []string{"sum", "logic", "rs1", "rs2", "result", "advance"} {
		for id := range good.Nodes {
			if n := &good.Nodes[id]; n.Name == name && swaps[n.Op] != word.Bad {
				built[rtl.ID(id)] = true
			}
		}
	}
	require.Greater(t, len(built), 1)
	for id := range built {
		bad := *good
		bad.Nodes = append([]rtl.Node(nil), good.Nodes...)
		bad.Nodes[id].Op = swaps[bad.Nodes[id].Op]
		_, err := lockstep.Random(&bad, sub, lockstep.Options{Instructions: 5000, Seed: 1})
		var d *lockstep.Difference
		require.ErrorAs(t, err, &d, good.Nodes[id].Name)
	}
}

func TestOwnProgramInLockStep(t *testing.T) {
	im := load(t, echo)
	for _, core := range cores() {
		for seed := range int64(5) {
			r, err := lockstep.Run(im, generate(t, im, plan.Options{Core: core}), iss.CoreOf(im), frames(), seed)
			require.NoError(t, err)
			require.Equal(t, 86, r.Instructions)
		}
	}
}

// odd has a line whose address is a register without an offset.
const odd = `image odd
  task main
  data 0 64
  text
    ldr x1, x2, x0
    sw x0, -2020(x0)
  end
end
`

// TestSerialCoresRefuse checks that a core that executes digits refuses a line whose address it does
// not add digit by digit, and that the other organisations execute this line.
func TestSerialCoresRefuse(t *testing.T) {
	lines, err := isa.Parse(&diag.File{Name: "odd.isa", Text: "isa odd\n  ldr R 0000001 000 0001011 rd = mem32[rs1]\nend\n"})
	require.NoError(t, err)
	set := isa.RV32IM()
	set.Insts = append(set.Insts, lines.Insts...)
	im, err := image.ParseFor(design.NewTarget("odd", set, 16), &diag.File{Name: "odd.image", Text: odd})
	require.NoError(t, err)
	for _, kind := range design.AllCores() {
		p, err := plan.Make(im, plan.Options{Core: kind})
		require.NoError(t, err)
		_, err = Generate(im, p)
		if !slices.Contains(design.Serials(), kind) {
			require.NoError(t, err)
			continue
		}
		var refused *FormError
		require.ErrorAs(t, err, &refused)
		require.ErrorContains(t, err, "core "+kind+": ldr has an address other than a register plus an operand; core multi or pipe3 executes it")
	}
}
