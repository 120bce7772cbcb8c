package board

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

// Bounds for the frequency of a board's oscillator.
const (
	leastHz = 2_000_000
	mostHz  = 1_000_000_000
)

// reader holds a board file that is being read.
type reader struct {
	*text.Scanner
	b    *Board
	at   map[string]diag.Span // names and sites that are taken
	seen map[string]diag.Span // statements
}

// Parse reads a board file.
func Parse(f *diag.File) (*Board, error) {
	r := &reader{Scanner: text.New(f), b: &Board{}, at: map[string]diag.Span{}, seen: map[string]diag.Span{}}
	r.SkipNewlines()
	if err := r.Expect("board"); err != nil {
		return nil, err
	}
	name, err := r.dashed("the name of the board")
	if err != nil {
		return nil, err
	}
	r.b.Name = name.Text
	if err := r.EndLine(); err != nil {
		return nil, err
	}
	for !r.Accept("end") {
		if err := r.statement(); err != nil {
			return nil, err
		}
	}
	if r.SkipNewlines(); !r.AtEnd() {
		return nil, r.Errorf("expected the end of the file after `end`, found %s", r.Peek())
	}
	for _, want := range []string{"title", "part", "constraints", "programmer", "clock"} {
		if _, ok := r.seen[want]; !ok {
			return nil, diag.Errorf("", name.Span, "board %s does not say its `%s`", r.b.Name, want)
		}
	}
	return r.b, nil
}

// dashed reads a word of letters, digits and dashes.
func (r *reader) dashed(what string) (text.Token, error) {
	t, err := r.Word(what)
	for err == nil && r.Peek().Is("-") && r.Peek().Span.Start == t.Span.End {
		r.Next()
		var more text.Token
		if more, err = r.Word(what); err == nil {
			t.Text, t.Span = t.Text+"-"+more.Text, t.Span.To(more.Span)
		}
	}
	return t, err
}

// oneOf reads a word that must be one of words.
func (r *reader) oneOf(what string, words ...string) (string, error) {
	t, err := r.dashed(what)
	if err == nil && !slices.Contains(words, t.Text) {
		return "", diag.Errorf("", t.Span, "%s is one of %s, got `%s`", what, strings.Join(words, ", "), t.Text)
	}
	return t.Text, err
}

// statement reads one line.
func (r *reader) statement() error {
	t, err := r.Ident("a statement of a board, or `end`")
	if err != nil {
		return err
	}
	if t.Text != "pin" {
		if old, twice := r.seen[t.Text]; twice {
			return diag.Errorf("", t.Span, "`%s` stands twice", t.Text).Note(old, "the first is here")
		}
		r.seen[t.Text] = t.Span
	}
	switch t.Text {
	case "title":
		var s text.Token
		s, err = r.Quoted("the title in quotes")
		r.b.Title = s.Str
	case "part":
		err = r.part()
	case "constraints":
		r.b.Constraints, err = r.oneOf("the form of constraints", "pcf", "lpf", "xdc")
	case "programmer":
		r.b.Programmer, err = r.oneOf("the programmer", "iceprog", "tinyprog", "openFPGALoader")
	case "clock":
		err = r.clock()
	case "pin":
		err = r.pin()
	default:
		return diag.Errorf("", t.Span, "a board has no `%s`; it has title, part, constraints, programmer, clock and pin", t.Text)
	}
	if err != nil {
		return err
	}
	return r.EndLine()
}

// part reads `NAME package NAME`.
func (r *reader) part() error {
	t, err := r.dashed("the part")
	if err != nil {
		return err
	}
	var names []string
	for _, p := range Parts() {
		names = append(names, p.Name)
		if p.Name == t.Text {
			r.b.Part = p
		}
	}
	if r.b.Part.Name == "" {
		return diag.Errorf("", t.Span, "the part is one of %s, got `%s`", strings.Join(names, ", "), t.Text)
	}
	if err := r.Expect("package"); err != nil {
		return err
	}
	r.b.Package, err = r.oneOf("the package of "+t.Text, r.b.Part.packages...)
	return err
}

