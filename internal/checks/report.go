package checks

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim/observe"
	"github.com/sinter-lang/sinter/verify"
)

// ReportOptions are the options of a report.
type ReportOptions struct {
	Core   string
	World  flow.World
	Checks []string // checks of the verification; empty: none
	NoX86  bool
	Window uint64 // cycles of the pipeline and the waveform
	From   int64  // the first cycle; negative: a little before the costliest line first runs
	Sweep  string // folder of a sweep; empty: none

	Progress func(message string) // may be nil
}

// PageData is the content of a report's page: the six levels of a program and their
// connections. A place, or source position, is an index into Files and a line.
type PageData struct {
	Program string       `json:"program"`
	Core    string       `json:"core"`
	Tool    string       `json:"tool"`
	Status  string       `json:"status"`
	Cycles  uint64       `json:"cycles"`
	Causes  []string     `json:"causes"`
	Files   []PageFile   `json:"files"`
	Words   []PageWord   `json:"words"`
	IR      []PageIR     `json:"ir"`
	Choices []PageChoice `json:"choices"`
	Area    PageArea     `json:"area"`
	System  PageSystem   `json:"system"`
	Stays   [][5]uint64  `json:"stays"` // word, fetch, decode, execute, end
	Wave    string       `json:"wave"`
	Verify  []PageRow    `json:"verify"`
	Sweep   *PageSweep   `json:"sweep"`
}

// PageFile is a text to which places refer.
type PageFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Own  bool   `json:"own"` // the text belongs to the program, not to the library
}

// PageWord is an instruction: its source position, its cost, and the reason why the core has
// it.
type PageWord struct {
	File   int      `json:"f"` // -1: none
	Line   int      `json:"l"`
	Func   string   `json:"fn"`
	Asm    string   `json:"a"`
	Count  uint64   `json:"n"`
	Events uint64   `json:"e"`
	Cycles []uint64 `json:"c"` // cycles by cause
	Choice int      `json:"k"` // the line of the design point that executes it, -1: none
	Value  int      `json:"v"` // IR value
}

// PageIR is a line of the IR.
type PageIR struct {
	File int    `json:"f"`
	Line int    `json:"l"`
	Text string `json:"t"`
}

// PageChoice is a row of the design point: a part of the core and the reason for it.
type PageChoice struct {
	Key    string   `json:"key"`
	Value  string   `json:"value"`
	Reason string   `json:"reason"`
	Text   string   `json:"text"`
	Tables int      `json:"tables"` // look-up tables that exist mainly for this part
	Nets   []string `json:"nets"`
}

// PageArea is the size of the core.
type PageArea struct {
	LUTs  int `json:"luts"`
	FFs   int `json:"ffs"`
	Cells int `json:"cells"`
	Depth int `json:"depth"`
}

// PageSystem is the block diagram.
type PageSystem struct {
	Tasks    []PageTask `json:"tasks"`
	Channels []PageChan `json:"channels"`
	Devices  []PageDev  `json:"devices"`
}

// PageTask is a task instance.
type PageTask struct {
	Name    string `json:"name"`
	File    int    `json:"f"`
	Line    int    `json:"l"`
	Service bool   `json:"service"`
	Cycles  uint64 `json:"cycles"`
}

// PageChan is a channel.
type PageChan struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Cap    int    `json:"cap"`
	Writer int    `json:"writer"`
	Reader int    `json:"reader"`
}

// PageDev is a device.
type PageDev struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Task int    `json:"task"`
	Rx   bool   `json:"rx"`
	Tx   bool   `json:"tx"`
}

// PageRow is a row of the verification, with a description of the cases that the row covers.
type PageRow struct {
	verify.Row
	Covers string `json:"covers"`
}

// PageSweep is a sweep, possibly still running.
type PageSweep struct {
	Points int           `json:"points"` // points of the whole sweep
	By     []string      `json:"by"`     // names of the objectives
	Rows   []PageMeasure `json:"rows"`
}

// PageMeasure is a point that was measured.
type PageMeasure struct {
	Program string   `json:"program"`
	Point   string   `json:"point"`
	Values  []uint64 `json:"values"` // values of the objectives
	Front   bool     `json:"front"`
}

