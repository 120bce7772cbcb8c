package board

import (
	"fmt"
	"slices"
	"strings"
)

// Family is a group of parts that share tools and primitives.
type Family string

// The families.
const (
	ICE40  Family = "ice40"
	ECP5   Family = "ecp5"
	Xilinx Family = "xilinx"
)

// Part is a chip and its resources.
type Part struct {
	Name   string
	Family Family
	Cells  int // a look-up table with a flip-flop
	Blocks int // of block RAM
	Bits   int // of a block
	DSPs   int
	SPRAMs int

	packages []string
}

// Parts lists the parts, the smallest of each family first.
func Parts() []Part {
	return []Part{
		{"up5k", ICE40, 5280, 30, 4096, 8, 4, []string{"sg48"}},
		{"lp8k", ICE40, 7680, 32, 4096, 0, 0, []string{"cm81"}},
		{"hx8k", ICE40, 7680, 32, 4096, 0, 0, []string{"ct256"}},
		{"lfe5u-25f", ECP5, 24288, 56, 18432, 28, 0, []string{"cabga381"}},
		{"lfe5u-45f", ECP5, 43848, 108, 18432, 72, 0, []string{"cabga381"}},
		{"lfe5u-85f", ECP5, 83640, 208, 18432, 156, 0, []string{"cabga381"}},
		{"xc7a35t", Xilinx, 20800, 50, 36864, 90, 0, []string{"csg324"}},
	}
}

// Need lists the resources of a part that a design uses.
type Need struct{ Cells, Blocks, DSPs, SPRAMs int }

// Fits reports whether part p has the resources of a design that was made for the part `from`.
// RAM blocks differ in size between parts. So Fits compares the number of bits in all blocks,
// and not the number of blocks.
func (n Need) Fits(from, p Part) bool {
	blocks := (n.Blocks*from.Bits + p.Bits - 1) / p.Bits
	return n.Cells <= p.Cells && blocks <= p.Blocks && n.DSPs <= p.DSPs && n.SPRAMs <= p.SPRAMs
}

// Nearest is the smallest part that holds a design made for another part.
func (n Need) Nearest(from Part) (Part, bool) {
	parts := Parts()
	slices.SortStableFunc(parts, func(a, b Part) int { return a.Cells - b.Cells })
	for _, p := range parts {
		if n.Fits(from, p) {
			return p, true
		}
	}
	return Part{}, false
}

// sites lists the sites of a package that a wire may use. The list is nil if only the form of
// the site names is known.
func sites(part, pack string) ([]string, error) {
	text, err := files.ReadFile("packages.txt")
	if err != nil {
		return nil, fmt.Errorf("packages: %w", err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) > 2 && f[0] == part && f[1] == pack {
			return f[2:], nil
		}
	}
	return nil, nil
}

// grids are the rows and the columns of packages whose site lists are not available.
var grids = map[string]struct {
	rows    string
	columns int
}{
	"cabga381": {"ABCDEFGHJKLMNPRTUVWY", 20},
	"csg324":   {"ABCDEFGHJKLMNPRTUV", 18},
}

// isSite reports whether a package has a site.
func isSite(part, pack, site string) (bool, error) {
	list, err := sites(part, pack)
	if err != nil || list != nil {
		return slices.Contains(list, site), err
	}
	g := grids[pack]
	column := 0
	if len(site) < 2 || !strings.Contains(g.rows, site[:1]) {
		return false, nil
	}
	if n, err := fmt.Sscanf(site[1:], "%d", &column); n != 1 || err != nil || fmt.Sprint(column) != site[1:] {
		return false, nil
	}
	return column >= 1 && column <= g.columns, nil
}
