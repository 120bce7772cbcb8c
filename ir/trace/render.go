package trace

import (
	"fmt"
	"strconv"
	"strings"
)

// Render returns the text of a log event: the literal parts of the site with the arguments
// between them. Only Render turns a log into text, and it defines the meaning of log.print.
// Integers are in decimal. hex is in lower case without leading zeros. A bool is a word. Bytes
// are escaped. A fix is exact in decimal, and a float is in hexadecimal (see real.go). Missing
// arguments count as zero, so Render never fails.
func Render(site Site, args []Arg) string {
	var b strings.Builder
	for i, part := range site.Parts {
		b.WriteString(part)
		if i < len(site.Args) {
			var a Arg
			if i < len(args) {
				a = args[i]
			}
			renderArg(&b, site.Args[i], a)
		}
	}
	return b.String()
}

func renderArg(b *strings.Builder, t ArgType, a Arg) {
	w := min(max(t.Width, 1), 64)
	v := a.Bits << (64 - w) >> (64 - w)
	switch t.Kind {
	case "i":
		b.WriteString(strconv.FormatInt(int64(v<<(64-w))>>(64-w), 10))
	case "hex":
		b.WriteString(strconv.FormatUint(v, 16))
	case "bool":
		b.WriteString(strconv.FormatBool(v != 0))
	case "bytes":
		escape(b, a.Bytes)
	case "float":
		renderFloat(b, v, w)
	default:
		if frac, ok := t.Frac(); ok {
			renderFix(b, int64(v<<(64-w))>>(64-w), frac)
			return
		}
		b.WriteString(strconv.FormatUint(v, 10))
	}
}

// escape writes printable ASCII unchanged, \n \r \t \" \\ by name, and every other byte as
// \xNN. This is simple enough for the log driver of a unikernel, which has no Go code.
func escape(b *strings.Builder, data []byte) {
	for _, c := range data {
		switch {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
}

// LogArgs splits the words at a log port, after the first word, into arguments. A scalar is one
// word, or two words (low first) if it has more than 32 bits. Bytes are a length and the words
// that hold them. LogArgs returns the arguments and the number of words used. It returns false
// if words are still missing.
func LogArgs(site Site, words []uint32) (args []Arg, used int, ok bool) {
	for _, t := range site.Args {
		rest := words[used:]
		if len(rest) == 0 {
			return nil, 0, false
		}
		a, n := logArg(t, rest)
		if n > len(rest) {
			return nil, 0, false
		}
		args, used = append(args, a), used+n
	}
	return args, used, true
}

// logArg reads one argument. There must be at least one word. The second result is the number
// of words that the argument needs, which may be more than there are.
func logArg(t ArgType, words []uint32) (Arg, int) {
	switch {
	case t.Kind == "bytes":
		n := int(words[0])
		need := 1 + n/4 + min(n%4, 1)
		if need > len(words) {
			return Arg{}, need
		}
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(words[1+i/4] >> (i % 4 * 8))
		}
		return Arg{Bytes: data, IsBytes: true}, need
	case t.Width <= 32:
		return Arg{Bits: uint64(words[0]) & (1<<t.Width - 1)}, 1
	case len(words) < 2:
		return Arg{}, 2
	}
	v := uint64(words[1])<<32 | uint64(words[0])
	return Arg{Bits: v << (64 - t.Width) >> (64 - t.Width)}, 2
}
