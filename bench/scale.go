package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/internal/flow"
)

// scaleUnit is one part of a generated program: declarations of each kind and a function
// that uses them. %[1]d is the number of the part.
const scaleUnit = `struct S%[1]d { a: u32; b: [4]u16; ok: bool }
enum E%[1]d { none; some(v: u32); pair(x: u16, y: u16) }
const T%[1]d: [8]u32 = [1, 2, 3, %[1]d, 5, 6, 7, 8]

fn pick%[1]d(x: u32) -> E%[1]d {
  if x %% 3 == 0 { return E%[1]d.none }
  if x %% 3 == 1 { return E%[1]d.some(v: x + %[1]d) }
  return E%[1]d.pair(x: u16(x), y: u16(x >> 16))
}

fn work%[1]d(v: [16]u32, s: inout S%[1]d, n: u32) -> u32 {
  var sum: u32 = n
  for i in 0..16 {
    sum = sum + v[i] * T%[1]d[i & 7]
    if sum > 1000 and s.ok {
      sum = sum ^ (sum >> 3)
      s.a = s.a + 1
    } else {
      s.b[i & 3] = u16(sum)
    }
  }
  match pick%[1]d(sum) {
    case none { sum = sum + 1 }
    case some(w) { sum = sum + w }
    case pair(x, y) { sum = sum + u32(x) * u32(y) }
  }
  while sum > 100000 max 32 {
    sum = sum / 2
  }
  return sum
}

`

// scaleProgram writes a program of at least the given number of lines. All its parts are
// used.
func scaleProgram(lines int) string {
	var b strings.Builder
	n := 0
	for at := 0; at < lines; at += strings.Count(scaleUnit, "\n") + 2 {
		fmt.Fprintf(&b, scaleUnit, n)
		n++
	}
	b.WriteString("task main() {\n  var v: [16]u32\n  var sum: u32 = 0\n")
	for i := range n {
		fmt.Fprintf(&b, "  var s%[1]d: S%[1]d\n  sum = work%[1]d(v, s%[1]d, sum)\n", i)
	}
	b.WriteString("  log.print(\"{sum}\")\n}\n\nsystem scale {\n  run main()\n}\n")
	return b.String()
}

// scaleSizes are the lengths of the generated programs, in lines.
func scaleSizes() []int { return []int{1_000, 10_000, 100_000} }

// scaleOften is the length of the longest program that is compiled three times. Longer programs
// are compiled once.
const scaleOften = 10_000

// scale measures how the compile time grows with the length of a program, for the checker and
// for the way to LLVM IR. A ratio is the time for ten times the lines, divided by ten times
// the time, so 1 means linear growth.
func scale(ctx context.Context, f *figures) error {
	dir, err := os.MkdirTemp("", "sinter-scale")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	last := 0.0
	for _, lines := range scaleSizes() {
		path := filepath.Join(dir, "scale.sn")
		if err := os.WriteFile(path, []byte(scaleProgram(lines)), 0o644); err != nil {
			return err
		}
		checked, err := median(3, func() (float64, error) { return scaleTime(ctx, path, "") })
		if err != nil {
			return err
		}
		f.seconds(fmt.Sprintf("scale.check.%d", lines), checked)
		if last > 0 {
			f.rate(fmt.Sprintf("scale.check_growth.%d", lines), checked/last/10)
		}
		last = checked
		rounds := 3
		if lines > scaleOften {
			rounds = 1
		}
		made, err := median(rounds, func() (float64, error) { return scaleTime(ctx, path, "ll") })
		if err != nil {
			return err
		}
		f.seconds(fmt.Sprintf("scale.ll.%d", lines), made)
		for _, level := range []string{"", "ll"} {
			used, err := costOf(path, level)
			if err != nil {
				return err
			}
			f.seconds(fmt.Sprintf("scale.%s_cpu.%d", levelName(level), lines), used.seconds)
			f.rate(fmt.Sprintf("scale.%s_mib.%d", levelName(level), lines), used.mib)
		}
	}
	return nil
}

// scaleTime loads a program and measures the time. If ext is not empty, scaleTime also
// makes the artefact with this extension.
func scaleTime(ctx context.Context, path, ext string) (float64, error) {
	began := time.Now()
	p, err := flow.Load(path, flow.Options{})
	if err != nil {
		return 0, err
	}
	if ext != "" {
		if _, err := p.Artefact(ctx, "scale."+ext, flow.ArtefactOptions{Product: "linux"}); err != nil {
			return 0, err
		}
	}
	return time.Since(began).Seconds(), nil
}
