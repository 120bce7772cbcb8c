package core

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// class is a row of the cycle table. The code of the row prepares and executes one instruction
// of the class. %[1]d numbers the repetition. %[2]d is the start of the next repetition,
// counted from the first address of the text.
type class struct {
	name   string
	code   string
	before int
}

func classes() []class {
	return []class{
		{"arithmetic, logic, shift", "add x1, x2, x3", 0},
		{"multiplication", "mul x1, x2, x3", 0},
		{"load", "lw x1, 4(x0)", 0},
		{"store", "sb x1, 4(x0)", 0},
		{"branch, not taken", "bne x0, x0, out", 0},
		{"branch, taken", "beq x0, x0, l%[1]d\n  l%[1]d:", 0},
		{"jump", "jal x1, l%[1]d\n  l%[1]d:", 0},
		{"jump to a register", "jalr x1, %[2]d(x5)", 0},
		{"load of a port register, not held", "lw x1, -2048(x0)", 0},
		{"store to a port register, not held", "sw x0, -2044(x0)", 0},
		{"store to GO: 5 words sent at once", "sw x0, -2040(x0)\n    sw x6, -2036(x0)\n    sw x7, -2032(x0)", 2},
	}
}

// program repeats the code ten times between two marks. The code after the last mark never
// runs. That code gives the core all ports.
const program = `image cycles
  task main
  device eth0 eth 0 rx tx
  mark m 0
  mark other 0
  data 0 64
  text
    lui x5, 0x100
    addi x6, x0, 20
    addi x7, x0, 1
    sw x0, -2028(x0)
%s    sw x7, -2028(x0)
    sw x0, -2020(x0)
    lw x1, -2044(x0)
    sw x0, -2044(x0)
    sw x0, -2040(x0)
    sw x0, -2036(x0)
    sw x0, -2032(x0)
  out:
    sw x0, -2020(x0)
  end
end
`

// measure counts the cycles between the marks.
func measure(t *testing.T, core string, c class) int {
	const head = 4 // instructions before the first repetition
	var body strings.Builder
	for i := range 10 {
		code := c.code
		if strings.Contains(code, "%") {
			code = fmt.Sprintf(code, i, 4*(head+i+1))
		}
		body.WriteString("    " + code + "\n")
	}
	src := strings.Replace(program, "%s", body.String(), 1)
	im := load(t, src)
	m, err := cycle.NewMachine(generate(t, im, plan.Options{Core: core}), iss.CoreOf(im), world.New(&world.Script{Devices: []string{"eth0"}}), cycle.Options{})
	require.NoError(t, err)
	_, err = sim.Run(m, 10000)
	require.NoError(t, err)
	return int(m.Timings()[0].Cycles)
}

// TestCycleTable measures the cycles of each class and compares the cycles with the table of
// docs/hardware.md.
func TestCycleTable(t *testing.T) {
	page, err := os.ReadFile("../../docs/hardware.md")
	require.NoError(t, err)
	for _, c := range classes() {
		row := "| " + c.name + " |"
		for _, core := range cores() {
			base := map[string]int{design.Pipe3: 1, design.Multi: 3, design.Serial1: 35, design.Serial2: 19, design.Serial4: 11}[core]
			n := measure(t, core, c) - base // the mark that ends
			require.Zero(t, n%10, "%s %s: %d", core, c.name, n)
			row += fmt.Sprintf(" %d |", n/10-c.before*base)
		}
		require.Contains(t, string(page), row+"\n")
	}
}
