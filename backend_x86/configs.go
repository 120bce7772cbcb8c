package x86

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/ir"
)

// configs writes a table of the start words that set the program's configs, with a row for each
// location in memory that a word sets. It also lists the UDP ports that must differ because one
// device uses them.
func configs(b *strings.Builder, m *ir.Module) {
	var rows, ports []string
	for i, o := range m.Objects {
		if len(o.Words) == 0 {
			continue
		}
		fmt.Fprintf(b, "extern u8 sn_config_%d[] __asm__(\"obj.%s\");\n", i, o.Name)
		for _, w := range o.Words {
			rows = append(rows, fmt.Sprintf("{%s, %s, sn_config_%d + %d, %d, %d, %#xull, %#xull}", strconv.QuoteToASCII(w.Name), strconv.QuoteToASCII(wanted(w)), i, w.At, w.Size, w.Kind[0], w.Lo, w.Hi))
			if w.Size < o.Size && w.Kind != "bytes" && w.At == o.Words[0].At {
				ports = append(ports, fmt.Sprintf("{(const u16 *)sn_config_%d, %d}", i, o.Size/w.Size))
			}
		}
	}
	fmt.Fprintf(b, "#define SN_CONFIGS %d\n#define SN_PORTS %d\n", len(rows), len(ports))
	b.WriteString("#define SN_WORDS (SN_HOMES || SN_CONFIGS)\n")
	if len(rows) > 0 {
		fmt.Fprintf(b, "static const struct { const char *name, *want; u8 *at; u32 size, kind; u64 lo, hi; } sn_config[] = {%s};\n", strings.Join(rows, ", "))
	}
	if len(ports) > 0 {
		fmt.Fprintf(b, "static const struct { const u16 *of; u32 n; } sn_ports[] = {%s};\n", strings.Join(ports, ", "))
	}
}

// wanted describes the values that a word accepts.
func wanted(w ir.Word) string {
	switch w.Kind {
	case "bool":
		return "expected true or false"
	case "time":
		return "expected a time such as 20us, 5ms or 3s"
	case "bytes":
		return fmt.Sprintf("expected a text of at most %d bytes", w.Size-4)
	case "i":
		return fmt.Sprintf("expected a number from %d to %d", int64(w.Lo), int64(w.Hi))
	}
	if w.Hi == 1<<32-1 {
		return "expected a number of 32 bits or an address such as 10.0.0.2"
	}
	return fmt.Sprintf("expected a number from %d to %d", w.Lo, w.Hi)
}
