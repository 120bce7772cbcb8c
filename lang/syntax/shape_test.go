package syntax

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// shape prints a tree as nested lists of type names and leaves.
func shape(x any) string {
	var b strings.Builder
	printShape(&b, reflect.ValueOf(x))
	return b.String()
}

func printShape(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			printShape(b, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			printShape(b, v.Index(i))
		}
	case reflect.Struct:
		if v.Type().Name() == "Place" || v.Type().Name() == "Span" {
			return
		}
		b.WriteString("(" + v.Type().Name())
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Name != "Source" {
				b.WriteString(" ")
				printShape(b, v.Field(i))
			}
		}
		b.WriteString(")")
	case reflect.String:
		b.WriteString(v.String())
	}
}

// operatorText gives the text of each operator.
func operatorText() map[Op]string {
	out := map[Op]string{OpNeg: "-", OpBitNot: "~", OpNot: "not"}
	for text, o := range operators {
		if o.op != OpNone {
			out[o.op] = text
		}
	}
	return out
}

// brackets prints an expression with brackets around each operation.
func brackets(x Expr, ops map[Op]string) string {
	show := func(x Expr) string { return brackets(x, ops) }
	switch x := x.(type) {
	case *Name:
		return x.Name
	case *IntLit:
		return x.Text
	case *ParenExpr:
		return show(x.X)
	case *UnaryExpr:
		return "(" + ops[x.Op] + " " + show(x.X) + ")"
	case *BinaryExpr:
		return "(" + show(x.L) + " " + ops[x.Op] + " " + show(x.R) + ")"
	case *WithinExpr:
		return "(" + show(x.X) + " within " + show(x.Range) + ")"
	case *RangeExpr:
		return show(x.Lo) + ".." + show(x.Hi)
	case *SearchExpr:
		return "(search " + show(x.Range) + " where " + show(x.Where) + ")"
	case *CallExpr:
		return show(x.Fun) + "()"
	case *IndexExpr:
		return show(x.X) + "[" + show(x.Index) + "]"
	case *FieldExpr:
		return show(x.X) + "." + x.Name.Name
	}
	return fmt.Sprintf("%T", x)
}

func TestPrecedence(t *testing.T) {
	ops := operatorText()
	for _, c := range []struct{ in, want string }{
		{"a + b * c", "(a + (b * c))"},
		{"a * b + c", "((a * b) + c)"},
		{"a - b - c", "((a - b) - c)"},
		{"a & b == c", "((a & b) == c)"},
		{"a | b ^ c & d << e + f * -g", "(a | (b ^ (c & (d << (e + (f * (- g)))))))"},
		{"a >> b > c", "((a >> b) > c)"},
		{"a >= b or c and d", "((a >= b) or (c and d))"},
		{"not a == b and c", "((not (a == b)) and c)"},
		{"not not a", "(not (not a))"},
		{"-a.b[c]", "(- a.b[c])"},
		{"~-a()", "(~ (- a()))"},
		{"a + 1 within b..c + d and e", "(((a + 1) within b..(c + d)) and e)"},
		{"first i in a..b where c and d", "(search a..b where (c and d))"},
		{"first + any * all", "(first + (any * all))"},
		{"(a + b) * c", "((a + b) * c)"},
	} {
		f, errs := Parse(source("const x = " + c.in))
		if errs != nil {
			t.Errorf("%s: %v", c.in, errs)
			continue
		}
		if got := brackets(f.Decls[0].(*ConstDecl).Value, ops); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}
