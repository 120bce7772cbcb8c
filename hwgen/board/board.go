// Package board holds boards as data. Each board is a text file that names the FPGA part and the
// pins that the board's wires connect to.
//
//	board icebreaker
//	  title "iCEBreaker"
//	  part up5k package sg48
//	  constraints pcf
//	  programmer iceprog
//	  clock pin 35 hz 12000000 pll pad
//	  pin led0 at 11 out low
//	  pin button1 at 20 in
//	  pin p1a1 at 4
//	end
//
// A pin without a direction can be an input or an output. `low` means that a LED is lit, or a
// button is pressed, when the wire of the pin is low. `pull up` and `pull down` enable a pull
// resistor in the part. A port of a program with the label "led0" is bound to pin led0 on every
// board that has this pin.
//
// Parse checks each site against the list of the part's package, so a wrong pin is an error
// with its line. Package board does not depend on programs or circuits. Start reading at Board.
package board

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Direction is the direction of a pin.
type Direction string

// The directions. Both is the direction of a header pin that can be either.
const (
	Both Direction = ""
	In   Direction = "in"
	Out  Direction = "out"
)

// Pin is a wire of the board.
type Pin struct {
	Name      string
	Site      string // of the package: the name of a ball or pin
	Direction Direction
	Low       bool   // 1 is a low level
	Pull      string // "", "up" or "down"
	Span      diag.Span
}

// Board is a board with its part and pins.
type Board struct {
	Name        string
	Title       string
	Part        Part
	Package     string
	Constraints string // pcf, lpf or xdc
	Programmer  string
	ClockSite   string
	ClockHz     uint64
	PLL         string // "", "pad" or "core": the PLL primitive that takes the clock's pin
	Pins        []Pin
}

// Pin finds a pin by its name or by its site on the package; nil when there is none.
func (b *Board) Pin(name string) *Pin {
	for i := range b.Pins {
		if b.Pins[i].Name == name || b.Pins[i].Site == name {
			return &b.Pins[i]
		}
	}
	return nil
}

// WithPart returns the board with another part in the same package.
func (b *Board) WithPart(name string) (*Board, error) {
	var fit []string
	for _, p := range Parts() {
		if p.Family != b.Part.Family || !slices.Contains(p.packages, b.Package) {
			continue
		}
		if p.Name == name {
			other := *b
			other.Part = p
			return &other, nil
		}
		fit = append(fit, p.Name)
	}
	return nil, diag.Errorf("", diag.Span{}, "no part %q fits into the place of %s on %s; there is %s", name, b.Package, b.Name, strings.Join(fit, ", "))
}

// Fits reports whether a pin can be used as an input (in) or as an output.
func (p *Pin) Fits(in bool) bool {
	return p.Direction == Both || (p.Direction == In) == in
}

//go:embed boards/*.board packages.txt
var files embed.FS

// Names lists the boards that come with the tool.
func Names() []string { return []string{"icebreaker", "tinyfpga-bx", "hx8k", "ulx3s", "arty-a7"} }

// Find returns a board that comes with the tool.
func Find(name string) (*Board, error) {
	if !slices.Contains(Names(), name) {
		return nil, diag.Errorf("", diag.Span{}, "there is no board %q; there are %s, and a board file of your own (.board)", name, strings.Join(Names(), ", "))
	}
	file := "boards/" + name + ".board"
	text, err := files.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("board %s: %w", name, err)
	}
	return Parse(&diag.File{Name: file, Text: string(text)})
}
