package source_test

import (
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

func check(t testing.TB, text string, settings ...types.Setting) *tree.Program {
	t.Helper()
	f, errs := syntax.Parse(&diag.File{Name: "t.sn", Text: text})
	if errs.Err() != nil {
		t.Fatal(diag.Render(errs))
	}
	p, errs := types.Check([]*syntax.File{f}, types.Options{Settings: settings})
	if p == nil {
		t.Fatal(diag.Render(errs))
	}
	return p
}

func run(t testing.TB, p *tree.Program, s *world.Script) *trace.Trace {
	t.Helper()
	m, err := source.New(p, world.New(s))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := sim.Run(m, 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// show prints the events of a trace without its first and last lines.
func show(tr *trace.Trace) string {
	lines := strings.Split(strings.TrimSpace(trace.Print(tr)), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines[1:len(lines)-1], "\n")
}

// mainOf makes a program from declarations and the body of one task.
func mainOf(decls, body string) string {
	return decls + "\ntask main() {\n" + body + "\n}\nsystem s { run main() }\n"
}

// logs runs the body of a task and returns what it logged.
func logs(t testing.TB, decls, body string) string {
	t.Helper()
	tr := run(t, check(t, mainOf(decls, body)), nil)
	var out []string
	for _, e := range tr.Events {
		switch e.Kind {
		case trace.Log:
			out = append(out, e.Text)
		case trace.Trap:
			out = append(out, "trap "+e.Code)
		}
	}
	return strings.Join(out, " ")
}

func BenchmarkStatements(b *testing.B) {
	p := check(b, mainOf(`fn kernel(n: u32) -> u32 {
  var c: u32 = 0xffffffff
  for i in 0..n {
    c = c ^ (i & 255)
    for k in 0..8 {
      c = (c >> 1) ^ (0xedb88320 & -(c & 1))
    }
  }
  return c
}`, `var r: u32 = 0
  r = kernel(1000000)
  log.print("{r}")`))
	for b.Loop() {
		run(b, p, nil)
	}
	b.ReportMetric(10e6*float64(b.N)/b.Elapsed().Seconds(), "statements/s")
}

// The count of statements follows the text, and every iteration of a loop counts again.
func TestStatementsAreCounted(t *testing.T) {
	count := func(body string) uint64 {
		m, err := source.New(check(t, mainOf("", body)), world.New(nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sim.Run(m, 0); err != nil {
			t.Fatal(err)
		}
		return m.Statements()
	}
	loop := func(rounds string) string {
		return "var x: u32 = 0\nfor i in 0.." + rounds + " { x = x + i }\nlog.print(\"{x}\")"
	}
	few, many := count(loop("10")), count(loop("1010"))
	if n := many - few; n < 1000 || n > 2000 {
		t.Errorf("1000 rounds more are %d statements", n)
	}
}
