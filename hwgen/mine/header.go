package mine

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// Header is a C header with a function for each line. It serves compilers that support `.insn`.
func Header(name string, lines []*isa.Inst) string {
	var b strings.Builder
	guard := strings.ToUpper(name) + "_H"
	fmt.Fprintf(&b, "// Instructions of the core of %s. Each function is one instruction.\n#ifndef %s\n#define %s\n\n#include <stdint.h>\n", name, guard, guard)
	for _, in := range lines {
		b.WriteString("\n" + function(in))
	}
	b.WriteString("\n#endif\n")
	return b.String()
}

// function is the C function of a line. A source register that the line does not read is x0.
func function(in *isa.Inst) string {
	var params, asm, inputs []string
	for k := range in.Format.Sources() {
		name := fmt.Sprintf("rs%d", k+1)
		if !reads(in, name) {
			asm = append(asm, "x0")
			continue
		}
		params = append(params, "uint32_t "+name)
		inputs = append(inputs, fmt.Sprintf(`"r"(%s)`, name))
		asm = append(asm, fmt.Sprintf("%%%d", len(inputs)))
	}
	field := func(at, width int) uint32 { return in.Match >> at & (1<<width - 1) }
	kind, high := "r", field(25, 7)
	if in.Format == isa.R4 {
		kind, high = "r4", field(25, 2)
	}
	return fmt.Sprintf("// %s\nstatic inline uint32_t %s(%s) {\n  uint32_t rd;\n  __asm__(\".insn %s %#x, %d, %d, %%0, %s\" : \"=r\"(rd) : %s);\n  return rd;\n}\n",
		in.Text, in.Name, strings.Join(params, ", "), kind, field(0, 7), field(12, 3), high, strings.Join(asm, ", "), strings.Join(inputs, ", "))
}

// reads reports whether a line reads a source.
func reads(in *isa.Inst, name string) bool {
	found := false
	in.Meaning.EachNode(func(e *word.Expr) { found = found || e.Leaf == name })
	return found
}
