package syntax

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

// nodeTypes are all node types that have parts or can stand alone.
func nodeTypes() []Node {
	return []Node{
		&UseDecl{}, &ConstDecl{}, &AssertDecl{}, &TypeDecl{}, &StructDecl{}, &EnumDecl{}, &LayoutDecl{}, &FnDecl{}, &TaskDecl{},
		&SystemDecl{}, &TestDecl{}, &BudgetDecl{}, &BindItem{}, &ChanItem{}, &RunItem{}, &ForItem{},
		&LetStmt{}, &VarStmt{}, &AssignStmt{}, &IfStmt{}, &ForStmt{}, &WhileStmt{}, &LoopStmt{}, &BreakStmt{}, &ContinueStmt{},
		&ReturnStmt{}, &MatchStmt{}, &SelectStmt{}, &AssertStmt{}, &ExpectStmt{}, &FailStmt{}, &StartStmt{}, &CrashStmt{},
		&TimedStmt{}, &ExprStmt{}, &Block{},
		&Name{}, &IntLit{}, &FloatLit{}, &BoolLit{}, &NoneLit{}, &TimeLit{}, &StringLit{}, &ArrayLit{}, &ParenExpr{}, &UnaryExpr{},
		&BinaryExpr{}, &RangeExpr{}, &WithinExpr{}, &SearchExpr{}, &CallExpr{}, &IndexExpr{}, &SliceExpr{}, &FieldExpr{}, &TypeExprValue{},
		&NamedType{}, &BytesType{}, &ArrayType{}, &SliceType{}, &OptionType{}, &RangeType{}, &ChanEndType{},
		&NamePattern{}, &ValuePattern{}, &Field{}, &Variant{}, &LayoutField{}, &Seal{}, &Generic{}, &Param{}, &Hint{},
		&MatchArm{}, &SelectArm{}, &StringPart{}, &Arg{}, &TypeArg{},
	}
}

// fill puts new nodes into each field of a node that can hold nodes, and returns the new nodes.
func fill(v reflect.Value) []Node {
	var made []Node
	node := reflect.TypeOf((*Node)(nil)).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch t := f.Type(); {
		case t == reflect.TypeOf(Place{}) || t == reflect.TypeOf(Ident{}) || t == reflect.TypeOf((*Ident)(nil)):
		case t.Kind() == reflect.Interface && t.Implements(node):
			n := sample(t)
			f.Set(reflect.ValueOf(n))
			made = append(made, n)
		case t.Kind() == reflect.Pointer && t.Implements(node):
			f.Set(reflect.New(t.Elem()))
			made = append(made, f.Interface().(Node))
		case t.Kind() == reflect.Slice && t.Elem() != reflect.TypeOf(Ident{}):
			f.Set(reflect.MakeSlice(t, 2, 2))
			for j := range 2 {
				if t.Elem().Kind() == reflect.Interface {
					f.Index(j).Set(reflect.ValueOf(sample(t.Elem())))
					made = append(made, f.Index(j).Interface().(Node))
				} else {
					made = append(made, f.Index(j).Addr().Interface().(Node))
				}
			}
		}
	}
	return made
}

// sample makes a node for an interface.
func sample(t reflect.Type) Node {
	for _, n := range nodeTypes() {
		if reflect.TypeOf(n).Implements(t) {
			return reflect.New(reflect.TypeOf(n).Elem()).Interface().(Node)
		}
	}
	panic("no node is a " + t.String())
}

// TestChildrenAreComplete fills each field of each node, and checks that Children returns all of
// them. The test fails if Children misses a new field.
func TestChildrenAreComplete(t *testing.T) {
	for _, n := range nodeTypes() {
		require.Empty(t, Children(n), "%T without parts", n)
		made := fill(reflect.ValueOf(n).Elem())
		got := Children(n)
		require.Len(t, got, len(made), "%T", n)
		for _, m := range made {
			require.True(t, slices.Contains(got, m), "%T lacks its %T", n, m)
		}
	}
}

// TestWalkOrder checks on each example that a walk visits nodes in the order of the text. Each
// node must lie inside the node that contains it.
func TestWalkOrder(t *testing.T) {
	f, errs := Parse(&diag.File{Name: "walk.sn", Text: walked})
	require.NoError(t, errs.Err())
	count := map[string]int{}
	for _, d := range f.Decls {
		checkOrder(t, d)
		Walk(d, func(n Node) bool {
			count[reflect.TypeOf(n).Elem().Name()]++
			return true
		})
	}
	require.Equal(t, 1, count["IfStmt"])
	require.Equal(t, 3, count["BytesType"]+count["ArrayType"]+count["RangeType"])
	require.Equal(t, 2, count["SelectArm"])
}

func checkOrder(t *testing.T, n Node) {
	last := n.Span().Start
	for _, k := range Children(n) {
		at := k.Span()
		require.LessOrEqual(t, last, at.Start, "%T before %T", n, k)
		require.LessOrEqual(t, at.End, n.Span().End, "%T in %T", k, n)
		last = at.Start
		if _, ok := n.(*TypeArg); !ok { // it may hold one name twice, as a type and as a value
			last = at.End
		}
		checkOrder(t, k)
	}
}

const walked = `
const K: 0..=9 = 3

fn f<N: u32>(a: [N]u8, b: inout bytes<4>) -> u32 where N > 0 @inline {
  if a[0] == 1 { b.append(a[1..2]) } else { return 2 }
  return f<N>(a, b: b) + K
}

task t(c: in chan<u32>) {
  loop {
    select prio {
      on let x = c.recv() { log.print("{x}") }
      on after(5ms) when true { }
    }
  }
}

system s {
  chan c[2]: u32 cap K
  for k in 0..2 { run t(c[k]) }
}
`

func TestRootName(t *testing.T) {
	f, errs := Parse(&diag.File{Name: "root.sn", Text: "fn f() {\n  let x = (a.b[1])[2..3].c\n  let y = f(2).x\n}\n"})
	require.NoError(t, errs.Err())
	body := f.Decls[0].(*FnDecl).Body.Stmts
	require.Equal(t, "a", RootName(body[0].(*LetStmt).Value))
	require.Empty(t, RootName(body[1].(*LetStmt).Value))
}
