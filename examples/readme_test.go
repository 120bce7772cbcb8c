package examples

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// A test writes the figures between these two lines of a README.
const (
	figuresBegin = "<!-- figures -->\n"
	figuresEnd   = "<!-- /figures -->\n"
)

// readme compares the figures in a README with the current figures. SINTER_UPDATE=1 rewrites
// the figures in the README, and this change must be reviewed like code.
func (e *example) readme(t *testing.T, figures map[string]float64) {
	path := filepath.Join(e.dir, "README.md")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), figuresBegin)
	require.True(t, ok, "%s has no line %s", path, figuresBegin)
	_, after, ok := strings.Cut(rest, figuresEnd)
	require.True(t, ok, "%s has no line %s", path, figuresEnd)
	testkit.Golden(t, path, before+figuresBegin+figuresOf(t, figures)+figuresEnd+after)
}

// figuresOf returns the table of a README. All its figures are exact: sizes, counts by
// our own machines, and prices by our own mapper.
func figuresOf(t *testing.T, figures map[string]float64) string {
	of := func(key string) int {
		v, ok := figures[key]
		require.True(t, ok, "the ladder gives no %s", key)
		return int(v)
	}
	mark, where := "", "in the whole run"
	if _, timed := figures["isa.instructions.kernel"]; timed {
		mark, where = ".kernel", "between the marks of `timed kernel`"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d bytes of text, %d bytes of data; %d instructions %s.\n\n", of("text_bytes"), of("data_bytes"), of("isa.instructions"+mark), where)
	b.WriteString("| core | cycles | LUT4 | flip-flops | logic cells | depth |\n|---|---|---|---|---|---|\n")
	for _, kind := range flow.Cores() {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", kind, of("cycles."+kind+mark), of("luts."+kind), of("ffs."+kind), of("cells."+kind), of("depth."+kind))
	}
	return b.String()
}

// A README shows the log of the program, and how to run it.
func TestReadmesShowTheRun(t *testing.T) {
	for _, dir := range folders(t) {
		e := read(t, dir)
		text, err := os.ReadFile(filepath.Join(dir, "README.md"))
		require.NoError(t, err)
		require.LessOrEqual(t, strings.Count(string(text), "\n"), 50, "%s: one screen", dir)
		require.Contains(t, string(text), "sinter run examples/"+dir)
		if len(e.logs) > 0 {
			require.Contains(t, string(text), "    "+strings.Join(e.logs, "\n    ")+"\n")
		}
	}
}

func TestExamplesAreFormatted(t *testing.T) {
	for _, dir := range folders(t) {
		changed, err := flow.Format(dir, false)
		require.NoError(t, err)
		require.Empty(t, changed, "sinter fmt examples/%s", dir)
	}
}

// digests builds every artefact of an example and returns a digest of each.
func (e *example) digests(t *testing.T, p *flow.Program) map[string]string {
	out := map[string]string{}
	add := func(ext string, o flow.ArtefactOptions) {
		data, err := p.Artefact(context.Background(), "x"+ext, o)
		require.NoError(t, err)
		out[fmt.Sprint(ext, o)] = digest(data)
	}
	for _, stage := range []string{"first", "x86", "low"} {
		add(".sir", flow.ArtefactOptions{Stage: stage})
	}
	for _, product := range []string{"linux", "pvh"} {
		add(".ll", flow.ArtefactOptions{Product: product})
	}
	for _, ext := range []string{".s", ".img", ".isa"} {
		add(ext, flow.ArtefactOptions{})
	}
	for _, core := range flow.Cores() {
		for _, ext := range []string{".design", ".rtl", ".v", ".aag", ".aig"} {
			add(ext, flow.ArtefactOptions{Core: core})
		}
		e.hardware(t, p, core, out)
	}
	return out
}

// hardware adds the digests of the files of `sinter hw`.
func (e *example) hardware(t *testing.T, p *flow.Program, core string, out map[string]string) {
	h, err := p.Hardware(context.Background(), flow.HardwareOptions{
		Dir: t.TempDir(), Core: core, World: e.world(), Frames: 4,
	})
	require.NoError(t, err)
	for _, path := range h.Files {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		out["hw "+core+" "+filepath.Base(path)] = digest(data)
	}
}

func digest(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// TestSameExecutables builds the x86-64 products of three programs twice.
func TestSameExecutables(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	for _, dir := range []string{"hello", "pipeline", "filter"} {
		for _, product := range []string{"linux", "pvh"} {
			var all []string
			for range 2 {
				p, err := flow.Load(dir, flow.Options{})
				require.NoError(t, err)
				data, err := p.Artefact(context.Background(), "x.elf", flow.ArtefactOptions{Product: product})
				require.NoError(t, err)
				all = append(all, digest(data))
			}
			require.Equal(t, all[0], all[1], "%s %s", dir, product)
		}
	}
}
