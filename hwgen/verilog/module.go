package verilog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// src is the attribute for a source position, empty if there is no position.
func src(s diag.Span) string {
	if s.IsZero() {
		return ""
	}
	return fmt.Sprintf("(* src = %q *) ", s.String())
}

// state declares registers, memories and the registers of read ports.
func (w *writer) state() {
	for _, r := range w.c.Regs {
		start := ""
		if w.o.Initial {
			start = " = " + literal(r.Width, r.Reset)
		}
		w.line("%sreg %s%s%s;", src(r.Span), span(r.Width), w.name[r.Node], start)
	}
	for i := range w.c.Mems {
		m := &w.c.Mems[i]
		attr := src(m.Span)
		if w.o.Proved && collisionFree(m) {
			attr += "(* no_rw_check *) "
		}
		if !anyAsync(m) { // for small memories too: registers that fill a block RAM cost no logic cell
			attr += "(* ram_style = \"block\" *) "
		}
		w.line("%sreg %s%s [0:%d];", attr, span(m.Width), w.mems[i], 1<<m.AddrBits-1)
		w.contents(i)
		for _, r := range m.Reads {
			if r.Sync {
				n := w.name[r.Node]
				// Block RAM has no valid output before the first read. Simulations start with
				// 0.
				w.line("reg %s%s;\n`ifndef SYNTHESIS\ninitial %s = %s;\n`endif", span(m.Width), n, n, literal(m.Width, 0))
			}
		}
	}
}

// collisionFree reports whether the claims exclude collisions between the read ports of m and a
// write.
func collisionFree(m *rtl.Mem) bool {
	for _, r := range m.Reads {
		if r.Policy != rtl.Never {
			return false
		}
	}
	return true
}

// contents writes the initial contents of a memory.
func (w *writer) contents(i int) {
	m := &w.c.Mems[i]
	if len(m.Init) > 0 {
		w.line("initial $readmemh({%s, %q}, %s);", FolderParameter, imageFile(w.c.Name, m.Name), w.mems[i])
		return
	}
	index := w.fresh(m.Name + "_index")
	w.line("integer %s;", index)
	w.line("initial for (%[1]s = 0; %[1]s < %[2]d; %[1]s = %[1]s + 1) %[3]s[%[1]s] = %[4]s;",
		index, 1<<m.AddrBits, w.mems[i], literal(m.Width, 0))
}

// nodes writes operators and asynchronous reads in order.
func (w *writer) nodes() {
	for id := range w.c.Nodes {
		n := &w.c.Nodes[id]
		switch n.Kind {
		case rtl.KOp:
			if !w.inner[id] {
				w.operator(rtl.ID(id), n)
			}
		case rtl.KRead:
			if r := w.c.Mems[n.Index].Reads[n.Port]; !r.Sync {
				w.net(rtl.ID(id), n, fmt.Sprintf("%s[%s]", w.mems[n.Index], w.name[r.Addr]))
			}
		}
	}
}

func isShift(op word.Op) bool { return op == word.Shl || op == word.Shru || op == word.Shrs }

// amountBits is the number of low bits of a shift amount that the shift uses.
func (w *writer) amountBits(n *rtl.Node) int {
	return min(word.AmountBits(n.Width), w.c.Nodes[n.Args[1]].Width)
}

// operator writes one net by the template of its row.
func (w *writer) operator(id rtl.ID, n *rtl.Node) {
	names := make([]string, len(n.Args))
	for i, a := range n.Args {
		names[i] = w.operand(a)
	}
	if isShift(n.Op) { // only the amount modulo a power of two counts
		names[1] = w.amount(id, n)
	}
	template, ok := w.o.Templates[n.Op]
	if !ok {
		template = word.Table(n.Op).Verilog
	}
	first := &w.c.Nodes[n.Args[0]]
	aw := first.Width
	if first.Kind == rtl.KConst && strings.Contains(template, "$0[") { // a constant cannot be indexed: only nets have bits
		names[0] = w.fresh("constant")
		w.line("wire %s%s = %s;", span(aw), names[0], w.name[n.Args[0]])
	}
	w.net(id, n, fillIn(template, n, names, aw))
}

