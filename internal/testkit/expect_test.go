package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// TestExpect checks that an expectation is reported exactly if it is not met.
func TestExpect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cases")
	text := "// one\nadd a, b // want v_: add v1, _\nmul // none mul\n---\n// two\nadd x1, x2 // bytes 33 85\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cases := Cases(t, path)
	if len(cases) != 2 || cases[0].Name != "one" || cases[1].Expect[0].Of != "add x1, x2" || cases[1].Expect[0].Text != "33 85" {
		t.Fatalf("%+v", cases)
	}
	c := Case{Expect: []Expectation{{1, "want", "add v1, _", ""}, {2, "want", "ret", ""}, {3, "none", "mul", ""}}}
	for got, want := range map[string]int{
		"v3: i32 = add v1, v2\nret v3":   0,
		"ret v3\nv3: i32 = add v1, v2":   1, // the order
		"v3: i32 = add v2, v1\nret v3":   1,
		"v3: i32 = add v1, v2\nmul\nret": 1,
		"":                               2,
	} {
		if p := c.problems(got); len(p) != want {
			t.Errorf("%q: %d problems, want %d: %v", got, len(p), want, p)
		}
	}
}
