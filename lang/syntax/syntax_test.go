package syntax

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"github.com/sinter-lang/sinter/internal/diag"
)

// source makes a file from a text.
func source(text string) *diag.File { return &diag.File{Name: "in.sn", Text: text} }

// read returns the text of a file of testdata.
func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// files lists the files that match a pattern. The test fails if no file matches.
func files(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return names
}

// parts returns the sections of a golden archive by name.
func parts(t testing.TB, name string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range txtar.Parse([]byte(read(t, name))).Files {
		out[f.Name] = string(f.Data)
	}
	return out
}

// golden compares the second section of an archive with the result for in.sn.
func golden(t *testing.T, pattern, section string, run func(in string) string) {
	for _, name := range files(t, pattern) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			in := parts(t, name)["in.sn"]
			got := run(in)
			if os.Getenv("SINTER_UPDATE") == "1" {
				a := &txtar.Archive{Files: []txtar.File{{Name: "in.sn", Data: []byte(in)}, {Name: section, Data: []byte(got)}}}
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(parts(t, name)[section], got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	golden(t, "testdata/errors/*.txtar", "want.txt", func(in string) string {
		_, errs := Parse(source(in))
		return diag.Render(errs.Err())
	})
}

// TestEveryCodeHasAGolden reads codes.go. Each kind of error must have an example, and the example
// must cause an error of this kind.
func TestEveryCodeHasAGolden(t *testing.T) {
	codes := regexp.MustCompile(`"(E01\d\d)"`).FindAllStringSubmatch(read(t, "codes.go"), -1)
	if len(codes) < 20 {
		t.Fatalf("only %d codes found", len(codes))
	}
	for _, code := range codes {
		names, _ := filepath.Glob("testdata/errors/" + code[1] + "-*.txtar")
		if len(names) == 0 {
			t.Errorf("%s has no golden file", code[1])
		}
		for _, name := range names {
			if !strings.Contains(parts(t, name)["want.txt"], "["+code[1]+"]") {
				t.Errorf("%s does not show %s", name, code[1])
			}
		}
	}
}

func TestFormat(t *testing.T) {
	golden(t, "testdata/format/*.txtar", "want.sn", func(in string) string {
		out, errs := FormatSource(source(in))
		if errs != nil {
			return diag.Render(errs)
		}
		return out
	})
}

func TestProgramsParse(t *testing.T) {
	for _, name := range files(t, "testdata/programs/*.sn") {
		f, errs := Parse(source(read(t, name)))
		if errs != nil {
			t.Errorf("%s: %s", name, diag.Render(errs))
		}
		if len(f.Decls) < 5 {
			t.Errorf("%s: only %d declarations", name, len(f.Decls))
		}
	}
}

// TestAllFormsAreInAll checks that the program all.sn uses each grammar rule.
func TestAllFormsAreInAll(t *testing.T) {
	f, _ := Parse(source(read(t, "testdata/programs/all.sn")))
	got := shape(f)
	for _, form := range regexp.MustCompile(`func \(\*(\w+)\) (?:decl|stmt|expr|pattern|systemItem|typeExpr)\(`).
		FindAllStringSubmatch(read(t, "ast.go"), -1) {
		if !strings.Contains(got, "("+form[1]+" ") && !strings.Contains(got, "("+form[1]+")") {
			t.Errorf("no %s in all.sn", form[1])
		}
	}
}

// withoutPlaces compares trees without source positions.
var withoutPlaces = cmp.Options{
	cmpopts.IgnoreTypes(diag.Span{}), cmpopts.IgnoreFields(File{}, "Source"), cmpopts.IgnoreUnexported(File{}),
}

func TestRoundTrip(t *testing.T) {
	for _, name := range files(t, "testdata/programs/*.sn") {
		before, _ := Parse(source(read(t, name)))
		after, errs := Parse(source(Format(before)))
		if errs != nil {
			t.Fatalf("%s: %s", name, diag.Render(errs))
		}
		if diff := cmp.Diff(before, after, withoutPlaces); diff != "" {
			t.Errorf("%s (-before +after)\n%s", name, diff)
		}
	}
}

// TestPlaces checks that the position of each declaration and statement covers its text.
func TestPlaces(t *testing.T) {
	const text = "use net\n\nfn f(a: u32) { // c\n  let x = a + f(b: 1) // d\n  x = (a) * 2; return\n}\n"
	f, errs := Parse(source(text))
	if errs != nil {
		t.Fatal(errs)
	}
	fn := f.Decls[1].(*FnDecl)
	let := fn.Body.Stmts[0].(*LetStmt)
	sum := let.Value.(*BinaryExpr)
	for _, c := range []struct {
		node Node
		want string
	}{
		{f.Decls[0], "use net"},
		{fn.Name, "f"},
		{fn.Params[0], "a: u32"},
		{let, "let x = a + f(b: 1)"},
		{sum, "a + f(b: 1)"},
		{sum.R.(*CallExpr).Args[0], "b: 1"},
		{Place{sum.OpAt}, "+"},
		{fn.Body.Stmts[1], "x = (a) * 2"},
		{fn.Body.Stmts[2], "return"},
		{fn.Body, text[strings.Index(text, "{"):strings.LastIndex(text, "\n")]},
	} {
		if at := c.node.Span(); text[at.Start:at.End] != c.want {
			t.Errorf("got %q, want %q", text[at.Start:at.End], c.want)
		}
	}
}

func TestLiterals(t *testing.T) {
	f, errs := Parse(source("const a = 0xdead_beef\nconst b = 20ms\nconst c = 0b101\nconst d = \"a\\x41\\n{x:hex}\\{\"\n"))
	if errs != nil {
		t.Fatal(errs)
	}
	value := func(i int) Expr { return f.Decls[i].(*ConstDecl).Value }
	if v := value(0).(*IntLit).Value().Uint64(); v != 0xdeadbeef {
		t.Errorf("0xdead_beef is %#x", v)
	}
	if v := value(1).(*TimeLit).Ticks; v != 20000 {
		t.Errorf("20ms is %d ticks", v)
	}
	if v := value(2).(*IntLit).Value().Uint64(); v != 5 {
		t.Errorf("0b101 is %d", v)
	}
	s := value(3).(*StringLit).Parts
	if len(s) != 3 || s[0].Bytes != "aA\n" || s[1].X.(*Name).Name != "x" || s[1].Format.Name != "hex" || s[2].Bytes != "{" {
		t.Errorf("the string is %+v", s)
	}
}

// TestLinear gives the parser long inputs of each construct that can nest, repeat or fail. If a
// step needed quadratic time, the test would exceed its time limit.
func TestLinear(t *testing.T) {
	const size = 1 << 16
	for _, piece := range []string{
		"(", ")", "[", "{", "}", "fn f() {", "fn f()\n{", "-", "not ", "\"", "\"{", "\"{\"", "let ", "( let\n", "a.", "a[",
		"a(", "a<", "fix<", "type A = [1]", "\n", ";", "//", "\r", "\x00", "\xff", "é", "'", "0", "1_", "9", "x = ", "1..", "if ",
		" else if a { }", "case ", "on ", "@a", "const a = )\n", "const a = b\n", "const a = \"{b}\"\n", "b: u8; ", "a, ", "!", "&&",
	} {
		text := strings.Repeat(piece, size/len(piece))
		for _, head := range []string{"", "const a = ", "fn f() { ", "layout L { "} {
			file, errs := Parse(source(head + text))
			if errs != nil {
				continue
			}
			once := Format(file)
			if twice, errs := FormatSource(source(once)); errs != nil || twice != once {
				t.Errorf("%q %q... is not formatted once for all", head, piece)
			}
		}
	}
}

// TestDefinition uses the lexer in the same way as participle.
func TestDefinition(t *testing.T) {
	rule, err := participle.Build[useRule](participle.Lexer(definition{}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := rule.ParseString("in.sn", "use net, // frames\n")
	if err == nil {
		t.Errorf("a comma at the end gave %v", got)
	}
	if got, err = rule.ParseString("in.sn", "use net , blk"); err != nil || len(got.Names) != 3 || got.Names[2].Value != "blk" {
		t.Errorf("got %v, %v", got, err)
	}
}

// respaced writes a file with different blanks in each line and different line ends.
func respaced(f *File, blank, end string) string {
	var b strings.Builder
	last := 0
	for _, t := range f.tokens {
		gap := f.Source.Text[last:t.start]
		text := f.Source.Text[t.start:t.end]
		switch {
		case strings.Contains(gap, "\n"):
			gap = strings.Repeat(end, strings.Count(gap, "\n"))
		case gap != "":
			gap = blank
		}
		if text == "\n" {
			text = end
		}
		b.WriteString(gap + text)
		last = t.end
	}
	return b.String()
}

// TestFormatIgnoresBlanks checks that only the author's line breaks affect the format.
func TestFormatIgnoresBlanks(t *testing.T) {
	for _, name := range files(t, "testdata/programs/*.sn") {
		f, _ := Parse(source(read(t, name)))
		want := Format(f)
		for _, style := range []struct{ blank, end string }{{" \t  ", "\n"}, {" ", "\r\n"}, {"\t", " \n \t "}} {
			got, errs := FormatSource(source(respaced(f, style.blank, style.end)))
			if errs != nil {
				t.Fatalf("%s: %s", name, diag.Render(errs))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s with %q (-want +got)\n%s", name, style, diff)
			}
		}
	}
}

// TestRecovery checks that the tree still contains the correct parts around an error.
func TestRecovery(t *testing.T) {
	f, errs := Parse(source(`use net
fn a() {
  let x = )
  let y = 1
}
fn b( { }
fn c() {
  if x {
    g(1,
}
struct D { a u8; b: u8 }
const e = 2
`))
	if len(errs) < 4 {
		t.Errorf("only %d errors: %v", len(errs), errs)
	}
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *FnDecl:
			names = append(names, d.Name.Name)
		case *StructDecl:
			names = append(names, d.Name.Name+"."+d.Fields[0].Name.Name)
		case *ConstDecl:
			names = append(names, d.Name.Name)
		}
	}
	if got := strings.Join(names, " "); got != "a c D.b e" {
		t.Errorf("got %s, %v", got, errs)
	}
	if body := f.Decls[1].(*FnDecl).Body.Stmts; len(body) != 1 {
		t.Errorf("%d statements are left of a", len(body))
	}
}
