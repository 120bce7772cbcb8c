package explore

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// Sizes of the picture in tenths of a pixel. All arithmetic uses whole numbers, so the
// picture is the same on every computer.
const (
	panelWidth  = 4600
	panelHeight = 3200
	marginLeft  = 800
	marginRight = 360 // half of the label of the last tick
	marginTop   = 400
	marginFoot  = 560
	headHeight  = 440
	perRow      = 2
	ticks       = 4
)

// SVG draws the points of each program in a separate panel. The first objective grows to the
// right and the second one upwards. The front is drawn as a line of steps.
func SVG(rows []Row, by []Objective) []byte {
	var programs []string
	for i := range rows {
		if !slices.Contains(programs, rows[i].Program) {
			programs = append(programs, rows[i].Program)
		}
	}
	across := min(perRow, max(1, len(programs)))
	down := (len(programs) + perRow - 1) / perRow
	d := &drawing{by: by}
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" font-family="sans-serif" font-size="11">`,
		px(across*panelWidth), px(headHeight+down*panelHeight))
	d.printf(`<style>text{fill:#333}.grid{stroke:#ddd}.front{fill:none;stroke:#333;stroke-width:1.2}.multi{fill:#3b6fb6}.pipe3{fill:#d0662f}.off{opacity:.35}` +
		`@media (prefers-color-scheme:dark){svg{background:#181818}text{fill:#ddd}.grid{stroke:#444}.front{stroke:#ddd}}</style>`)
	d.printf(`<circle class="multi" cx="20" cy="20" r="4"/><text x="30" y="24">multi</text><circle class="pipe3" cx="80" cy="20" r="4"/><text x="90" y="24">pipe3</text>` +
		`<path class="front" d="M140 20H164"/><text x="170" y="24">Pareto front</text>`)
	for n, name := range programs {
		var own []Row
		for i := range rows {
			if rows[i].Program == name {
				own = append(own, rows[i])
			}
		}
		d.panel(name, own, n%perRow*panelWidth, headHeight+n/perRow*panelHeight)
	}
	d.printf("</svg>")
	return []byte(d.String())
}

// drawing is a picture under construction.
type drawing struct {
	strings.Builder
	by []Objective
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// px prints tenths of a pixel.
func px(tenths int) string { return fmt.Sprintf("%d.%d", tenths/10, tenths%10) }

// scale maps a range of values to a range of the picture.
type scale struct {
	low, high uint64
	from, to  int
}

// scaleOf adds a tenth of the range at both ends.
func scaleOf(rows []Row, o Objective, from, to int) scale {
	s := scale{low: o.Of(&rows[0].Figures), high: o.Of(&rows[0].Figures), from: from, to: to}
	for i := range rows {
		v := o.Of(&rows[i].Figures)
		s.low, s.high = min(s.low, v), max(s.high, v)
	}
	more := (s.high-s.low)/10 + 1
	s.low, s.high = s.low-min(s.low, more), s.high+more
	return s
}

func (s scale) at(v uint64) int {
	// In units of 2^-16 of the range, so that large values do not overflow.
	part := int64(float64(v-s.low) / float64(s.high-s.low) * (1 << 16))
	return s.from + int(int64(s.to-s.from)*part>>16)
}

// ticks are the multiples of 1, 2 or 5 times a power of ten in the range, at most a few.
func (s scale) ticks() (out []uint64) {
	step := uint64(1)
	for k := 0; (s.high-s.low)/step > ticks; k++ {
		step = step * []uint64{2, 5, 2}[k%3] / []uint64{1, 2, 1}[k%3]
	}
	for v := (s.low + step - 1) / step * step; v <= s.high; v += step {
		out = append(out, v)
	}
	return out
}

func (d *drawing) panel(name string, rows []Row, left, top int) {
	x := scaleOf(rows, d.by[0], left+marginLeft, left+panelWidth-marginRight)
	y := scaleOf(rows, d.by[1], top+panelHeight-marginFoot, top+marginTop)
	d.printf(`<text x="%s" y="%s" font-weight="bold">%s</text>`, px(x.from), px(y.to-120), html.EscapeString(name))
	for _, v := range x.ticks() {
		d.printf(`<path class="grid" d="M%s %sV%s"/><text x="%s" y="%s" text-anchor="middle">%d</text>`, px(x.at(v)), px(y.from), px(y.to), px(x.at(v)), px(y.from+160), v)
	}
	for _, v := range y.ticks() {
		d.printf(`<path class="grid" d="M%s %sH%s"/><text x="%s" y="%s" text-anchor="end">%d</text>`, px(x.from), px(y.at(v)), px(x.to), px(x.from-60), px(y.at(v)+40), v)
	}
	d.printf(`<text x="%s" y="%s" text-anchor="middle">%s (%s)</text>`, px((x.from+x.to)/2), px(y.from+340), d.by[0].Name, d.by[0].Unit)
	d.printf(`<text x="%s" y="%s" text-anchor="middle" transform="rotate(-90 %s %s)">%s (%s)</text>`,
		px(left+140), px((y.from+y.to)/2), px(left+140), px((y.from+y.to)/2), d.by[1].Name, d.by[1].Unit)
	d.steps(rows, x, y)
	for i := range rows {
		r := &rows[i]
		vx, vy := d.by[0].Of(&r.Figures), d.by[1].Of(&r.Figures)
		class := r.Point.Get(Organisation)
		if !r.Front {
			class += " off"
		}
		d.printf(`<circle class="%s" cx="%s" cy="%s" r="4"><title>%s: %d %s, %d %s</title></circle>`,
			class, px(x.at(vx)), px(y.at(vy)), html.EscapeString(r.Point.String()), vx, d.by[0].Unit, vy, d.by[1].Unit)
	}
}

// steps draws the front: to the right of each point, down to the next.
func (d *drawing) steps(rows []Row, x, y scale) {
	var front [][2]uint64
	for i := range rows {
		if rows[i].Front {
			front = append(front, [2]uint64{d.by[0].Of(&rows[i].Figures), d.by[1].Of(&rows[i].Figures)})
		}
	}
	slices.SortFunc(front, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
	var path strings.Builder
	for i, p := range front {
		if i == 0 {
			fmt.Fprintf(&path, "M%s %s", px(x.at(p[0])), px(y.at(p[1])))
			continue
		}
		fmt.Fprintf(&path, "H%sV%s", px(x.at(p[0])), px(y.at(p[1])))
	}
	d.printf(`<path class="front" d="%s"/>`, path.String())
}
