package flow

import (
	"context"
	"strings"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// sampling starts the Linux process and samples it from outside.
func (p *Program) sampling(ctx context.Context, w *world.World) (sim.Machine, func() (*Profile, error), error) {
	img, err := p.X86(ctx, x86.Linux)
	if err != nil {
		return nil, nil, err
	}
	samples := &process.Samples{}
	m, err := p.sampled(ctx, Native, w, samples)
	if err != nil {
		return nil, nil, err
	}
	return m, func() (*Profile, error) {
		m.(interface{ Close() }).Close() // the samples are complete only after the sampler has ended
		if samples.Err != nil {
			return nil, UserErrorf("--profile --on native: %v", samples.Err)
		}
		return p.timeProfile(samples, img.ELF), nil
	}, nil
}

// timeProfile adds samples by line and function. Code outside the source's functions has the
// name of its symbol.
func (p *Program) timeProfile(samples *process.Samples, executable []byte) *Profile {
	place, symbol, inside := x86.Lines(executable), x86.Symbols(executable), p.functionsByLine()
	spent := map[profileKey]time.Duration{}
	for at, d := range samples.At { // sums do not depend on the order of this loop
		k := profileKey{}
		k.File, k.Line = place(at)
		if k.Function = inside(k.File, k.Line); k.Function == "" {
			k.Function = strings.TrimPrefix(symbol(at), "fn.")
		}
		spent[k] += d
	}
	s := p.newSums(microseconds)
	for k, d := range spent {
		if n := uint64(d.Round(time.Microsecond).Microseconds()); n > 0 {
			s.lines[k] = n
		}
	}
	out := s.profile()
	out.Samples = samples.Looks
	return out
}

// functionsByLine finds the source function of a line. The result is the function around
// the line's first word. If there is none, it is a function that ends on the line.
func (p *Program) functionsByLine() func(file string, line int) string {
	files, inside := map[string]*diag.File{}, p.functionsByPlace()
	for _, f := range append(append([]*tree.Func{}, p.Tree.Tasks...), p.Tree.Funcs...) {
		if f.Span.File != nil {
			files[f.Span.File.Name] = f.Span.File
		}
	}
	return func(file string, line int) string {
		f := files[file]
		if f == nil {
			return ""
		}
		first, last := wordsOf(f.Text, line)
		if name := inside(diag.Span{File: f, Start: first, End: first}); name != "" {
			return name
		}
		return inside(diag.Span{File: f, Start: last, End: last})
	}
}

// wordsOf returns the positions of the first word and of the last character of a line.
func wordsOf(text string, line int) (first, last int) {
	for ; first < len(text) && line > 1; first++ {
		if text[first] == '\n' {
			line--
		}
	}
	last = first
	for last < len(text) && text[last] != '\n' {
		last++
	}
	for first < last && (text[first] == ' ' || text[first] == '\t') {
		first++
	}
	return first, max(last-1, first)
}
