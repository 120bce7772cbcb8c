package board

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// without removes the source positions from a board, because printing and parsing change the
// source positions.
var without = cmp.Options{cmpopts.IgnoreFields(Pin{}, "Span"), cmpopts.IgnoreUnexported(Part{})}

// TestBoards checks that Parse reads every board of the tool, and reads it again from its
// printed text.
func TestBoards(t *testing.T) {
	onDisk, err := filepath.Glob("boards/*.board")
	require.NoError(t, err)
	require.Len(t, onDisk, len(Names()))
	for _, name := range Names() {
		b, err := Find(name)
		require.NoError(t, err)
		require.Equal(t, name, b.Name)
		require.NotNil(t, b.Pin("led0"), name)
		require.NotNil(t, b.Pin("button0"), name)
		require.NotNil(t, b.Pin("uart_tx"), name)
		require.Same(t, b.Pin("led0"), b.Pin(b.Pin("led0").Site))
		again, err := Parse(&diag.File{Name: name, Text: Print(b)})
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(b, again, without))
	}
	_, err = Find("door")
	require.ErrorContains(t, err, "there are icebreaker, tinyfpga-bx")
}

// TestSites compares the sites of the packages with the placer's database.
func TestSites(t *testing.T) {
	const folder = "/usr/share/fpga-icestorm/chipdb"
	if _, err := os.Stat(folder); err != nil {
		testkit.Skip(t, "the chip data base is not installed (apt-get install fpga-icestorm-chipdb)")
	}
	for _, p := range Parts() {
		if p.Family != ICE40 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, "chipdb-"+p.Name[2:]+".txt"))
		require.NoError(t, err)
		list, err := sites(p.Name, p.packages[0])
		require.NoError(t, err)
		_, rest, ok := strings.Cut(string(data), ".pins "+p.packages[0]+"\n")
		require.True(t, ok)
		rest, _, _ = strings.Cut(rest, "\n\n")
		var want []string
		for _, line := range strings.Split(rest, "\n") {
			if f := strings.Fields(line); len(f) == 4 {
				want = append(want, f[0])
			}
		}
		slices.Sort(want)
		slices.Sort(list)
		require.Equal(t, want, list, p.Name)
	}
}

// small is a board with a line that a case replaces.
const small = `board b
  title "B"
  part up5k package sg48
  constraints pcf
  programmer iceprog
  clock pin 35 hz 12000000 pll pad
  pin led0 at 11 out low
  pin led1 at 37
end
`

// TestMistakes checks that each mistake in a board file is an error with its position.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"at 37", "at 99", "b.board:8:15: error: the package sg48 of up5k has no pin 99"},
		{"at 37", "at 11", "b.board:8:15: error: the pin 11 has a wire already"},
		{"at 37", "at 35", "b.board:8:15: error: the pin 35 has a wire already"},
		{"pin led1", "pin led0", "b.board:8:7: error: there is a pin led0 already"},
		{"at 37", "at 37 sideways", "b.board:8:18: error: expected the end of the line, found `sideways`"},
		{"at 37", "at 37 pull left", "b.board:8:23: error: the resistor is one of up, down, got `left`"},
		{"at 37", "at 37 pull down", "b.board:8:18: error: up5k has resistors to the supply only"},
		{"at 37", "37", "b.board:8:12: error: expected `at`, found `37`"},
		{"up5k", "up6k", "b.board:3:8: error: the part is one of up5k, lp8k, hx8k, lfe5u-25f, lfe5u-45f, lfe5u-85f, xc7a35t, got `up6k`"},
		{"sg48", "ct256", "b.board:3:21: error: the package of up5k is one of sg48, got `ct256`"},
		{"pcf", "ucf", "b.board:4:15: error: the form of constraints is one of pcf, lpf, xdc, got `ucf`"},
		{"iceprog", "avrdude", "b.board:5:14: error: the programmer is one of iceprog, tinyprog, openFPGALoader, got `avrdude`"},
		{"12000000", "12", "b.board:6:19: error: the frequency of the clock in Hz is in 2000000..1000000000, got 12"},
		{"pll pad", "pll star", "b.board:6:32: error: the primitive of the PLL is one of pad, core, got `star`"},
		{"title", "tytle", "b.board:2:3: error: a board has no `tytle`; it has title, part, constraints, programmer, clock and pin"},
		{"  title \"B\"\n", "", "b.board:1:7: error: board b does not say its `title`"},
		{"  constraints pcf\n", "  constraints pcf\n  constraints pcf\n", "b.board:5:3: error: `constraints` stands twice"},
		{"end\n", "", "b.board:9:1: error: expected a statement of a board, or `end`, found end of text"},
		{"end\n", "end\nmore\n", "b.board:10:1: error: expected the end of the file after `end`, found `more`"},
	} {
		require.Contains(t, small, c.old)
		_, err := Parse(&diag.File{Name: "b.board", Text: strings.Replace(small, c.old, c.new, 1)})
		require.EqualError(t, err, c.want)
	}
	_, err := Parse(&diag.File{Name: "b.board", Text: strings.Replace(small, "  part up5k package sg48\n", "", 1)})
	require.ErrorContains(t, err, "`part` stands before the first pin")
}

// TestGrid checks the sites of a package that has no list of sites. The sites of such a package
// follow from its rows and columns.
func TestGrid(t *testing.T) {
	for site, want := range map[string]bool{"A1": true, "Y20": true, "I3": false, "A21": false, "A0": false, "A": false, "1A": false, "A01": false, "A1x": false, "": false} {
		ok, err := isSite("lfe5u-25f", "cabga381", site)
		require.NoError(t, err)
		require.Equal(t, want, ok, site)
	}
}

// TestNearest checks that the result is the smallest part that holds a design.
func TestNearest(t *testing.T) {
	up5k := Parts()[0]
	p, ok := Need{Cells: 6000, Blocks: 31}.Nearest(up5k)
	require.True(t, ok)
	require.Equal(t, "lp8k", p.Name)
	p, ok = Need{Cells: 100, Blocks: 40}.Nearest(up5k)
	require.True(t, ok)
	require.Equal(t, "xc7a35t", p.Name, "blocks count by their bits")
	_, ok = Need{Cells: 1 << 20}.Nearest(up5k)
	require.False(t, ok)
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	for _, name := range Names() {
		b, err := Find(name)
		require.NoError(f, err)
		f.Add(Print(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Parse(&diag.File{Name: "b.board", Text: text})
		if err != nil {
			return
		}
		again, err := Parse(&diag.File{Name: "b.board", Text: Print(b)})
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(b, again, without))
	})
}
