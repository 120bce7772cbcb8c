package periph

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestPLL checks settings, and frequencies that are refused with the nearest one.
func TestPLL(t *testing.T) {
	p, err := FindPLL(twelve, Hz{39_000_000, 1})
	require.NoError(t, err)
	require.Equal(t, [4]int{0, 51, 4, 1}, [4]int{p.DivR, p.DivF, p.DivQ, p.Filter})
	require.True(t, p.Out.Same(Hz{39_000_000, 1}))
	for want, text := range map[uint64]string{
		40_000_000:  "no setting of the PLL makes 40 MHz from 12 MHz; the nearest is 39.75 MHz",
		300_000_000: "the PLL makes 16 to 275 MHz, so 300 MHz is out of its reach; the nearest is 270 MHz",
		5_000_000:   "the PLL makes 16 to 275 MHz, so 5 MHz is out of its reach; the nearest is 16.125 MHz",
	} {
		_, err := FindPLL(twelve, Hz{want, 1})
		require.EqualError(t, err, text)
	}
	_, err = FindPLL(Hz{5_000_000, 1}, twelve)
	require.EqualError(t, err, "the PLL cannot use a clock of 5 MHz: its input has 10 to 133 MHz")
}

// TestPLLWitness compares FindPLL with icepll. If icepll makes a frequency exactly, the
// settings of FindPLL make it too. If icepll makes only another frequency, the error of FindPLL
// names that frequency.
func TestPLLWitness(t *testing.T) {
	icepll := testkit.Tool(t, "icepll")
	field := func(out []byte, name string) string {
		m := regexp.MustCompile(`(?m)^`+name+`:\s*([0-9.]+)[^\n]*`).FindAllSubmatch(out, -1)
		require.NotEmpty(t, m, "%s in %s", name, out)
		return string(m[len(m)-1][1])
	}
	for _, ref := range []uint64{12, 16, 25} {
		for want := uint64(17); want < 270; want += 23 {
			out, err := exec.Command(icepll, "-i", fmt.Sprint(ref), "-o", fmt.Sprint(want)).CombinedOutput()
			require.NoError(t, err)
			achieved, err := strconv.ParseFloat(field(out, "F_PLLOUT"), 64)
			require.NoError(t, err)
			p, err := FindPLL(Hz{ref * 1_000_000, 1}, Hz{want * 1_000_000, 1})
			if achieved != float64(want) {
				require.Error(t, err)
				_, nearest, _ := strings.Cut(err.Error(), "the nearest is ")
				ours, err := strconv.ParseFloat(strings.TrimSuffix(nearest, " MHz"), 64)
				require.NoError(t, err)
				require.InDelta(t, achieved, ours, 0.001)
				continue
			}
			require.NoError(t, err)
			require.InDelta(t, achieved, p.Out.MHz(), 0.0005)
			require.Equal(t, field(out, "FILTER_RANGE"), fmt.Sprint(p.Filter))
		}
	}
}