// Page collects the content of a report.
func Page(ctx context.Context, p *flow.Program, o ReportOptions) (*PageData, error) {
	say := func(message string) {
		if o.Progress != nil {
			o.Progress(message)
		}
	}
	if p.Tree.System == nil {
		return nil, flow.UserErrorf("%s declares no system: there is nothing to report", p.Name)
	}
	if p.Form > flow.FromText {
		return nil, flow.UserErrorf("%s is %s: a report begins with a source text", p.Path, p.Form)
	}
	say("running the core")
	s, err := p.Study(ctx, o.Core, o.World, o.From, o.Window)
	if err != nil {
		return nil, err
	}
	g := &pageMaker{p: p, files: map[string]int{}, data: &PageData{
		Program: p.Name, Core: o.Core, Tool: flow.Version, Cycles: s.Cycles, Status: string(s.Trace.Status), Wave: string(s.Wave),
		Verify: []PageRow{}, Stays: [][5]uint64{},
	}}
	for _, f := range p.Files {
		g.file(f)
		g.data.Files[len(g.data.Files)-1].Own = true
	}
	if err := g.levels(ctx, o.Core, s); err != nil {
		return nil, err
	}
	g.system(s)
	if len(o.Checks) > 0 {
		say("verifying")
		if err := g.verify(ctx, o); err != nil {
			return nil, err
		}
	}
	if o.Sweep != "" {
		if g.data.Sweep, err = SweepOf(o.Sweep); err != nil {
			return nil, err
		}
	}
	return g.data, nil
}

// pageMaker makes the data of a page.
type pageMaker struct {
	p     *flow.Program
	data  *PageData
	files map[string]int
}

// file is the index of a text in Files.
func (g *pageMaker) file(f *diag.File) int {
	if f == nil {
		return -1
	}
	if i, ok := g.files[f.Name]; ok {
		return i
	}
	i := len(g.data.Files)
	g.files[f.Name] = i
	g.data.Files = append(g.data.Files, PageFile{Name: f.Name, Text: f.Text})
	return i
}

// levels fills in the levels below the source.
func (g *pageMaker) levels(ctx context.Context, kind string, s *flow.Study) error {
	im, err := g.p.Image(ctx)
	if err != nil {
		return err
	}
	c, err := g.p.Core(ctx, kind)
	if err != nil {
		return err
	}
	for _, cause := range observe.Causes() {
		g.data.Causes = append(g.data.Causes, cause.String())
	}
	at := map[string]int{}
	for i, ch := range c.Point.Choices() {
		g.data.Choices = append(g.data.Choices, PageChoice{Key: ch.Key, Value: ch.Value, Reason: ch.Reason, Text: ch.Line, Nets: []string{}})
		if ch.Key == "keep" {
			at[ch.Value] = i
		}
	}
	decoder := isa.NewDecoder(im.Target.Set)
	for i := range s.Text.Words {
		w, spent := &s.Text.Words[i], s.Profile.Word(i)
		line, _ := w.Place.Position()
		row := PageWord{File: g.file(w.Place.File), Line: line, Func: w.Func, Asm: w.Asm, Count: spent.Instructions, Events: spent.Events, Cycles: spent.Cycles[:], Choice: -1, Value: im.Values[i]}
		if in, _, ok := decoder.Decode(im.Text[i]); ok {
			if k, ok := at[in.Name]; ok {
				row.Choice = k
			}
		}
		g.data.Words = append(g.data.Words, row)
	}
	for _, st := range s.Stays {
		g.data.Stays = append(g.data.Stays, [5]uint64{uint64(st.Word), st.At.Fetch, st.At.Decode, st.At.Execute, st.At.End})
	}
	if err := g.ir(); err != nil {
		return err
	}
	return g.gates(c)
}

// placed matches the source position at the end of an IR line.
var placed = regexp.MustCompile(` @"((?:[^"\\]|\\.)*)":(\d+)\.\d+$`)

// ir fills in the IR after the passes for the core, each line with its source position.
func (g *pageMaker) ir() error {
	m, err := g.p.Low()
	if err != nil {
		return err
	}
	for line := range strings.Lines(ir.Print(m)) {
		line = strings.TrimRight(line, "\n")
		row := PageIR{File: -1, Text: line}
		if at := placed.FindStringSubmatchIndex(line); at != nil {
			name, err := strconv.Unquote(line[at[2]-1 : at[3]+1])
			i, known := g.files[name]
			if err == nil && known {
				row.File, row.Text = i, line[:at[0]]
				row.Line, _ = strconv.Atoi(line[at[4]:at[5]])
			}
		}
		g.data.IR = append(g.data.IR, row)
	}
	return nil
}