// operand is the name of an operand, or the list of parts of a concatenation that is not a net.
func (w *writer) operand(id rtl.ID) string {
	if !w.inner[id] {
		return w.name[id]
	}
	parts := w.c.Nodes[id].Args
	return w.operand(parts[0]) + ", " + w.operand(parts[1])
}

// net declares a net and assigns its value. It does so in two statements, because Icarus
// accepts no attribute on a declaration with a value.
func (w *writer) net(id rtl.ID, n *rtl.Node, value string) {
	if n.Span.IsZero() {
		w.line("wire %s%s = %s;", span(n.Width), w.name[id], value)
		return
	}
	w.line("%swire %s%s;\nassign %s = %s;", src(n.Span), span(n.Width), w.name[id], w.name[id], value)
}

// amount is the part of a shift amount that the shift uses.
func (w *writer) amount(id rtl.ID, n *rtl.Node) string {
	a := n.Args[1]
	width, have := w.amountBits(n), w.c.Nodes[a].Width
	switch {
	case n.Width == 1: // every amount is 0 modulo 1
		return "1'b0"
	case width == have:
		return w.name[a]
	case w.c.Nodes[a].Kind == rtl.KConst:
		return literal(width, w.c.Nodes[a].Imm&word.Mask(width))
	}
	name := w.fresh(strings.ReplaceAll(w.name[id], ".", "_") + "_amount")
	w.line("wire %s%s = %s;", span(width), name, part(w.name[a], have, width-1, 0))
	return name
}

