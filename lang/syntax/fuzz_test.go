package syntax

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sinter-lang/sinter/internal/diag"
)

// seeds adds all texts of the other tests to a fuzz target.
func seeds(f *testing.F) {
	for _, name := range files(f, "testdata/programs/*.sn") {
		f.Add(read(f, name))
	}
	for _, pattern := range []string{"testdata/errors/*.txtar", "testdata/format/*.txtar"} {
		for _, name := range files(f, pattern) {
			f.Add(parts(f, name)["in.sn"])
		}
	}
	f.Add("fn f() { (\n[\n{ \xff\x00 }")
}

// FuzzParse checks that any sequence of bytes gives a tree or an error. Render must draw the
// error, and all source positions must lie in the text.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		file, errs := Parse(source(text))
		for _, e := range errs {
			if e.Span.Start < 0 || e.Span.End > len(text) || e.Span.Start > e.Span.End {
				t.Fatalf("%v has the place %d to %d of %d", e, e.Span.Start, e.Span.End, len(text))
			}
		}
		for _, d := range file.Decls {
			if at := d.Span(); at.Start < 0 || at.End > len(text) || at.Start >= at.End {
				t.Fatalf("a declaration is at %d to %d of %d", at.Start, at.End, len(text))
			}
		}
		diag.Render(errs.Err())
	})
}

// FuzzFormat checks the properties of the formatter: the formatter keeps tokens, comments and the
// tree, and formatting a formatted text changes nothing.
func FuzzFormat(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		before, errs := Parse(source(text))
		if errs != nil {
			return
		}
		once := Format(before)
		after, errs := Parse(source(once))
		if errs != nil {
			t.Fatalf("formatted text fails:\n%s\n%s", diag.Render(errs), once)
		}
		if a, b := tokenTexts(before), tokenTexts(after); a != b {
			t.Fatalf("tokens changed:\n%s", cmp.Diff(a, b))
		}
		if diff := cmp.Diff(before, after, withoutPlaces); diff != "" {
			t.Fatalf("the tree changed:\n%s", diff)
		}
		if twice := Format(after); twice != once {
			t.Fatalf("not idempotent:\n%s", cmp.Diff(once, twice))
		}
	})
}

// tokenTexts lists the tokens and comments of a file. A line end and a semicolon count as the
// same separator. Separators at the beginning, at the end or beside another separator are
// left out.
func tokenTexts(f *File) string {
	var b strings.Builder
	separate := false
	last := "{"
	for _, t := range f.tokens {
		text := f.Source.Text[t.start:t.end]
		if t.kind == kindSep {
			separate = true
			continue
		}
		if separate && t.kind != kindComment && text != "}" && last != "{" {
			b.WriteString("<sep>\n")
		}
		separate = separate && t.kind == kindComment
		if t.kind != kindComment {
			last = text
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}
