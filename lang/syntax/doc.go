// Package syntax parses the source text of a program into a syntax tree. It also formats
// programs in the standard style.
//
//	task count(n: out chan<u32>) {
//	  state seen: u32 = 0
//	  loop {
//	    seen = seen + 1
//	    n.send(seen)
//	  }
//	}
//
// becomes a *TaskDecl whose body is a *VarStmt (with State set) and a *LoopStmt. Every node has
// its source position. The package resolves no names: `Flow(a: 1)` is a call, even if Flow is a
// type. A plain name in `map<K, V, N>` is both a type and a constant until the checker looks up
// the name.
//
// The stages of the parser:
//
//   - lex.go makes tokens. Line ends are tokens, except inside () and [].
//   - grammar.go holds the form of declarations and statements as participle rules.
//   - expr.go parses expressions by precedence climbing.
//   - types.go reads types.
//   - build.go turns the captures of a rule into nodes.
//
// If a rule fails, the parser reports the failure and continues after the statement or
// declaration. One call of the parser can therefore report several errors.
//
// The formatter works on tokens and not on the tree, and therefore cannot lose a token or a
// comment. The spacing around some tokens (a minus, a `<`) depends on the meaning of the token. On
// each such token, the parser records a role. The formatter keeps the author's line breaks and
// determines all other white space.
//
// Precedence climbing is from Martin Richards, "The BCPL Cintsys and Cintpos
// User Guide", and Keith Clarke, "The top-down parsing of expressions" (1986).
//
// Start reading at ast.go, then grammar.go.
package syntax
