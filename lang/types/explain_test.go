package types_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
)

// TestPages compiles both programs of the page of each code: the wrong one gets
// the code, the right one gets nothing.
func TestPages(t *testing.T) {
	text, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`"(E\d{4})"`).FindAllStringSubmatch(string(text), -1)
	if len(codes) < 50 {
		t.Fatalf("only %d codes", len(codes))
	}
	for _, c := range codes {
		page := "../../docs/errors/" + c[1] + ".md"
		wrong, right := testkit.Blocks(t, page, "sn wrong")[0], testkit.Blocks(t, page, "sn right")[0]
		if got := messages(t, wrong); !strings.Contains(got, "["+c[1]+"]") {
			t.Errorf("%s: the wrong program gets\n%s", page, got)
		}
		if got := messages(t, right); got != "" {
			t.Errorf("%s: the right program gets\n%s", page, got)
		}
	}
}

func messages(t *testing.T, text string) string {
	t.Helper()
	_, errs := types.Check([]*syntax.File{parse(t, text)}, types.Options{Settings: settings(text)})
	return diag.Render(errs)
}
