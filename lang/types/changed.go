package types

import (
	"github.com/sinter-lang/sinter/lang/syntax"
)

// changedNames returns the names of all variables that the statements and expressions may change.
// Such variables are assignment targets, arguments of calls (which may be inout) and receivers of
// methods. Names are sufficient, because the caller looks up the variables at the start of the
// loop.
func changedNames(nodes ...syntax.Node) map[string]bool {
	names := map[string]bool{}
	for _, n := range nodes {
		syntax.Walk(n, func(n syntax.Node) bool {
			for _, place := range changedBy(n) {
				names[syntax.RootName(place)] = true
			}
			return true
		})
	}
	delete(names, "")
	return names
}

// changedBy lists the places that the node itself may change, without its children.
func changedBy(n syntax.Node) []syntax.Expr {
	switch n := n.(type) {
	case *syntax.AssignStmt:
		// Facts are about numbers and lengths. An assignment to an element changes neither a number nor
		// a length that a fact is about.
		if _, element := n.Target.(*syntax.IndexExpr); !element {
			return []syntax.Expr{n.Target}
		}
	case *syntax.CallExpr:
		return changedByCall(n)
	}
	return nil
}

func changedByCall(n *syntax.CallExpr) []syntax.Expr {
	if f, ok := n.Fun.(*syntax.Name); ok && (isIntName(f.Name) || predeclared[f.Name]) {
		return nil // conversions and builtins change nothing
	}
	var places []syntax.Expr
	if f, ok := n.Fun.(*syntax.FieldExpr); ok {
		places = append(places, f.X)
	}
	for _, a := range n.Args {
		places = append(places, a.Value)
	}
	return places
}
