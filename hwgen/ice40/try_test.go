package ice40

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

func TestTry(t *testing.T) {
	for _, k := range []string{"crc32", "crc32t", "sha256", "matmul", "firewall", "sort", "fir"} {
		data, err := os.ReadFile("/tmp/nl/" + k + ".rtl")
		require.NoError(t, err)
		c, err := rtl.Parse(&diag.File{Name: "x", Text: string(data)})
		require.NoError(t, err)
		d, err := Map(c)
		require.NoError(t, err)
		fmt.Printf("%s %+v\n", k, d.Usage())
		require.NoError(t, os.WriteFile("/tmp/nl/"+k+".v", []byte(d.Verilog(nil)), 0o644))
	}
}
