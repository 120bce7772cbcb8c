package diag

import "slices"

// Nearest returns the known name that the user probably meant. This is the name that needs
// the fewest edits (letters added, removed or replaced), and the first in the list if
// several are equal. The result is "" when every known name needs more than len(name)/3 + 1
// edits.
func Nearest(name string, known []string) string {
	known = slices.Sorted(slices.Values(known))
	best, least := "", len(name)/3+2
	for _, k := range known {
		if d := edits(name, k); d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
