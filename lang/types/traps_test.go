package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTrapsOfConstants checks the trap sites of functions. If only constants call a function, its
// sites cannot trap at run time, and no budget counts them. If a task also calls the function, its
// sites can trap, and the budget counts them.
func TestTrapsOfConstants(t *testing.T) {
	const table = `fn at(v: [4]u8, i: u32) -> u8 { return v[i] }
const four: [4]u8 = [1, 2, 3, 4]
const K: u8 = at(four, 2)
budget { traps == 0 }
`
	p := check(t, table+"task main() { log.print(\"{K}\") }\nsystem s { run main() }\n")
	require.Len(t, p.Traps, 1)
	require.True(t, p.Traps[0].Const)
	both := "task main() {\n  var i: u32 = 1\n  i = i + 1\n  log.print(\"{K} {at(four, i)}\")\n}\nsystem s { run main() }\n"
	q := check(t, "fn at(v: [4]u8, i: u32) -> u8 { return v[i] }\nconst four: [4]u8 = [1, 2, 3, 4]\nconst K: u8 = at(four, 2)\n"+both)
	require.Len(t, q.Traps, 1)
	require.False(t, q.Traps[0].Const)
}
