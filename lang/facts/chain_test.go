package facts

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sinter-lang/sinter/lang/tree"
)

// TestChainsOfDifferences checks a chain of two facts: x - y <= a and y - z <= b prove x - z <= d
// exactly if a + b <= d. They prove nothing about z - x.
func TestChainsOfDifferences(t *testing.T) {
	var x [3]term
	for i := range x {
		l, _ := local(i, tree.IntType(8, true))
		x[i] = term{local: l}
	}
	const most = 4
	for a := int64(-most); a <= most; a++ {
		for b := int64(-most); b <= most; b++ {
			f := New(new(int))
			f.limit(x[0], x[1], a)
			f.limit(x[1], x[2], b)
			for d := int64(-3 * most); d <= 3*most; d++ {
				assert.Equal(t, a+b <= d, f.atMost(x[0], x[2], d, maxSteps), "%d and %d prove %d", a, b, d)
				assert.False(t, f.atMost(x[2], x[0], d, maxSteps), "%d and %d say nothing of the other order", a, b)
			}
		}
	}
}