// fillIn puts operands into a template. A net of one bit gets no index. A slice of one bit,
// from a wider net, becomes an index.
func fillIn(template string, n *rtl.Node, names []string, aw int) string {
	lo, hi := int(n.Imm), int(n.Imm)+n.Width-1
	if n.Op == word.Slice && hi == lo {
		template = strings.ReplaceAll(template, "[$h:$l]", "[$l]")
	}
	if aw == 1 {
		template = strings.ReplaceAll(template, "$0[$s]", "$0")
	}
	if n.Width == aw { // nothing is added or cut
		if n.Op == word.Zext || n.Op == word.Sext || n.Op == word.Slice {
			template = "$0"
		}
	}
	pairs := []string{
		"$signed", "$signed", "$w", strconv.Itoa(n.Width), "$h", strconv.Itoa(hi), "$l", strconv.Itoa(lo),
		"$s", strconv.Itoa(aw - 1), "$x", strconv.Itoa(n.Width - aw),
	}
	for i, name := range names {
		pairs = append(pairs, fmt.Sprintf("$%d", i), name)
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// registers writes the always block of all registers.
func (w *writer) registers() {
	if len(w.c.Regs) == 0 {
		return
	}
	w.line("always @(posedge clk)\n  if (reset) begin")
	for _, r := range w.c.Regs {
		w.line("    %s <= %s;", w.name[r.Node], literal(r.Width, r.Reset))
	}
	w.line("  end else begin")
	w.region(w.c.Body, "    ", func(e *rtl.Effect) string {
		if e.Kind != rtl.SetReg {
			return ""
		}
		return fmt.Sprintf("%s <= %s;", w.name[w.c.Regs[e.Index].Node], w.name[e.Value])
	})
	w.line("  end")
}

// region writes the effects for which `leaf` returns a statement, each inside its condition.
func (w *writer) region(list []rtl.Effect, indent string, leaf func(*rtl.Effect) string) {
	for i := range list {
		e := &list[i]
		if e.Kind != rtl.If {
			if text := leaf(e); text != "" {
				w.line("%s%s", indent, text)
			}
			continue
		}
		inThen, inElse := holds(e.Then, leaf), holds(e.Else, leaf)
		switch {
		case inThen:
			w.line("%sif (%s) begin", indent, w.name[e.Cond])
			w.region(e.Then, indent+"  ", leaf)
		case inElse:
			w.line("%sif (!%s) begin", indent, w.name[e.Cond])
			w.region(e.Else, indent+"  ", leaf)
		default:
			continue
		}
		if inThen && inElse {
			w.line("%send else begin", indent)
			w.region(e.Else, indent+"  ", leaf)
		}
		w.line("%send", indent)
	}
}

// holds reports whether `leaf` returns a statement for some effect of a tree.
func holds(list []rtl.Effect, leaf func(*rtl.Effect) string) bool {
	found := false
	effects(list, func(e *rtl.Effect) { found = found || e.Kind != rtl.If && leaf(e) != "" })
	return found
}

// memory writes the always block of one memory: writes, then synchronous reads. A read that
// meets a write returns the old word, or the written word if the policy of the read port is
// new.
func (w *writer) memory(i int) {
	m := &w.c.Mems[i]
	if len(m.Writes) == 0 && !anySync(m) {
		return
	}
	assign := "<="
	for _, r := range m.Reads {
		if r.Sync && r.Policy == rtl.New && len(m.Writes) > 0 {
			assign = "="
		}
	}
	if assign == "=" {
		w.line("// verilator lint_off BLKSEQ")
	}
	w.line("always @(posedge clk) begin")
	w.reads(m, i, func(r *rtl.Read) bool { return assign == "=" && r.Policy != rtl.New })
	if len(m.Writes) > 0 {
		w.line("  if (!reset) begin")
		w.region(w.c.Body, "    ", func(e *rtl.Effect) string {
			if e.Kind != rtl.WriteMem || e.Index != i {
				return ""
			}
			return w.write(i, &m.Writes[e.Port], assign)
		})
		w.line("  end")
	}
	w.reads(m, i, func(r *rtl.Read) bool { return assign == "<=" || r.Policy == rtl.New })
	w.line("end")
	if assign == "=" {
		w.line("// verilator lint_on BLKSEQ")
	}
}

func anyAsync(m *rtl.Mem) bool {
	for _, r := range m.Reads {
		if !r.Sync {
			return true
		}
	}
	return false
}

func anySync(m *rtl.Mem) bool {
	for _, r := range m.Reads {
		if r.Sync {
			return true
		}
	}
	return false
}

// reads writes the synchronous read ports for which `chosen` holds.
func (w *writer) reads(m *rtl.Mem, i int, chosen func(*rtl.Read) bool) {
	for j := range m.Reads {
		r := &m.Reads[j]
		if !r.Sync || !chosen(r) {
			continue
		}
		enable := ""
		if r.Enable != rtl.None {
			enable = fmt.Sprintf("if (%s) ", w.name[r.Enable])
		}
		w.line("  %s%s <= %s[%s];", enable, w.name[r.Node], w.mems[i], w.name[r.Addr])
	}
}

// write is the statement of one write port.
func (w *writer) write(i int, p *rtl.Write, assign string) string {
	m := &w.c.Mems[i]
	word := fmt.Sprintf("%s[%s]", w.mems[i], w.name[p.Addr])
	if p.Lanes == rtl.None || m.Lanes == 1 {
		text := fmt.Sprintf("%s %s %s;", word, assign, w.name[p.Data])
		if p.Lanes != rtl.None {
			text = fmt.Sprintf("if (%s) %s", w.name[p.Lanes], text)
		}
		return text
	}
	lane := m.Width / m.Lanes
	var parts []string
	for k := range m.Lanes {
		bits := fmt.Sprintf("[%d:%d]", (k+1)*lane-1, k*lane)
		if lane == 1 {
			bits = fmt.Sprintf("[%d]", k)
		}
		parts = append(parts, fmt.Sprintf("if (%s) %s%s %s %s;", w.bit(p.Lanes, k), word, bits, assign, w.bits(p.Data, (k+1)*lane-1, k*lane)))
	}
	return "begin " + strings.Join(parts, " ") + " end"
}

// bit is one bit of a node.
func (w *writer) bit(id rtl.ID, k int) string { return w.bits(id, k, k) }

// bits is a part of a node. A part of a constant is a constant.
func (w *writer) bits(id rtl.ID, hi, lo int) string {
	n := &w.c.Nodes[id]
	if n.Kind == rtl.KConst {
		return literal(hi-lo+1, n.Imm>>lo&word.Mask(hi-lo+1))
	}
	return part(w.name[id], n.Width, hi, lo)
}
