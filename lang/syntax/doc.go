// Package syntax turns the text of a program into a tree, and back into text in the
// standard style of Sinter programs.
//
//	task count(n: out chan<u32>) {
//	  state seen: u32 = 0
//	  loop {
//	    seen = seen + 1
//	    n.send(seen)
//	  }
//	}
//
// becomes a *TaskDecl whose body is a *VarStmt (with State set) and a *LoopStmt. Every node
// knows its source position. Nothing is resolved here: `Flow(a: 1)` is a call for any Flow.
// A plain name in `map<K, V, N>` is both a type and a constant until the checker looks it
// up.
//
// The stages of the parser:
//
//   - lex.go makes tokens. Line ends are tokens, except inside () and [].
//   - grammar.go holds the form of declarations and statements as participle rules.
//   - expr.go parses expressions by precedence climbing.
//   - types.go reads types.
//   - build.go turns the captures of a rule into nodes.
//
// If a rule fails, the failure is reported. Parsing continues after the statement or
// declaration, so that one run shows several errors.
//
// The formatter works on tokens instead of the tree, so no token and no comment can be
// lost. The spacing of some tokens depends on their meaning (a minus, a `<`). The parser
// records a role on each such token. The formatter keeps the author's line breaks and sets
// everything else.
//
// Precedence climbing is from Martin Richards, "The BCPL Cintsys and Cintpos
// User Guide", and Keith Clarke, "The top-down parsing of expressions" (1986).
//
// Start reading at ast.go, then grammar.go.
package syntax
