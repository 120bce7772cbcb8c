package flow

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// Decoded counts the data from a log wire.
type Decoded struct {
	Lines   int `json:"lines"`
	Skipped int `json:"skipped"` // words and bytes that do not belong to a complete line
}

// decoder makes lines from words.
type decoder struct {
	p    *Program
	core *sim.Core
	rec  *sim.Recorder
	show func(line string)
	Decoded
}

// Decode renders the bytes of a log wire (periph.LogWire) until they end. If the bytes begin in
// the middle of a line, the words before the next line are skipped.
func (p *Program) Decode(ctx context.Context, in io.Reader, show func(line string)) (Decoded, error) {
	if p.Tree.System == nil {
		return Decoded{}, UserErrorf("%s declares no system: it has no log", p.Name)
	}
	core, err := p.PortsOf(ctx)
	if err != nil {
		return Decoded{}, err
	}
	d := &decoder{p: p, core: core, show: show}
	d.begin()
	var r periph.WordReader
	bytes := bufio.NewReader(in)
	for ctx.Err() == nil {
		c, err := bytes.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return d.Decoded, UserErrorf("cannot read the log: %s", Reason(err))
		}
		if w, whole := r.Next(c); whole {
			d.word(w)
		}
	}
	d.Skipped += r.Lost
	return d.Decoded, ctx.Err()
}

// begin drops an incomplete line.
func (d *decoder) begin() { d.rec = sim.NewRecorder(d.core, world.New(nil)) }

// word adds one word. A word that does not continue a line may begin a new line.
func (d *decoder) word(w uint32) {
	if d.rec.LogWord(w) != nil {
		d.begin()
		if d.rec.LogWord(w) != nil {
			d.begin()
			d.Skipped++
			return
		}
	}
	r := d.p.newResult(RunOptions{Line: d.show})
	r.take(d.rec.Trace().Events)
	d.Lines += r.said
	d.rec.Trace().Events = nil
}
