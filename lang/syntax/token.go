package syntax

// token is one lexical token with the comments that stand before it.
type token struct {
	kind       kind
	start, end int
}

type kind int
