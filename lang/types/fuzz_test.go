package types_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
)

// seeds are all programs of the tests and examples, except programs whose constants reach the
// limit of compile-time evaluation.
func seeds(t testing.TB) []string {
	t.Helper()
	var list []string
	for _, pattern := range []string{"testdata/errors/*.txtar", "testdata/programs/*.txtar"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if text := string(txtar.Parse(data).Files[0].Data); !strings.Contains(text, "4294967295") {
				list = append(list, text)
			}
		}
	}
	names, _ := filepath.Glob("../../examples/*/*.sn")
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(data))
	}
	if len(list) < 50 {
		t.Fatalf("only %d seeds", len(list))
	}
	return list
}

// checkAny checks any text. Even after parse errors, it gives the parsed parts to the checker.
func checkAny(t testing.TB, text string) {
	f, parseErrs := syntax.Parse(&diag.File{Name: "in.sn", Text: text})
	p, errs := types.Check([]*syntax.File{f}, types.Options{})
	if (p == nil) != (errs.Err() != nil) {
		t.Fatalf("program %v with errors %v", p != nil, errs)
	}
	for _, e := range errs {
		if e.Message == "" || e.Code == "" {
			t.Fatalf("a diagnostic without message or code: %+v", e)
		}
	}
	_ = diag.Render(append(parseErrs, errs...))
}

func FuzzCheck(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 1<<14 {
			checkAny(t, text)
		}
	})
}

// TestMutations checks programs with changed tokens. Each program must give a tree or errors, and
// never a panic.
func TestMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	list := seeds(t)
	words := testkit.Tokens(strings.Join(list, "\n"))
	for n := range 6000 {
		checkAny(t, testkit.Mutate(r, testkit.Tokens(list[n%len(list)]), words))
	}
}
