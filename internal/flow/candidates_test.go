package flow_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/isa"
)

// mixed is a loop of shifts and exclusive ors with one multiplication, so all choices matter.
const mixed = `task main() {
  var s: u32 = 1
  for i in 0..100 {
    for k in 0..4 { s = (s << 5) ^ (s >> 27) ^ (s << 11) }
    s = s + (s & 4095) * (i & 1023)
  }
  log.print("{s}")
}
system mixed { run main() }
`

func mixedFor(t *testing.T, goal flow.Goal) *flow.Program {
	o := flow.Options{Mine: flow.MineWherePays}
	require.NoError(t, o.SetGoal(string(goal)))
	p, err := flow.LoadFiles([]*diag.File{{Name: "mixed.sn", Text: mixed}}, o)
	require.NoError(t, err)
	return p
}

// TestTheGoalDecides checks that no candidate serves a goal better than the chosen
// candidate. The program then has the chosen core, which logs the same as the machine
// `source`.
func TestTheGoalDecides(t *testing.T) {
	ctx := context.Background()
	power := map[flow.Goal]float64{flow.GoalTime: 2, flow.GoalBalance: 1, flow.GoalArea: 0}
	chosen := map[flow.Goal]flow.Candidate{}
	for _, goal := range flow.Goals() {
		p := mixedFor(t, goal)
		c, err := p.Choose(ctx, flow.Auto)
		require.NoError(t, err)
		won := c.Candidates[0]
		require.True(t, won.Chosen)
		require.Equal(t, fmt.Sprint("least ", map[flow.Goal]string{flow.GoalTime: "cells × time²", flow.GoalBalance: "cells × time", flow.GoalArea: "cells"}[goal], " of ", len(c.Candidates)), won.Reason)
		for _, other := range c.Candidates[1:] {
			require.False(t, other.Chosen)
			require.GreaterOrEqual(t, float64(other.Cells)*math.Pow(other.Time, power[goal]), float64(won.Cells), "%s: %+v", goal, other)
		}
		chosen[goal] = won
		core, err := p.Core(ctx, c.Core)
		require.NoError(t, err)
		price, err := core.Price()
		require.NoError(t, err)
		require.Equal(t, []any{won.Core, won.Cells, won.Registers}, []any{core.Kind, price.Cells, core.Point.Regs.N})
		lines, err := p.MinedLines()
		require.NoError(t, err)
		require.Len(t, lines, won.Mined)
		r, err := p.Run(ctx, flow.RunOptions{Level: flow.Cycle, Core: c.Core})
		require.NoError(t, err)
		want, err := p.Run(ctx, flow.RunOptions{Level: flow.Source})
		require.NoError(t, err)
		require.Equal(t, want.Lines, r.Lines)
	}
	require.Equal(t, []string{flow.Pipe3, flow.Serial1}, []string{chosen[flow.GoalTime].Core, chosen[flow.GoalArea].Core})
	require.Positive(t, chosen[flow.GoalTime].Mined)
	require.Equal(t, "soft", chosen[flow.GoalArea].Multiplier)
	require.NotEqual(t, "soft", chosen[flow.GoalTime].Multiplier)
}

// TestABudgetLimitsTheChoice checks two budgets. If no core with a multiplier meets the budget,
// the choice is a core without a multiplier. If no core at all meets the budget, the error
// names the smallest core.
func TestABudgetLimitsTheChoice(t *testing.T) {
	ctx := context.Background()
	choose := func(goal flow.Goal, most int) (*flow.Program, *flow.Choice, error) {
		p, err := flow.LoadFiles([]*diag.File{{Name: "mixed.sn", Text: fmt.Sprintf("%sbudget { luts <= %d }\n", mixed, most)}}, flow.Options{Goal: goal})
		require.NoError(t, err)
		c, err := p.Choose(ctx, flow.Auto)
		return p, c, err
	}
	_, small, err := choose(flow.GoalArea, 10000)
	require.NoError(t, err)
	least := small.Candidates[0].LUTs
	for _, c := range small.Candidates {
		least = min(least, c.LUTs)
	}
	p, c, err := choose(flow.GoalTime, least)
	require.NoError(t, err)
	require.Equal(t, "soft", c.Candidates[0].Multiplier)
	core, err := p.Core(ctx, c.Core)
	require.NoError(t, err)
	price, err := p.Price(core)
	require.NoError(t, err)
	require.LessOrEqual(t, price.LUTs, least)
	_, _, err = choose(flow.GoalTime, least-1)
	require.ErrorContains(t, err, "E0410")
	require.ErrorContains(t, err, "the smallest core that can be had (serial1, ")
	require.ErrorContains(t, err, fmt.Sprintf("has %d LUTs, the budget is %d", least, least-1))
}