// gates counts the cells that belong to each row of the design point. It also names the core's
// nets.
func (g *pageMaker) gates(c *flow.Core) error {
	price, err := g.p.Price(c)
	if err != nil {
		return err
	}
	g.data.Area = PageArea{price.LUTs, price.FFs, price.Cells, price.Depth}
	list, err := c.Netlist()
	if err != nil {
		return err
	}
	of := func(at diag.Span) *PageChoice { // the row of the design point for which a node exists
		if at.File == nil {
			return nil
		}
		line, _ := at.Position()
		text := strings.TrimSpace(strings.Split(at.File.Text, "\n")[line-1])
		for i := range g.data.Choices {
			ch := &g.data.Choices[i]
			if ch.Key == "keep" && strings.HasPrefix(text, "keep "+ch.Value+" ") {
				return ch
			}
		}
		return nil
	}
	for i := range list.Cells {
		if id := list.Cells[i].Origin; id >= 0 && int(id) < len(c.Circuit.Nodes) {
			if ch := of(c.Circuit.Nodes[id].Span); ch != nil {
				ch.Tables++
			}
		}
	}
	for i := range c.Circuit.Nodes {
		n := &c.Circuit.Nodes[i]
		if ch := of(n.Span); ch != nil && n.Name != "" && !slices.Contains(ch.Nets, n.Name) {
			ch.Nets = append(ch.Nets, n.Name)
		}
	}
	return nil
}

// system fills in the block diagram.
func (g *pageMaker) system(s *flow.Study) {
	sys := g.p.Tree.System
	out := PageSystem{Tasks: []PageTask{}, Channels: []PageChan{}, Devices: []PageDev{}}
	cycles := map[int]uint64{}
	for i := range s.Text.Words {
		cycles[s.Text.Words[i].Task] += s.Profile.Word(i).Total()
	}
	for _, r := range sys.Runs {
		line, _ := r.Task.Span.Position()
		t := PageTask{Name: r.Name, File: g.file(r.Task.Span.File), Line: line, Service: r.Service}
		t.Cycles = cycles[slices.Index(s.Text.Tasks, r.Name)]
		out.Tasks = append(out.Tasks, t)
	}
	for _, c := range sys.Chans {
		out.Channels = append(out.Channels, PageChan{Name: c.Name, Type: c.Elem.String(), Cap: c.Cap, Writer: c.Writer, Reader: c.Reader})
	}
	for _, d := range sys.Devices {
		out.Devices = append(out.Devices, PageDev{Name: d.Name, Kind: d.Kind, Task: d.Run, Rx: d.Rx, Tx: d.Tx})
	}
	g.data.System = out
}

// covers describes what a check covers.
func covers(c verify.Check) string {
	return map[verify.Check]string{
		verify.Trace:    "what this machine shows on these inputs is what the source shows: frames, bytes, levels, log, marks, traps, end",
		verify.Lockstep: "random programs of the kept lines: each retired instruction with register, address and data",
		verify.Proof:    "all states: the gates compute what the circuit does",
		verify.Net:      "what the checker proved holds in this run, checked once more",
		verify.Removal:  "what the core lacks is needed by no word of the image",
		verify.Circuit:  "all states: the core executes each kept line as it reads",
		verify.Verilog:  "the written file, read back, is the circuit",
		verify.Witness:  "an outside tool comes to the same result",
		verify.Netlist:  "the file of iCE40 cells, read back, is the circuit",
		verify.Mutation: "how many faults in the circuit the other rows notice",
	}[c]
}

func (g *pageMaker) verify(ctx context.Context, o ReportOptions) error {
	r, err := Verify(ctx, g.p, VerifyOptions{World: o.World, Cores: []string{o.Core}, Checks: o.Checks, NoX86: o.NoX86, Random: 2000, Progress: o.Progress})
	if err != nil {
		return err
	}
	for _, row := range r.Rows {
		g.data.Verify = append(g.data.Verify, PageRow{row, covers(row.Check)})
	}
	return nil
}

// SweepOf reads the results of a sweep so far.
func SweepOf(dir string) (*PageSweep, error) {
	folder := explore.Join(dir)
	m, err := explore.ReadManifest(folder.ManifestPath())
	if err == nil && m == nil {
		err = &explore.Problem{Message: dir + " holds no sweep"}
	}
	if err != nil {
		return nil, asUser(err)
	}
	by, err := explore.Objectives(m.Objectives)
	if err != nil {
		return nil, asUser(err)
	}
	rows, _, _ := folder.Rows(m)
	explore.MarkFronts(rows, by)
	out := &PageSweep{Points: len(m.Points), By: m.Objectives, Rows: []PageMeasure{}}
	for i := range rows {
		r := PageMeasure{Program: rows[i].Program, Point: rows[i].Point.String(), Front: rows[i].Front}
		for _, o := range by {
			r.Values = append(r.Values, o.Of(&rows[i].Figures))
		}
		out.Rows = append(out.Rows, r)
	}
	slices.SortStableFunc(out.Rows, func(a, b PageMeasure) int { return cmp.Compare(a.Program, b.Program) })
	return out, nil
}
