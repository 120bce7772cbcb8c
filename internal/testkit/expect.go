package testkit

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Case is one piece of a file of cases. Lines `---` separate the cases. Expectations are comments
// beside the text that they concern:
//
//	// want TEXT    a line of the result matches, after the matches of earlier wants
//	// none TEXT    no line of the result matches
//	// bytes HEX    for an encoder: the bytes of the line before the comment
//
// TEXT is compared word by word. `_` in TEXT stands for any word, such as the name of a value.
type Case struct {
	Place  string // file and line, for messages
	Name   string // the comment in the first line of the case
	Text   string // the whole case, as input
	Expect []Expectation
}

// Expectation is one comment of a case.
type Expectation struct {
	Line int    // line number in the file
	Kind string // want, none or bytes
	Text string
	Of   string // the text before the comment on the same line
}

var expectation = regexp.MustCompile(`^(.*?)\s*// (want|none|bytes) (.*)$`)

// Cases reads a file of cases. A case without an expectation is an error.
func Cases(t *testing.T, path string) []Case {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []Case
	c := Case{}
	flush := func(next int) {
		if strings.TrimSpace(c.Text) != "" {
			if len(c.Expect) == 0 {
				t.Fatalf("%s expects nothing", c.Place)
			}
			out = append(out, c)
		}
		c = Case{Place: fmt.Sprintf("%s:%d", path, next)}
	}
	flush(1)
	for k, line := range strings.Split(string(data), "\n") {
		if line == "---" {
			flush(k + 2)
			continue
		}
		if c.Name == "" {
			c.Name, _ = strings.CutPrefix(line, "// ")
		}
		c.Text += line + "\n"
		if m := expectation.FindStringSubmatch(line); m != nil {
			c.Expect = append(c.Expect, Expectation{k + 1, m[2], m[3], strings.TrimSpace(m[1])})
		}
	}
	flush(0)
	return out
}

// Check compares a result with the expectations of the case.
func (c Case) Check(t *testing.T, got string) {
	t.Helper()
	for _, problem := range c.problems(got) {
		t.Errorf("%s: %s\n%s", c.Place, problem, got)
	}
}

func (c Case) problems(got string) (out []string) {
	lines := strings.Split(got, "\n")
	at := 0
	for _, e := range c.Expect {
		switch e.Kind {
		case "want":
			k := find(lines[at:], e.Text)
			if k < 0 {
				out = append(out, fmt.Sprintf("line %d: no line matches `%s` after line %d of", e.Line, e.Text, at))
				continue
			}
			at += k + 1
		case "none":
			if k := find(lines, e.Text); k >= 0 {
				out = append(out, fmt.Sprintf("line %d: line %d matches `%s` of", e.Line, k+1, e.Text))
			}
		}
	}
	return out
}

// find returns the index of the first line that contains the words of a text in sequence.
func find(lines []string, text string) int {
	want := words(text)
	for k, line := range lines {
		have := words(line)
		for at := 0; at+len(want) <= len(have); at++ {
			if sameWords(have[at:], want) {
				return k
			}
		}
	}
	return -1
}

func sameWords(have, want []string) bool {
	for k, w := range want {
		if w != "_" && w != have[k] {
			return false
		}
	}
	return true
}

// words splits a line at blanks and punctuation, and drops both.
func words(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,:()", r) })
}