// twisted is a loop whose mined line reads three registers. Such a line needs an additional read
// port.
const twisted = `task main() {
  var a: u32 = 1
  var b: u32 = 2
  var c: u32 = 3
  for i in 0..1000 {
    c = ((a & b) ^ c) + i
    a = ((b & c) ^ a) + i
    b = ((c & a) ^ b) + i
  }
  log.print("{a}")
}
system twisted { run main() }
`

// TestMinedLinesKeepTheBudget checks that mined lines that exceed the budget are left out.
// The report gives the budget as the reason.
func TestMinedLinesKeepTheBudget(t *testing.T) {
	ctx := context.Background()
	load := func(mine, budget string) *flow.Program {
		o := flow.Options{}
		require.NoError(t, o.SetMine(mine))
		p, err := flow.LoadFiles([]*diag.File{{Name: "twisted.sn", Text: twisted + budget + "\n"}}, o)
		require.NoError(t, err)
		return p
	}
	luts := func(p *flow.Program) int {
		core, err := p.Core(ctx, flow.Pipe3)
		require.NoError(t, err)
		price, err := p.Price(core)
		require.NoError(t, err)
		return price.LUTs
	}
	plain := luts(load("off", ""))
	require.Greater(t, luts(load("auto", "")), plain)
	p := load("auto", fmt.Sprintf("budget { luts <= %d }", plain))
	require.LessOrEqual(t, luts(p), plain)
	r, err := p.MinedReport(nil)
	require.NoError(t, err)
	require.Contains(t, r.Others[0].Why, "more than the budget")
}

// TestWhereNothingIsMined checks that a user's own lines, another code generator or a given
// target disable mined lines, unless `--mine N` asks for a number of them.
func TestWhereNothingIsMined(t *testing.T) {
	mined := func(o flow.Options) int {
		p, err := flow.LoadFiles([]*diag.File{{Name: "mixed.sn", Text: mixed}}, o)
		require.NoError(t, err)
		lines, err := p.MinedLines()
		require.NoError(t, err)
		return len(lines)
	}
	set, err := isa.Parse(&diag.File{Name: "u.isa", Text: "isa u\nother R 0000000 000 0101011 rd = (rs1 shl 3) xor 5\nend\n"})
	require.NoError(t, err)
	require.Positive(t, mined(flow.Options{Mine: flow.MineWherePays}))
	require.Zero(t, mined(flow.Options{Mine: flow.MineWherePays, Lines: set}))
	require.Zero(t, mined(flow.Options{Mine: flow.MineWherePays, Backend: "llvm"}))
	require.Positive(t, mined(flow.Options{Mine: 16, Lines: set}))
	require.ErrorContains(t, (&flow.Options{}).SetGoal("speed"), "--goal wants time, area or balance, got speed")
}

// TestAreaIsTheLeast checks that no candidate of another goal has fewer cells than the core that
// is chosen for its area. In crc32t, the mined lines that save time also save cells.
func TestAreaIsTheLeast(t *testing.T) {
	for _, name := range []string{"crc32t", "sort"} {
		cells := map[flow.Goal]int{}
		for _, goal := range flow.Goals() {
			o := flow.Options{Mine: flow.MineWherePays}
			require.NoError(t, o.SetGoal(string(goal)))
			p, err := flow.Load("../../examples/"+name, o)
			require.NoError(t, err)
			c, err := p.Choose(t.Context(), flow.Auto)
			require.NoError(t, err)
			cells[goal] = c.Candidates[0].Cells
			for _, other := range c.Candidates {
				cells[goal] = min(cells[goal], other.Cells)
			}
			if goal == flow.GoalArea {
				require.Equal(t, cells[goal], c.Candidates[0].Cells)
			}
		}
		require.LessOrEqual(t, cells[flow.GoalArea], min(cells[flow.GoalTime], cells[flow.GoalBalance]), name)
	}
}
