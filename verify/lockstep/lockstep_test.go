package lockstep_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/core"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/lockstep"
)

// ports uses every port register and moves frames in both directions.
const ports = `image ports
  task main
  device in eth 0 rx
  device out eth 0 tx
  log 0 ""
  mark m 0
  data 0 256
  text
    addi x1, x0, 1
    sw x1, -2044(x0)
  again:
    lw x2, -2048(x0)
    lw x2, -2044(x0)
    addi x3, x0, 12
    sw x3, -2040(x0)
    sw x3, -2036(x0)
    sw x0, -2032(x0)
    lw x4, -2036(x0)
    beq x4, x0, again
    sw x3, -2040(x0)
    sw x4, -2036(x0)
    addi x5, x0, 3
    sw x5, -2032(x0)
    lw x6, 12(x0)
    add x6, x6, x5
    sw x0, -2028(x0)
    sw x6, -2024(x0)
    slli x6, x6, 4
    bne x6, x0, again
    sw x0, -2020(x0)
    ebreak trap 0 0 assert
  end
end
`

// made generates a core and describes the parts that the core keeps.
func made(t *testing.T, organisation string) (*rtl.Circuit, *lockstep.Subset) {
	im, err := image.ParseFor(design.Default(), &diag.File{Name: "ports.image", Text: ports})
	require.NoError(t, err)
	p, err := plan.Make(im, plan.Options{Core: organisation})
	require.NoError(t, err)
	c, err := core.Generate(im, p)
	require.NoError(t, err)
	return c, lockstep.SubsetOf(p)
}

func TestRandomProgramsUseThePorts(t *testing.T) {
	for _, organisation := range []string{design.Pipe3, design.Multi} {
		c, sub := made(t, organisation)
		r, err := lockstep.Random(c, sub, lockstep.Options{Instructions: 20000, Seed: 3})
		require.NoError(t, err)
		require.Greater(t, r.Received, 20, "frames received")
		require.Greater(t, r.Sent, 10, "frames sent")
		t.Log(r)
		require.GreaterOrEqual(t, r.Instructions, 20000)
	}
}

func TestSameSeedSamePrograms(t *testing.T) {
	c, sub := made(t, design.Pipe3)
	a, err := lockstep.Random(c, sub, lockstep.Options{Instructions: 500, Seed: 5})
	require.NoError(t, err)
	b, err := lockstep.Random(c, sub, lockstep.Options{Instructions: 500, Seed: 5})
	require.NoError(t, err)
	require.Equal(t, a, b)
}

// TestStuckRegistersAreFound sets one register at a time to 0 for the whole run. The
// comparison must find a difference at some instruction.
func TestStuckRegistersAreFound(t *testing.T) {
	c, sub := made(t, design.Pipe3)
	for i, r := range c.Regs {
		if r.Name == "frame.length" || r.Name == "started" || r.Name == "record.halted" || r.Width == 1 {
			continue
		}
		bad := *c
		bad.Nodes = append([]rtl.Node(nil), c.Nodes...)
		zero := rtl.None
		for id := range bad.Nodes {
			if n := &bad.Nodes[id]; n.Kind == rtl.KConst && n.Width == r.Width && n.Imm == 0 {
				zero = rtl.ID(id)
			}
		}
		if zero == rtl.None {
			continue
		}
		bad.Body = stuck(c.Body, i, zero)
		_, err := lockstep.Random(&bad, sub, lockstep.Options{Instructions: 20000, Seed: 1})
		require.Error(t, err, r.Name)
	}
}

// stuck replaces every assignment to a register with a constant.
func stuck(list []rtl.Effect, reg int, value rtl.ID) []rtl.Effect {
	out := append([]rtl.Effect(nil), list...)
	for i := range out {
		e := &out[i]
		e.Then, e.Else = stuck(e.Then, reg, value), stuck(e.Else, reg, value)
		if e.Kind == rtl.SetReg && e.Index == reg {
			e.Value = value
		}
	}
	return out
}

func TestADifferenceShowsWhereItIs(t *testing.T) {
	c, sub := made(t, design.Multi)
	c.Nodes = append([]rtl.Node(nil), c.Nodes...)
	for i, p := range c.Probes {
		if p.Name == rtl.ProbeRetireValue {
			c.Probes[i].Node = c.Regs[0].Node
		}
	}
	_, err := lockstep.Random(c, sub, lockstep.Options{Instructions: 100, Seed: 1})
	var d *lockstep.Difference
	require.ErrorAs(t, err, &d)
	require.Contains(t, d.Error(), "value: expected")
	require.NotEmpty(t, d.Before)
}

// A record with one wrong field is found, and the difference names that field.
func TestEveryFieldIsCompared(t *testing.T) {
	for probe, field := range map[string]string{
		rtl.ProbeRetirePC: "pc", rtl.ProbeRetireInsn: "insn", rtl.ProbeRetireRd: "rd", rtl.ProbeRetireValue: "value",
		rtl.ProbeRetireAddr: "address", rtl.ProbeRetireMask: "mask", rtl.ProbeRetireData: "data",
	} {
		c, sub := made(t, design.Pipe3)
		flip(c, probe)
		_, err := lockstep.Random(c, sub, lockstep.Options{Instructions: 200, Seed: 1})
		var d *lockstep.Difference
		require.ErrorAs(t, err, &d, probe)
		require.Regexp(t, "^"+field+": expected 0x[0-9a-f]+, got 0x[0-9a-f]+$", d.What)
	}
}

// flip inverts bit 0 of a probe.
func flip(c *rtl.Circuit, probe string) {
	for i, p := range c.Probes {
		if p.Name != probe {
			continue
		}
		w, n := c.Nodes[p.Node].Width, rtl.ID(len(c.Nodes))
		c.Nodes = append(c.Nodes, rtl.Node{Kind: rtl.KConst, Width: w, Imm: 1},
			rtl.Node{Kind: rtl.KOp, Op: word.Xor, Width: w, Args: []rtl.ID{p.Node, n}})
		c.Probes[i].Node = n + 1
	}
}

func TestNoRecordNoLockstep(t *testing.T) {
	c, sub := made(t, design.Multi)
	c.Probes = nil
	_, err := lockstep.Random(c, sub, lockstep.Options{Instructions: 1})
	require.EqualError(t, err, fmt.Sprintf("circuit %s has no retire record", c.Name))
}
