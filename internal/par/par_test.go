package par_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/par"
)

func TestEachIsCalledOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 1000} {
		calls := make([]int, n)
		par.Each(n, func(k int) { calls[k]++ })
		for k, c := range calls {
			require.Equal(t, 1, c, "%d of %d", k, n)
		}
	}
}

func TestPanicOfACallIsThatOfEach(t *testing.T) {
	for _, n := range []int{1, 100} {
		require.PanicsWithValue(t, "seven", func() {
			par.Each(n, func(k int) {
				if k == n/2 {
					panic("seven")
				}
			})
		})
	}
}
