package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/lang/types"
)

// codeFigures compare the code of our own generator with clang's code, with all registers
// and without mined lines.
type codeFigures struct {
	Counts map[string]float64 `json:"counts"` // by kernel: instructions and text_bytes, ours and clang's
	Ratios map[string]float64 `json:"ratios"` // by kernel: our number divided by clang's; also the geometric means
}

// codeRegisters is the number of registers. clang uses the same number.
const codeRegisters = 32

// repeated lists the kernels that repeat their work and have no timed region. Their work is
// measured as the difference between a run with more rounds and a run with fewer rounds.
func repeated() []string { return []string{"aes", "base64"} }

// Both runs have too many rounds for unrolling.
const (
	fewRounds  = 20
	moreRounds = 23
)

// measured is the cost of a kernel in one language.
type measured struct{ instructions, textBytes int }

// printCode writes the figures as JSON.
func printCode(ctx context.Context, o options, to io.Writer) error {
	clang, err := exec.LookPath(clangName)
	if err != nil {
		return fmt.Errorf("%s is not installed (apt-get install clang-19 lld-19)", clangName)
	}
	f, err := codeOf(ctx, clang, o)
	if err != nil {
		return err
	}
	return printJSON(to, f)
}

func codeOf(ctx context.Context, clang string, o options) (*codeFigures, error) {
	f := &codeFigures{Counts: map[string]float64{}, Ratios: map[string]float64{}}
	wanted := func(name string) bool { return len(o.only) == 0 || slices.Contains(o.only, name) }
	for _, k := range kernelResults() {
		if !wanted(k.name) {
			continue
		}
		theirs, err := k.measure(ctx, clang)
		if err != nil {
			return nil, fmt.Errorf("%s in C: %w", k.name, err)
		}
		ours, err := timedCode(ctx, o.root, k.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		f.pair(k.name, ours, theirs)
	}
	for _, name := range repeated() {
		if !wanted(name) {
			continue
		}
		ours, theirs, err := repeatedCode(ctx, clang, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		f.pair(name, ours, theirs)
	}
	if len(f.Ratios) == 0 {
		return nil, fmt.Errorf("-code has no kernel named %s", strings.Join(o.only, ", "))
	}
	f.means()
	return f, nil
}

func (f *codeFigures) pair(name string, ours, theirs measured) {
	f.Counts["instructions."+name], f.Counts["clang_instructions."+name] = float64(ours.instructions), float64(theirs.instructions)
	f.Counts["text_bytes."+name], f.Counts["clang_text_bytes."+name] = float64(ours.textBytes), float64(theirs.textBytes)
	f.Ratios["instructions."+name] = fourPlaces(float64(ours.instructions) / float64(theirs.instructions))
	f.Ratios["text_bytes."+name] = fourPlaces(float64(ours.textBytes) / float64(theirs.textBytes))
}

// means adds the geometric mean of each quantity.
func (f *codeFigures) means() {
	for _, quantity := range []string{"instructions", "text_bytes"} {
		var all []float64
		for _, name := range append(kernelNames(), repeated()...) {
			if v, ok := f.Ratios[quantity+"."+name]; ok {
				all = append(all, v)
			}
		}
		f.Ratios[quantity] = fourPlaces(geometricMean(all))
	}
}

func fourPlaces(v float64) float64 { return math.Round(1e4*v) / 1e4 }

// measure compiles and runs the C program of a kernel. With additional flags it counts the whole
// run, not only the timed region.
func (k kernel) measure(ctx context.Context, clang string, more ...string) (measured, error) {
	raw, err := k.compile(ctx, clang, more...)
	if err != nil {
		return measured{}, err
	}
	results, count, err := execute(raw, len(more) > 0)
	if err != nil {
		return measured{}, err
	}
	if !slices.Equal(results, k.results) {
		return measured{}, fmt.Errorf("result words %x, expected %x", results, k.results)
	}
	return measured{count, 4 * len(raw.Text)}, nil
}

// ofCore returns the options for a program whose code is compared with clang's code.
func ofCore() flow.Options { return flow.Options{Regs: codeRegisters} }

// timedCode runs the timed region of an example.
func timedCode(ctx context.Context, root, name string) (measured, error) {
	list, err := load(options{root: root, only: []string{name}})
	if err != nil {
		return measured{}, err
	}
	e := list[0]
	if e.Program, err = flow.Load(e.dir, ofCore()); err != nil {
		return measured{}, err
	}
	im, err := e.Image(ctx)
	if err != nil {
		return measured{}, err
	}
	n, err := e.work(ctx, flow.ISA, "", "instructions")
	return measured{n, 4 * len(im.Text)}, err
}

// repeatedCode measures a kernel without a timed region in both languages.
func repeatedCode(ctx context.Context, clang, name string) (ours, theirs measured, err error) {
	for _, rounds := range []int{fewRounds, moreRounds} {
		mine, said, err := roundsCode(ctx, name, rounds)
		if err != nil {
			return ours, theirs, err
		}
		other, err := kernel{name, said}.measure(ctx, clang, "-DREPS="+strconv.Itoa(rounds))
		if err != nil {
			return ours, theirs, fmt.Errorf("in C: %w", err)
		}
		ours = measured{mine.instructions - ours.instructions, mine.textBytes}
		theirs = measured{other.instructions - theirs.instructions, other.textBytes}
	}
	return ours, theirs, nil
}

// roundsCode runs our program with a number of rounds. It also returns the logged words.
func roundsCode(ctx context.Context, name string, rounds int) (measured, []uint32, error) {
	text, err := pairs.ReadFile("sn/" + name + ".sn")
	if err != nil {
		return measured{}, nil, err
	}
	o := ofCore()
	o.Settings = []types.Setting{{Name: "reps", Value: strconv.Itoa(rounds)}}
	p, err := flow.LoadFiles([]*diag.File{{Name: name + ".sn", Text: string(text)}}, o)
	if err != nil {
		return measured{}, nil, err
	}
	im, err := p.Image(ctx)
	if err != nil {
		return measured{}, nil, err
	}
	r, err := p.Run(ctx, flow.RunOptions{Level: flow.ISA})
	if err != nil {
		return measured{}, nil, err
	}
	said, err := resultWords(r.Lines)
	return measured{int(r.Figures["instructions"]), 4 * len(im.Text)}, said, err
}

// resultWords reads the words of lines such as `result 1a0407`.
func resultWords(lines []string) ([]uint32, error) {
	var words []uint32
	for _, line := range lines {
		_, digits, ok := strings.Cut(line, "result ")
		v, err := strconv.ParseUint(digits, 16, 32)
		if !ok || err != nil {
			return nil, fmt.Errorf("no result word: %s", line)
		}
		words = append(words, uint32(v))
	}
	if len(words) == 0 {
		return nil, errors.New("no result words")
	}
	return words, nil
}
