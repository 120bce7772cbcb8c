package diag_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
)

func file(text string) *diag.File { return &diag.File{Name: "a.sn", Text: text} }

// at is the span of the first occurrence of part.
func at(f *diag.File, part string) diag.Span {
	i := strings.Index(f.Text, part)
	return diag.Span{File: f, Start: i, End: i + len(part)}
}

func TestPosition(t *testing.T) {
	f := file("one\ntwo\n")
	for _, c := range []struct{ start, line, col int }{{0, 1, 1}, {3, 1, 4}, {4, 2, 1}, {8, 3, 1}, {99, 3, 1}, {-1, 1, 1}} {
		line, col := diag.Span{File: f, Start: c.start}.Position()
		require.Equal(t, [2]int{c.line, c.col}, [2]int{line, col}, "offset %d", c.start)
	}
	require.Equal(t, "a.sn:2.1", diag.Span{File: f, Start: 4}.String())
	require.Equal(t, "-", diag.Span{}.String())
}

func TestTo(t *testing.T) {
	f, g := file("abcdef"), file("xyz")
	a, c := at(f, "a"), at(f, "c")
	require.Equal(t, diag.Span{File: f, Start: 0, End: 3}, a.To(c))
	require.Equal(t, diag.Span{File: f, Start: 0, End: 3}, c.To(a))
	require.Equal(t, a, a.To(at(g, "x")))
	require.Equal(t, c, diag.Span{}.To(c))
}

func TestErrorIsOneLine(t *testing.T) {
	f := file("let x = 1\n")
	require.Equal(t, "a.sn:1:5: error[E0201]: no such name", diag.Errorf("E0201", at(f, "x"), "no such name").Error())
	require.Equal(t, "warning: odd", diag.Warningf("", diag.Span{}, "odd").Error())
}

func TestListErrCountsErrorsOnly(t *testing.T) {
	var l diag.List
	require.NoError(t, l.Err())
	l.Add(diag.Warningf("", diag.Span{}, "odd"))
	require.NoError(t, l.Err())
	l.Add(diag.Errorf("", diag.Span{}, "wrong"))
	require.Error(t, l.Err())
}

func TestSortedByPlaceWithoutDuplicates(t *testing.T) {
	f := file("one two three")
	a, b := diag.Errorf("", at(f, "three"), "late"), diag.Errorf("", at(f, "one"), "early")
	require.Equal(t, diag.List{b, a}, diag.List{a, b, a}.Sorted())
}

func TestAsList(t *testing.T) {
	e := diag.Errorf("", diag.Span{}, "wrong")
	require.Nil(t, diag.AsList(nil))
	require.Equal(t, diag.List{e}, diag.AsList(e))
	require.Equal(t, diag.List{e}, diag.AsList(diag.List{e}))
	require.Equal(t, "plain", diag.AsList(errors.New("plain"))[0].Message)
}

func TestRender(t *testing.T) {
	f := file("system pipeline {\n\tchan a: u32 cap 0\n  run é(a)\n}\n")
	long := file(strings.Repeat("x", 300) + "!" + strings.Repeat("y", 300))
	var many diag.List
	for i := range 13 {
		many.Add(diag.Errorf("E0201", diag.Span{File: f, Start: i, End: i + 1}, "number %02d", i))
	}
	cases := []struct {
		name string
		err  error
	}{
		{"full", diag.Errorf("E0301", at(f, "0"), "channel capacity must be at least 1, got 0").Labelf("capacity").
			Note(at(f, "run"), "used here").Hint("write `cap 1`")},
		{"unicode", diag.Errorf("E0201", at(f, "é"), "no task is named é")},
		{"several lines", diag.Warningf("E0401", at(f, "{\n\tchan a"), "a block over several lines")},
		{"end of file", diag.Errorf("E0101", diag.Span{File: f, Start: len(f.Text), End: len(f.Text)}, "expected }")},
		{"long line", diag.Errorf("", at(long, "!"), "in the middle")},
		{"no place", errors.New("plain")},
		{"many", many},
	}
	var b strings.Builder
	for _, c := range cases {
		fmt.Fprintf(&b, "-- %s --\n%s", c.name, diag.Render(c.err))
	}
	testkit.Golden(t, "testdata/render.txt", b.String())
}

// Rendering any text and any span gives valid UTF-8 and never panics.
func FuzzRender(f *testing.F) {
	f.Add("let x = 1\n", 4, 5)
	f.Add("\x00\xff\t", -3, 99)
	f.Add(strings.Repeat("é", 200), 100, 101)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		out := diag.Render(diag.Errorf("E0001", diag.Span{File: file(text), Start: start, End: end}, "wrong").Labelf("here"))
		if !utf8.ValidString(out) || !strings.Contains(out, "^ here") {
			t.Fatalf("%q", out)
		}
	})
}
