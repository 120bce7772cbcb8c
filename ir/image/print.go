package image

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
)

// Print returns the text form of im, which Parse reads. It contains the whole image, including
// the sources that spans refer to.
func Print(im *Image) string {
	p := printer{im: im, files: im.files()}
	fmt.Fprintf(&p.b, "image %s\n", text.QuoteName(im.Name))
	target := strings.TrimSuffix(design.PrintTarget(im.Target), "\n")
	p.linef("%s", strings.ReplaceAll(target, "\n", "\n  "))
	p.tables()
	p.data()
	for _, f := range p.files {
		p.linef("source %s %s", strconv.Quote(f.Name), strconv.Quote(f.Text))
	}
	p.text()
	p.b.WriteString("end\n")
	return p.b.String()
}

// files lists the sources that spans refer to, in order of appearance.
func (im *Image) files() []*diag.File {
	var out []*diag.File
	seen := map[*diag.File]bool{nil: true}
	for _, s := range im.Spans {
		if !seen[s.File] {
			seen[s.File] = true
			out = append(out, s.File)
		}
	}
	return out
}

type printer struct {
	b     strings.Builder
	im    *Image
	files []*diag.File
}

func (p *printer) linef(format string, args ...any) { fmt.Fprintf(&p.b, "  "+format+"\n", args...) }

func (p *printer) tables() {
	for _, c := range p.im.Contexts {
		p.linef("context %s %#x", text.QuoteName(c.Name), c.Entry)
	}
	for _, t := range p.im.Tasks {
		p.linef("task %s", text.QuoteName(t))
	}
	for i := range p.im.Channels {
		p.linef("%s", channel(&p.im.Channels[i]))
	}
	for _, d := range p.im.Devices {
		flags := ""
		if d.Rx {
			flags += " rx"
		}
		if d.Tx {
			flags += " tx"
		}
		p.linef("device %s %s %d%s", text.QuoteName(d.Name), text.QuoteName(d.Kind), d.Task, flags)
	}
	for _, m := range p.im.Marks {
		p.linef("mark %s %d", text.QuoteName(m.Name), m.Task)
	}
	for _, l := range p.im.Logs {
		line := fmt.Sprintf("log %d", l.ID)
		for i, part := range l.Parts {
			line += " " + strconv.Quote(part)
			if i < len(l.Args) {
				line += fmt.Sprintf(" %s %d", text.QuoteName(l.Args[i].Kind), l.Args[i].Width)
			}
		}
		p.linef("%s", line)
	}
	for _, s := range p.im.Symbols {
		p.linef("symbol %s %#x %d", text.QuoteName(s.Name), s.Addr, s.Size)
	}
}

// channel returns the text line of a channel.
func channel(c *Channel) string {
	line := fmt.Sprintf("channel %s %d %d %d", text.QuoteName(c.Name), c.Writer, c.Reader, c.Cap)
	for _, w := range c.Words {
		line += fmt.Sprintf(" word %d", w)
	}
	for _, n := range c.Objects {
		line += fmt.Sprintf(" object %d", n)
	}
	return line
}

// row is the number of data bytes on a line.
const row = 32

// data prints the lines of data that are not all zero.
func (p *printer) data() {
	p.linef("data %d %d", len(p.im.Data), p.im.DataEnd)
	for at := 0; at < len(p.im.Data); at += row {
		part := p.im.Data[at:min(at+row, len(p.im.Data))]
		if strings.Trim(string(part), "\x00") != "" {
			p.linef("bytes %#x %x", at, part)
		}
	}
}

func (p *printer) text() {
	index := make(map[*diag.File]int, len(p.files))
	for i, f := range p.files {
		index[f] = i
	}
	traps := make(map[uint32]Trap, len(p.im.Traps))
	for _, t := range p.im.Traps {
		traps[t.PC] = t
	}
	dec := isa.NewDecoder(p.im.Target.Set)
	p.linef("text")
	for i, w := range p.im.Text {
		line := fmt.Sprintf(".word %#08x", w)
		if in, ops, ok := dec.Decode(w); ok {
			line = in.Disassemble(ops)
		}
		if t, ok := traps[PC(i)]; ok {
			line += fmt.Sprintf(" trap %d %d %s", t.Task, t.Site, text.QuoteName(t.Code))
		}
		if s := p.im.Spans[i]; s.File != nil {
			line += fmt.Sprintf(" @%d %d %d", index[s.File], s.Start, s.End)
		}
		if v := p.im.Values[i]; v != 0 {
			line += fmt.Sprintf(" %%%d", v)
		}
		p.linef("  %s", line)
	}
	p.linef("end")
}

// PC returns the address of the i-th word of text.
func PC(i int) uint32 { return design.TextBase + uint32(i)*4 }
