package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// block is a fenced piece of a page. The text after the opening fence gives its kind:
//
//	sn              declarations that check
//	sn body         statements of a task that check
//	sn run          a program, or statements, whose log lines are the block
//	                `output` that follows, on the source machine and on the IR
//	                before and after its passes, with ten seconds for its timers
//	sn error E0305  a program that the checker refuses with this code
//	output          the log lines of the program before it, and how the run ends
//	text, sh, ...   the test ignores the block
type block struct {
	kind string
	text string
	line int
}

// blocks splits a page into its blocks.
func blocks(t *testing.T, path string) []block {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var out []block
	var open *block
	for n, line := range strings.Split(string(data), "\n") {
		fence, is := strings.CutPrefix(line, "```")
		switch {
		case is && open == nil:
			open = &block{kind: strings.TrimSpace(fence), line: n + 1}
		case is:
			out = append(out, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	require.Nil(t, open, "a fence is not closed")
	return out
}

// pages are the documents about the language.
func pages() []string { return []string{"language.md", "tour.md"} }

func TestPrograms(t *testing.T) {
	for _, page := range pages() {
		list := blocks(t, page)
		for n, b := range list {
			kind, code, _ := strings.Cut(b.kind, " ")
			if kind != "sn" {
				continue
			}
			t.Run(fmt.Sprintf("%s:%d", page, b.line), func(t *testing.T) {
				t.Parallel()
				text := whole(b.text)
				switch {
				case code == "run":
					require.Equal(t, "output", list[n+1].kind, "the output must follow")
					runs(t, text, list[n+1].text)
				case strings.HasPrefix(code, "error "):
					_, list := check(text)
					require.Contains(t, codesOf(list), strings.TrimPrefix(code, "error "))
				default:
					p, list := check(text)
					require.NotNil(t, p, "%v", list)
				}
				formatted, bad := syntax.FormatSource(&diag.File{Name: "page.sn", Text: b.text})
				if bad.Err() == nil { // statements alone are not a complete file
					require.Equal(t, formatted, b.text, "not as sinter fmt writes it")
				}
			})
		}
	}
}

// declaration matches the beginning of a program that is not a list of statements.
var declaration = regexp.MustCompile(`(?m)^(use|const|config|type|struct|enum|layout|fn|task|system|test|budget) `)

// whole makes a program from statements.
func whole(text string) string {
	if declaration.MatchString(text) {
		return text
	}
	return "task page() {\n" + text + "}\n\nsystem page {\n  run page()\n}\n"
}

func check(text string) (*tree.Program, diag.List) {
	f, list := syntax.Parse(&diag.File{Name: "page.sn", Text: text})
	if list.Err() != nil {
		return nil, list
	}
	return types.Check([]*syntax.File{f}, types.Options{})
}

func codesOf(list diag.List) []string {
	var codes []string
	for _, e := range list {
		codes = append(codes, string(e.Code))
	}
	return codes
}

// runs runs a program on the machines that need no backend.
func runs(t *testing.T, text, want string) {
	p, list := check(text)
	require.NotNil(t, p, "%v", list)
	until := uint64(10_000_000)
	fresh := func() *world.World {
		s := &world.Script{Until: &until}
		for _, d := range p.System.Devices {
			s.Devices, s.Disks, s.Buses = append(s.Devices, d.Name), append(s.Disks, nil), append(s.Buses, nil)
			if port.Exchanges(d.Kind) {
				s.Buses[len(s.Buses)-1] = world.NewBus(port.Find(d.Kind))
			}
			if port.KeepsBlocks(d.Kind) {
				s.Disks[len(s.Disks)-1] = world.NewDisk(make([]byte, world.DiskSectors*world.SectorSize))
			}
		}
		return world.New(s)
	}
	m, err := source.New(p, fresh())
	require.NoError(t, err)
	require.Equal(t, want, logged(t, m), "on source")
	for _, passes := range [][]pass.Pass{nil, pass.List()} {
		module, err := lower.Lower(p)
		require.NoError(t, err)
		require.NoError(t, pass.Run(module, passes, pass.Options{Check: true}))
		m, err := program.New(module, fresh())
		require.NoError(t, err)
		require.Equal(t, want, logged(t, m), "on ir, %d passes", len(passes))
	}
}

// logged runs a machine and returns its log lines. A line begins with the task's name if
// several tasks log. If not all tasks have ended, the last line says how the run ended.
func logged(t *testing.T, m sim.Machine) string {
	tr, err := sim.Run(m, 10_000_000)
	require.NoError(t, err)
	tasks := map[string]bool{}
	for _, e := range tr.Events {
		if e.Kind == trace.Log || e.Kind == trace.Trap {
			tasks[e.Task] = true
		}
	}
	var b strings.Builder
	for _, e := range tr.Events {
		prefix := ""
		if len(tasks) > 1 {
			prefix = e.Task + ": "
		}
		switch e.Kind {
		case trace.Log:
			b.WriteString(prefix + e.Text + "\n")
		case trace.Trap:
			b.WriteString(prefix + "trap " + e.Code + "\n")
		}
	}
	if tr.Status != trace.Ended && tr.Status != trace.Trapped {
		fmt.Fprintf(&b, "(%s)\n", tr.Status)
	}
	return b.String()
}