// site reads a site of the package that no other pin has.
func (r *reader) site() (string, error) {
	t, err := r.Word("a place of the package")
	if err != nil {
		return "", err
	}
	if r.b.Part.Name == "" {
		return "", diag.Errorf("", t.Span, "`part` stands before the first pin, because the package of the part has the pins")
	}
	ok, err := isSite(r.b.Part.Name, r.b.Package, t.Text)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", diag.Errorf("", t.Span, "the package %s of %s has no pin %s", r.b.Package, r.b.Part.Name, t.Text)
	}
	return t.Text, r.take("at "+t.Text, t.Span, "the pin "+t.Text+" has a wire already")
}

// take records a name or a site that may occur only once.
func (r *reader) take(key string, at diag.Span, complaint string) error {
	if old, twice := r.at[key]; twice {
		return diag.Errorf("", at, "%s", complaint).Note(old, "it was given here")
	}
	r.at[key] = at
	return nil
}

// clock reads `pin SITE hz N [pll pad|core]`.
func (r *reader) clock() error {
	err := r.Expect("pin")
	if err != nil {
		return err
	}
	if r.b.ClockSite, err = r.site(); err != nil {
		return err
	}
	if err := r.Expect("hz"); err != nil {
		return err
	}
	hz, err := r.Int("the frequency of the clock in Hz", leastHz, mostHz)
	if err != nil {
		return err
	}
	r.b.ClockHz = uint64(hz)
	if at := r.Peek().Span; r.Accept("pll") {
		if r.b.Part.Family != ICE40 {
			return diag.Errorf("", at, "Sinter knows only the PLL of ice40 parts; %s has another PLL", r.b.Part.Name)
		}
		r.b.PLL, err = r.oneOf("the primitive of the PLL", "pad", "core")
	}
	return err
}

// pin reads `NAME at SITE [in|out] [low] [pull up|down]`.
func (r *reader) pin() error {
	name, err := r.Ident("the name of the pin")
	if err != nil {
		return err
	}
	p := Pin{Name: name.Text, Span: name.Span}
	if err := r.take(p.Name, name.Span, fmt.Sprintf("there is a pin %s already", p.Name)); err != nil {
		return err
	}
	if err := r.Expect("at"); err != nil {
		return err
	}
	if p.Site, err = r.site(); err != nil {
		return err
	}
	switch {
	case r.Accept("in"):
		p.Direction = In
	case r.Accept("out"):
		p.Direction = Out
	}
	p.Low = r.Accept("low")
	if at := r.Peek().Span; r.Accept("pull") {
		if p.Pull, err = r.oneOf("the resistor", "up", "down"); err != nil {
			return err
		}
		if p.Pull == "down" && r.b.Part.Family == ICE40 {
			return diag.Errorf("", at, "%s has resistors to the supply only", r.b.Part.Name).Hint("pull up, and a button that connects to ground")
		}
	}
	r.b.Pins = append(r.b.Pins, p)
	return nil
}

// Print returns the text of a board. Parse reads it back.
func Print(b *Board) string {
	var s strings.Builder
	fmt.Fprintf(&s, "board %s\n  title %q\n  part %s package %s\n  constraints %s\n  programmer %s\n", b.Name, b.Title, b.Part.Name, b.Package, b.Constraints, b.Programmer)
	fmt.Fprintf(&s, "  clock pin %s hz %d%s\n", b.ClockSite, b.ClockHz, after(" pll ", b.PLL))
	for _, p := range b.Pins {
		low := ""
		if p.Low {
			low = " low"
		}
		fmt.Fprintf(&s, "  pin %s at %s%s%s%s\n", p.Name, p.Site, after(" ", string(p.Direction)), low, after(" pull ", p.Pull))
	}
	return s.String() + "end\n"
}

// after is a word after its prefix, or "" if the word is empty.
func after(lead, word string) string {
	if word == "" {
		return ""
	}
	return lead + word
}
