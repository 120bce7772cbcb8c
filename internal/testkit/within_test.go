package testkit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// A command that hangs is soon ended together with its children.
func TestAHangIsAFailure(t *testing.T) {
	began := time.Now()
	_, code, err := testkit.Within(200*time.Millisecond, ".", nil, "sh", "-c", "sleep 600 & sleep 600")
	require.ErrorContains(t, err, "sh hangs")
	require.Equal(t, -1, code)
	require.Less(t, time.Since(began), time.Minute)
}
