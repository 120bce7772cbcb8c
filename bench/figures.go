package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/flow"
)

// figures are the measured values.
type figures struct {
	Counts  map[string]float64 `json:"counts"`
	Ratios  map[string]float64 `json:"ratios"`
	Rates   map[string]float64 `json:"rates"`
	Seconds map[string]float64 `json:"seconds"`
	Missing []string           `json:"missing"`
}

func newFigures() *figures {
	return &figures{
		Counts: map[string]float64{}, Ratios: map[string]float64{},
		Rates: map[string]float64{}, Seconds: map[string]float64{}, Missing: []string{},
	}
}

func (f *figures) count(key string, n int) { f.Counts[key] = float64(n) }

// ratio notes a quotient with four digits after the point.
func (f *figures) ratio(key string, v float64) { f.Ratios[key] = math.Round(v*1e4) / 1e4 }

// rate records a speed, rounded to three digits.
func (f *figures) rate(key string, v float64) { f.Rates[key] = threeDigits(v) }

func (f *figures) seconds(key string, v float64) { f.Seconds[key] = threeDigits(v) }

func (f *figures) missing(format string, args ...any) {
	if m := fmt.Sprintf(format, args...); !slices.Contains(f.Missing, m) {
		f.Missing = append(f.Missing, m)
	}
}

func threeDigits(v float64) float64 {
	if v <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-2)
	if unit < 1 { // a multiplication by a fraction would add decimal digits
		per := math.Round(1 / unit)
		return math.Round(v*per) / per
	}
	return math.Round(v/unit) * unit
}

// geometricMean returns the geometric mean of quotients, or 0 if there are no quotients.
func geometricMean(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range slices.Sorted(slices.Values(of)) { // sorted, so that the last bit does not depend on the order
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(of)))
}

// accepted is the content of bench/accepted.json: the figures that are the same on every
// machine.
type accepted struct {
	Counts map[string]float64 `json:"counts"`
	Ratios map[string]float64 `json:"ratios"`
}

func readAccepted(path string) (*accepted, error) {
	a := &accepted{Counts: map[string]float64{}, Ratios: map[string]float64{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, a); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

func writeAccepted(path string, a *accepted) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return flow.WriteFile(path, append(text, '\n'))
}

// merge returns the figures to accept: all measured figures, and the accepted figures of kinds
// that were not measured. Figures of an example that no longer exists are dropped, unless only
// some examples were measured.
func merge(old *accepted, f *figures, some bool) *accepted {
	return &accepted{Counts: mergeMap(old.Counts, f.Counts, some), Ratios: mergeMap(old.Ratios, f.Ratios, some)}
}

func mergeMap(old, now map[string]float64, some bool) map[string]float64 {
	measured := map[string]bool{}
	out := map[string]float64{}
	for k, v := range now {
		measured[kind(k)], out[k] = true, v
	}
	for k, v := range old {
		if _, ok := out[k]; !ok && (some || !measured[kind(k)]) {
			out[k] = v
		}
	}
	return out
}

// kind is the first part of a key, the measured quantity: `cycles` for cycles.pipe3.sha256.
func kind(key string) string {
	head, _, _ := strings.Cut(key, ".")
	return head
}

// tolerance is the fraction by which a figure may grow.
const tolerance = 0.02

// change is a figure that differs from the accepted figure.
type change struct {
	key      string
	old, now float64
}

func (c change) worse() bool { return c.now > c.old*(1+tolerance) }

// compare lists the changes in key order. Figures that only one of the two sets has are skipped.
func compare(old *accepted, f *figures) []change {
	var out []change
	for _, pair := range []struct{ old, now map[string]float64 }{{old.Counts, f.Counts}, {old.Ratios, f.Ratios}} {
		for k, now := range pair.now {
			if was, ok := pair.old[k]; ok && was != now {
				out = append(out, change{k, was, now})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key < out[j].key })
	return out
}

// table prints changes, one per line.
func table(changes []change) string {
	if len(changes) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-40s %12s %12s\n", "figure", "accepted", "now")
	for _, c := range changes {
		mark := ""
		if c.worse() {
			mark = "  worse"
		}
		fmt.Fprintf(&b, "%-40s %12.6g %12.6g  %+.1f %%%s\n", c.key, c.old, c.now, 100*(c.now/c.old-1), mark)
	}
	return b.String()
}

// printJSON prints a value as indented JSON.
func printJSON(to io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, "%s\n", text)
	return err
}
