package flow_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
)

func TestTryMine(t *testing.T) {
	ctx := context.Background()
	n := 8
	if s := os.Getenv("MINEN"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for _, path := range strings.Fields(os.Getenv("MINE")) {
		var fig [2]map[string]float64
		for k, lines := range []int{0, n} {
			at := time.Now()
			p, err := flow.Load(path, flow.Options{Mine: lines})
			require.NoError(t, err)
			w := flow.World{}
			if silent, _ := p.Silent(w); len(silent) > 0 {
				for _, s := range silent {
					w.Captures = append(w.Captures, s+"="+os.Getenv("CAP"))
				}
			}
			c, err := p.Core(ctx, flow.Pipe3)
			require.NoError(t, err)
			took := time.Since(at)
			price, err := p.Price(c)
			require.NoError(t, err)
			r, err := p.Run(ctx, flow.RunOptions{Level: flow.Cycle, Core: flow.Pipe3, World: w})
			require.NoError(t, err)
			fig[k] = r.Figures
			fmt.Printf("%s mine %d: cells %d luts %d depth %d %s; took %s shifts %s\n", p.Name, lines, price.Cells, price.LUTs, price.Depth, fmt.Sprint(r.Figures), took, c.Point.Shifts)
			if lines > 0 {
				m, _ := p.Mined()
				fmt.Println("   ", m.Limited, len(m.Chosen), len(m.Others))
				for _, c := range m.Chosen {
					s := c.Line.String()
					if len(s) > 150 {
						s = s[:150] + "..."
					}
					fmt.Printf("    %.3f %d %d %s\n", c.Saved, c.LUTs, c.Depth, s)
				}
			}
		}
		k := "cycles"
		if fig[0]["cycles.kernel"] > 0 {
			k = "cycles.kernel"
		}
		fmt.Printf("== %s %s %.3f\n", path, k, fig[0][k]/fig[1][k])
	}
}
