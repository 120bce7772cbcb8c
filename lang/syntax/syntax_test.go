package syntax

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
)

func TestPrograms(t *testing.T) {
	names, _ := filepath.Glob("testdata/programs/*.sn")
	for _, name := range names {
		b, _ := os.ReadFile(name)
		f, l := Parse(&diag.File{Name: name, Text: string(b)})
		t.Log(len(f.Decls), diag.Render(l.Err()))
	}
}
