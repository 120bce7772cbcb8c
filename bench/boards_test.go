package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBoards checks that each figure of the boards is at most its goal.
func TestBoards(t *testing.T) {
	var out strings.Builder
	require.NoError(t, printBoards(context.Background(), options{root: ".."}, &out))
	rows := regexp.MustCompile(`(?m)^.* ([0-9]+) (?:cells|lines by hand), goal ([0-9]+)$`).FindAllStringSubmatch(out.String(), -1)
	require.Len(t, rows, 8, out.String())
	for _, r := range rows {
		is, err := strconv.Atoi(r[1])
		require.NoError(t, err)
		goal, err := strconv.Atoi(r[2])
		require.NoError(t, err)
		require.LessOrEqual(t, is, goal, r[0])
	}
	t.Log(out.String())
}
