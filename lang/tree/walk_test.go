package tree

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// samples has one node of each kind that has operands or blocks.
func samples() []any {
	return []any{
		&Const{}, &ConstRef{}, &BytesLit{}, &LocalRef{}, &Unary{}, &Binary{}, &Equal{}, &Convert{}, &Bits{}, &FromBits{}, &Index{}, &SliceOf{},
		&FieldRef{}, &Call{}, &StructLit{}, &EnumLit{}, &ArrayLit{}, &None{}, &Some{}, &Search{}, &Within{}, &Clamp{}, &Parse{}, &Len{}, &ToBytes{},
		&ChanRecv{}, &TryRecv{}, &TrySend{}, &HeadRecv{}, &Asked{Ask: &DevAsk{}}, &LevelGet{}, &Lost{}, &Now{}, &LayoutRef{}, &Write{}, &Sealed{}, &MapGet{},
		&Take{}, &Choose{}, &ChooseBytes{}, &ChooseSubset{}, &Sector{}, &Unflushed{},
		&Declare{}, &Assign{}, &Break{}, &Continue{}, &Return{}, &Assert{}, &Log{}, &Do{}, &Append{}, &Resize{}, &MapPut{}, &MapRemove{},
		&ChanSend{}, &DevRecv{}, &DevSend{}, &DevAsk{}, &LevelPut{},
		&Expect{}, &Fail{}, &Start{}, &Crash{}, &Put{}, &Answer{}, &Able{}, &Quiet{}, &Pass{},
		&Block{}, &LetElse{}, &IfLet{}, &If{}, &For{}, &While{}, &Loop{}, &Timed{}, &Select{}, &Match{},
	}
}

// kinds lists the types of the package that embed a base type.
func kinds(t *testing.T, base string) []string {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	var out []string
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok && embeds(s, base) {
				out = append(out, s.Name.Name)
			}
			return true
		})
	}
	return out
}

func embeds(s *ast.TypeSpec, name string) bool {
	k, ok := s.Type.(*ast.StructType)
	return ok && slices.ContainsFunc(k.Fields.List, func(f *ast.Field) bool {
		id, ok := f.Type.(*ast.Ident)
		return ok && len(f.Names) == 0 && id.Name == name
	})
}

// TestOperandsAreAll puts a leaf into each field that holds an expression, of every kind of
// expression. It checks that Operands returns all leaves.
func TestOperandsAreAll(t *testing.T) {
	known := map[string]bool{}
	for _, n := range samples() {
		x, ok := n.(Expr)
		if !ok {
			continue
		}
		v := reflect.ValueOf(n).Elem()
		known[v.Type().Name()] = true
		want := leaves(v)
		require.Equal(t, want, Operands(x), "%T", x)
	}
	for _, k := range kinds(t, "Expr0") {
		require.True(t, known[k], "no sample of %s", k)
	}
}

// TestHeadsAreAll puts a leaf into each field of every kind of statement, and checks that Heads
// returns all leaves.
func TestHeadsAreAll(t *testing.T) {
	known := map[string]bool{}
	for _, n := range samples() {
		s, ok := n.(Stmt)
		if !ok {
			continue
		}
		v := reflect.ValueOf(n).Elem()
		known[v.Type().Name()] = true
		require.ElementsMatch(t, leaves(v), Heads(s), "%T", s)
	}
	for _, k := range kinds(t, "Stmt0") {
		require.True(t, known[k], "no sample of %s", k)
	}
}

// leaves puts a leaf into each field of a node that holds expressions, including the arms of a
// select, and returns the leaves. A device is not an operand.
func leaves(v reflect.Value) []Expr {
	var out []Expr
	for i := range v.NumField() {
		f := v.Field(i)
		leaf := &Const{Cell: uint64(i)}
		switch f.Interface().(type) {
		case []Expr:
			f.Set(reflect.ValueOf([]Expr{leaf}))
		case []Arg:
			f.Set(reflect.ValueOf([]Arg{{Value: leaf}}))
		case []SelectArm:
			f.Set(reflect.ValueOf([]SelectArm{{}}))
			out = append(out, leaves(f.Index(0))...)
			continue
		default:
			if f.Type() != reflect.TypeFor[Expr]() || v.Type().Field(i).Name == "Dev" {
				continue
			}
			f.Set(reflect.ValueOf(leaf))
		}
		out = append(out, leaf)
	}
	return out
}

// TestBlocksAreAll puts a block into each field that holds a block, and checks that Blocks returns
// all of them.
func TestBlocksAreAll(t *testing.T) {
	for _, n := range samples() {
		s, ok := n.(Stmt)
		if !ok {
			continue
		}
		if b, ok := n.(*Block); ok {
			require.Equal(t, []*Block{b}, Blocks(s))
			continue
		}
		v := reflect.ValueOf(n).Elem()
		count := 0
		for i := range v.NumField() {
			switch f := v.Field(i); f.Interface().(type) {
			case *Block:
				f.Set(reflect.ValueOf(&Block{}))
				count++
			case []Arm:
				f.Set(reflect.ValueOf([]Arm{{Body: &Block{}}}))
				count++
			case []SelectArm:
				f.Set(reflect.ValueOf([]SelectArm{{Body: &Block{}}}))
				count++
			}
		}
		got := Blocks(s)
		require.Len(t, got, count, "%T", s)
		require.NotContains(t, got, (*Block)(nil), "%T", s)
	}
}
