package syntax_test

import (
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/syntax"
)

// TestInstanceOrComparison checks that < > without spaces around them make an instance of a
// generic function. With spaces, < and > are comparisons.
func TestInstanceOrComparison(t *testing.T) {
	for _, c := range []struct {
		text     string
		instance bool
	}{
		{"f<u8>(x)", true},
		{"f<u8, 4>(x)", true},
		{"f<[4]u8, N + 1>(x)", true},
		{"f<fix<8, 8>>(x)", true},
		{"pkg.f<u8?>(x)", true},
		{"f < u8", false},
		{"f<u8", false},
		{"f<u8 and g>(x)", false},
		{"f <u8>(x)", false},
	} {
		file := &diag.File{Name: "t.sn", Text: "const a = " + c.text + "\n"}
		f, errs := syntax.Parse(file)
		got := false
		if errs.Err() == nil {
			call, ok := f.Decls[0].(*syntax.ConstDecl).Value.(*syntax.CallExpr)
			if ok {
				_, got = call.Fun.(*syntax.TypeExprValue)
			}
		}
		if got != c.instance {
			t.Errorf("%s: an instance is %v", c.text, got)
		}
		if c.instance {
			if out, _ := syntax.FormatSource(file); out != file.Text {
				t.Errorf("formatted as %s", out)
			}
		}
	}
}
