// Package syntax turns the text of a program into a tree, and back into text
// in the one style that Sinter programs have.
//
//	task count(n: out chan<u32>) {
//	  state seen: u32 = 0
//	  loop {
//	    seen = seen + 1
//	    n.send(seen)
//	  }
//	}
//
// becomes a *TaskDecl whose body is a *VarStmt (with State set) and a
// *LoopStmt. Every node knows its place. Nothing is resolved here: `Flow(a: 1)`
// is a call whatever Flow is, and a plain name in `map<K, V, N>` is both a type
// and a constant until the checker looks it up.
//
// The way through: lex.go makes tokens (line ends count, except inside () and
// []), grammar.go holds the shape of declarations and statements as participle
// rules, expr.go climbs precedence, types.go reads types, build.go turns what a
// rule matched into nodes. A rule that fails is reported and parsing goes on
// after the statement or declaration, so that one run shows several errors.
//
// The formatter works on tokens, not on the tree: the parser leaves a role on
// each token whose spacing depends on its meaning (a minus, a `<`), so that no
// token and no comment can be lost. It keeps the author's line breaks and sets
// everything else.
//
// Precedence climbing is from Martin Richards, "The BCPL Cintsys and Cintpos
// User Guide", and Keith Clarke, "The top-down parsing of expressions" (1986).
//
// Start reading at ast.go, then grammar.go.
package syntax
