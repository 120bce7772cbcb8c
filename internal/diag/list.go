package diag

import "strings"

// AnyOf joins at least two names for a sentence: a, b or c.
func AnyOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
