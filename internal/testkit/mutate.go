package testkit

import (
	"math/rand/v2"
	"regexp"
	"strings"
)

var token = regexp.MustCompile(`(?s)[A-Za-z_]\w*|[0-9][\w.]*|"(?:[^"\\\n]|\\.)*"|//[^\n]*|\.\.=?|<<|>>|[=!<>]=|->|\s+|.`)

// Tokens splits a source text roughly into tokens. The concatenation of all parts is the text.
func Tokens(text string) []string { return token.FindAllString(text, -1) }

// Mutate makes one to four changes to the tokens of a source text. A change removes or
// doubles a token, exchanges two tokens, replaces a token with an element of `words`, or
// removes several tokens. Mutate modifies the slice `parts`.
func Mutate(r *rand.Rand, parts, words []string) string {
	for range 1 + r.IntN(4) {
		i, j := r.IntN(len(parts)), r.IntN(len(parts))
		switch r.IntN(5) {
		case 0:
			parts[i] = ""
		case 1:
			parts[i] += parts[i]
		case 2:
			parts[i], parts[j] = parts[j], parts[i]
		case 3:
			from := min(i, j)
			parts = append(parts[:from:from], parts[min(max(i, j), from+20):]...)
		default:
			parts[i] = words[r.IntN(len(words))]
		}
	}
	return strings.Join(parts, "")
}
