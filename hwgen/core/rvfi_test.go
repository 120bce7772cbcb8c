package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/verify/lockstep"
)

// crossing is an image with an instruction of three source registers, accesses to bytes and half
// words in each lane, a forwarded register, jumps, and a trap at its end.
const crossing = `image crossing
  task main
  data 0 64
  text
    addi x1, x0, 5
    add x2, x1, x1
    mac x3, x1, x2, x2
    sw x3, 8(x0)
    sb x3, 13(x0)
    sh x2, 14(x0)
    lbu x4, 9(x0)
    lw x5, 12(x0)
    lui x6, 0x12345
    addi x0, x6, 1
    jal x7, on
    ebreak trap 0 0 assert
  on:
    beq x1, x2, on
    bne x1, x2, last
    addi x1, x0, 1
  last:
    ebreak trap 0 1 assert
  end
end
`

func crossingImage(t *testing.T) *image.Image {
	set := isa.RV32I()
	mac, err := isa.Parse(&diag.File{Name: "mac.isa", Text: "isa mac\n  mac R4 00 000 0001011 rd = rs1 + (rs2 xor rs3)\nend\n"})
	require.NoError(t, err)
	set.Insts = append(set.Insts, mac.Insts...)
	im, err := image.ParseFor(design.NewTarget("crossing", set, 16), &diag.File{Name: "crossing.image", Text: crossing})
	require.NoError(t, err)
	return im
}

// TestTracePort checks each field of the trace port against the instruction set, for every
// instruction of a run. The run includes an instruction with three sources, and a trap at its end.
func TestTracePort(t *testing.T) {
	for name, c := range map[string]struct {
		im      *image.Image
		records int
	}{"hello": {load(t, hello), 13}, "echo": {load(t, echo), 86}, "crossing": {crossingImage(t), 14}} {
		for _, core := range design.AllCores() {
			p, err := plan.Make(c.im, plan.Options{Core: core})
			require.NoError(t, err)
			if design.DigitBits(core) < 32 {
				_, err = Traced(c.im, p)
				require.ErrorContains(t, err, "core "+core+" has no trace port, expected core multi or pipe3")
				continue
			}
			traced, err := Traced(c.im, p)
			require.NoError(t, err)
			for seed := range int64(3) {
				script := frames()
				if len(c.im.Devices) == 0 {
					script = nil
				}
				n, err := lockstep.RunFormal(c.im, traced, iss.CoreOf(c.im), script, seed)
				require.NoError(t, err, "%s on %s", name, core)
				require.Equal(t, c.records, n, "%s on %s", name, core)
			}
		}
	}
}

// TestTracePortIsCompared replaces one output of the trace port at a time with a constant. The
// comparison must notice each replacement.
func TestTracePortIsCompared(t *testing.T) {
	im := crossingImage(t)
	p, err := plan.Make(im, plan.Options{Core: design.Pipe3})
	require.NoError(t, err)
	good, err := Traced(im, p)
	require.NoError(t, err)
	planted := 0
	for i, o := range good.Outputs {
		if len(o.Name) < 5 || o.Name[:5] != "rvfi_" || good.Nodes[o.Node].Kind == rtl.KConst && o.Name != rtl.PortFormalMode {
			continue
		}
		bad := *good
		bad.Outputs = append([]rtl.Output(nil), good.Outputs...)
		bad.Nodes = append([]rtl.Node(nil), good.Nodes...)
		bad.Outputs[i].Node = rtl.ID(len(bad.Nodes))
		bad.Nodes = append(bad.Nodes, rtl.Node{Kind: rtl.KConst, Width: good.Nodes[o.Node].Width, Imm: 1})
		_, err := lockstep.RunFormal(im, &bad, iss.CoreOf(im), nil, 0)
		var d *lockstep.Difference
		require.ErrorAs(t, err, &d, o.Name)
		planted++
	}
	require.Equal(t, 21, planted)
	_, err = lockstep.RunFormal(im, generate(t, im, plan.Options{Core: design.Pipe3}), iss.CoreOf(im), nil, 0)
	require.ErrorContains(t, err, "has no trace port")
}
