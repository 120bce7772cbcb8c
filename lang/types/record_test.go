package types_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
)

// recorded checks a text and returns the record.
func recorded(name, text string) (*record.Record, *diag.File, diag.List) {
	src := &diag.File{Name: name, Text: text}
	f, errs := syntax.Parse(src)
	r := record.New()
	_, more := types.Check([]*syntax.File{f}, types.Options{Record: r})
	return r, src, append(errs, more...)
}

// samples are the texts of all examples and test programs by name.
func samples(t *testing.T) map[string]string {
	out := map[string]string{}
	examples, err := filepath.Glob("../../examples/*/*.sn")
	require.NoError(t, err)
	programs, err := filepath.Glob("testdata/programs/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	require.NotEmpty(t, programs)
	for _, name := range append(examples, programs...) {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		out[name] = string(data)
		if filepath.Ext(name) == ".txtar" {
			out[name] = string(txtar.Parse(data).Files[0].Data)
		}
	}
	return out
}

// rename gives each definition of a file another name, both at the definition and at each use.
func rename(r *record.Record, src *diag.File) (text string, defs, uses int) {
	type edit struct {
		at   diag.Span
		name string
	}
	var edits []edit
	for i, d := range r.Definitions() {
		if d.At.File != src {
			continue
		}
		name := fmt.Sprintf("%s_%d", d.Name, i)
		defs++
		edits = append(edits, edit{d.At, name})
		for _, at := range r.Uses(d) {
			uses++
			edits = append(edits, edit{at, name})
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.at.Start - a.at.Start })
	text = src.Text
	for _, e := range edits {
		text = text[:e.at.Start] + e.name + text[e.at.End:]
	}
	return text, defs, uses
}

// TestRenameAll gives all definitions of a program new names at the same time. The renamed program
// is correct only if the record has every use of a name with the right definition.
func TestRenameAll(t *testing.T) {
	total := 0
	for name, text := range samples(t) {
		r, src, errs := recorded(name, text)
		require.NoError(t, errs.Err(), name)
		other, defs, uses := rename(r, src)
		again, src2, errs := recorded(name, other)
		require.NoError(t, errs.Err(), "%s renamed:\n%s\n%s", name, diag.Render(errs), other)
		_, defs2, uses2 := rename(again, src2)
		require.Equal(t, defs, defs2, name)
		require.Equal(t, uses, uses2, name)
		total += uses
	}
	require.Greater(t, total, 2000)
}

// TestEveryNameIsRecorded checks each name in expressions. Each name must have a definition in the
// record, or be a word of the language.
func TestEveryNameIsRecorded(t *testing.T) {
	words := strings.Fields("net blk gpio log bits time fake any be16 be32 be64 le16 le32 le64 clamp wrap now sqrt f32 f64 crc32 bytes every after")
	for name, text := range samples(t) {
		r, src, _ := recorded(name, text)
		f, _ := syntax.Parse(&diag.File{Name: name, Text: text})
		for _, d := range f.Decls {
			if _, budget := d.(*syntax.BudgetDecl); budget {
				continue // the left sides are separate words
			}
			syntax.Walk(d, func(n syntax.Node) bool {
				if x, ok := n.(*syntax.Name); ok && !slices.Contains(words, x.Name) && !isInt(x.Name) && !inStd(x.Name) {
					require.NotNil(t, r.Definition(src, x.Span().Start), "%s: %s at %s", name, x.Name, x.Span())
				}
				return true
			})
		}
	}
}

func isInt(name string) bool {
	return (name[0] == 'u' || name[0] == 'i') && len(name) > 1 && strings.Trim(name[1:], "0123456789") == ""
}

// inStd reports whether std has a package with this name.
func inStd(name string) bool {
	info, err := os.Stat("../../std/" + name)
	return err == nil && info.IsDir()
}

const asked = `struct P { x: u8; y: u8 }
enum Op { go(n: u8); stop }
const K = 7
fn twice<N: u32>(a: [N]u8) -> u32 { return N * 2 }
fn sum(v: []u8, p: P) -> u32 {
  var s: u32 = K
  for i in 0..v.len { s = s + u32(v[i]) }
  if s < 100 { s = s + 1 }
  let o: Op = Op.go(n: p.x)
  match o {
    case go(m) { s = s + u32(m) }
    case stop { }
  }
  return s + twice([1, 2, 3])
}
`

// TestDefinitionAt asks for the definition and the value at positions in a text. A test case gives
// a position as a piece of the text. A bar in the piece marks the position.
func TestDefinitionAt(t *testing.T) {
	r, src, errs := recorded("asked.sn", asked)
	require.NoError(t, errs.Err())
	place := func(piece string) int {
		before, after, _ := strings.Cut(piece, "|")
		i := strings.Index(src.Text, before+after)
		require.GreaterOrEqual(t, i, 0, piece)
		return i + len(before)
	}
	for _, c := range []struct{ at, what, name, typ string }{
		{"u32(v[|i])", "the variable of a loop", "i", "0..=2147483646"},
		{"in 0..|v.len", "a parameter", "v", "[]u8"},
		{"u32 = |K", "a constant", "K", "7..=7"},
		{"p.|x)", "a field", "x", "u8"},
		{"|n: p.x", "a field", "n", "u8"},
		{"Op.|go(n: p", "a variant", "go", ""},
		{"case |stop", "a variant", "stop", ""},
		{"o: |Op =", "a type", "Op", "Op"},
		{"u32(|m)", "a let", "m", "u8"},
		{"return |N", "a parameter", "N", ""},
		{"+ |twice", "a function", "twice", ""},
		{"var |s: u32", "a variable", "s", "u32"},
	} {
		d := r.Definition(src, place(c.at))
		require.NotNil(t, d, c.at)
		require.Equal(t, c.name, d.Name, c.at)
		require.Equal(t, c.what, d.What, c.at)
		typ := ""
		if d.Type != nil {
			typ = d.Type.String()
		}
		require.Equal(t, c.typ, typ, c.at)
		require.Equal(t, c.name, src.Text[d.At.Start:d.At.End], c.at)
	}
	require.Nil(t, r.Definition(src, place("|for i")))
	require.Len(t, r.Uses(r.Definition(src, place("var |s: u32"))), 8)
	for _, c := range []struct{ at, typ, known string }{
		{"v[|i]", "0..=2147483646", "0..=2147483646"},
		{"s = |s + 1", "u32", "0..=99"},
		{"s |+ 1", "u32", "1..=100"},
		{"return |s", "u32", "0..=4294967295"},
		{"p|.x", "u8", "0..=255"},
	} {
		v, ok := r.Value(src, place(c.at))
		require.True(t, ok, c.at)
		require.Equal(t, c.typ, v.Type.String(), c.at)
		require.Equal(t, c.known, fmt.Sprintf("%s..=%s", v.Range.Lo, v.Range.Hi), c.at)
	}
	_, ok := r.Value(src, 0)
	require.False(t, ok)
}

// TestRecordWithErrors checks that the record has the correct parts of a program with an error.
func TestRecordWithErrors(t *testing.T) {
	r, src, errs := recorded("bad.sn", "fn f(a: u8) -> u8 {\n  let b = a + c\n  return a + b\n}\n")
	require.Error(t, errs.Err())
	d := r.Definition(src, strings.Index(src.Text, "a + c"))
	require.NotNil(t, d)
	require.Len(t, r.Uses(d), 2)
	require.NotNil(t, r.Definition(src, strings.LastIndex(src.Text, "b")))
}
