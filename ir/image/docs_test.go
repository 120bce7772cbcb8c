package image

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestDocs reads the image on the documentation page. The contract on the page must be the
// contract of this image.
func TestDocs(t *testing.T) {
	const page = "../../docs/image.md"
	contracts := testkit.Blocks(t, page, "contract")
	for i, src := range testkit.Blocks(t, page, "image") {
		c, err := ContractOf(load(t, src))
		require.NoError(t, err)
		require.Equal(t, contracts[i], PrintContract(c))
	}
}
