package mutate

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// LLVM lists the mistakes that can be planted in printed LLVM IR. A mistake is a kind of change
// at a kind of instruction, such as "becomes ashr: lshr" or "arms exchanged: select".
func LLVM(text string) []string {
	seen := map[string]bool{}
	eachLLVM(text, func(name string, _ int, _ string) { seen[name] = true })
	return slices.Sorted(maps.Keys(seen))
}

// Misprint makes a mistake at every possible position of a text.
func Misprint(text, name string) string {
	lines := strings.Split(text, "\n")
	eachLLVM(text, func(n string, at int, wrong string) {
		if n == name {
			lines[at] = wrong
		}
	})
	return strings.Join(lines, "\n")
}

// ReachLLVM inserts an instruction that ends the process before every position of a mistake.
// This shows whether a run reaches such a position.
func ReachLLVM(text, name string) string {
	lines := strings.Split(text, "\n")
	eachLLVM(text, func(n string, at int, _ string) {
		if n == name && !strings.HasPrefix(lines[at], stop) {
			lines[at] = stop + "\n" + lines[at]
		}
	})
	return strings.Join(lines, "\n")
}

const stop = "\tcall void asm sideeffect \"ud2\", \"\"()"

// found is a line with the parts that a pattern matched in it. The first part is the operation,
// which occurs in the name of the mistake.
type found struct {
	line string
	at   []int // start and end of each part
}

func (f *found) part(k int) string { return f.line[f.at[2*k]:f.at[2*k+1]] }

// put returns the line with one part replaced by a text.
func (f *found) put(k int, text string) string {
	return f.line[:f.at[2*k]] + text + f.line[f.at[2*k+1]:]
}

// swap returns the line with its two values exchanged, which are parts 2 and 3 of each pattern.
func (f *found) swap() string {
	const a, b = 2, 3
	return f.line[:f.at[2*a]] + f.part(b) + f.line[f.at[2*a+1]:f.at[2*b]] + f.part(a) + f.line[f.at[2*b+1]:]
}

// count increases the number in a part of a line by `by`, and returns the changed line. If
// the part is not a number, it returns the line unchanged.
func (f *found) count(k, by int) string {
	n, err := strconv.ParseInt(f.part(k), 10, 32)
	if err != nil || n+int64(by) < 0 {
		return f.line
	}
	return f.put(k, strconv.FormatInt(n+int64(by), 10))
}

// mixUp returns the line with its operation replaced by one that is easily confused with it.
func (f *found) mixUp() string {
	if other, ok := mixed[f.part(1)]; ok {
		return f.put(1, other)
	}
	return f.line
}

var (
	binary  = regexp.MustCompile(`^\t%\S+ = (add|sub|mul|and|or|xor|shl|lshr|ashr|[us]div|[us]rem) i\d+ ([^,]+), ([^,]+),`)
	compare = regexp.MustCompile(`^\t%\S+ = icmp ([a-z]+) i\d+ ([^,]+), ([^,]+),`)
	extend  = regexp.MustCompile(`^\t%\S+ = ([zs]ext) i\d+ `)
	choose  = regexp.MustCompile(`^\t%\S+ = (select) i1 [^,]+, (i\d+ [^,]+), (i\d+ [^,]+),`)
	branch  = regexp.MustCompile(`^\t(br) i1 [^,]+, (label %[^,]+), (label %[^,]+),`)
	merge   = regexp.MustCompile(`^\t%\S+ = (phi) \S+ \[ ([^,]+), \S+ \], \[ ([^,]+), \S+ \]`)
	offset  = regexp.MustCompile(`^\t%\S+ = (getelementptr) i8, .*, i\d+ (\d+),`)
	bulk    = regexp.MustCompile(`^\tcall void @llvm\.(mem[a-z]+)\..*, i\d+ (\d+), i1 `)
	shown   = regexp.MustCompile(`^\tcall void @(sn_log_[ui])\(i64`)
)

// mixed maps operations to others that are easily confused with them.
var mixed = map[string]string{
	"lshr": "ashr", "ashr": "lshr", "udiv": "sdiv", "sdiv": "udiv", "urem": "srem", "srem": "urem", "add": "sub", "sub": "add",
	"and": "or", "or": "and", "xor": "and", "mul": "add", "zext": "sext", "sext": "zext", "sn_log_u": "sn_log_i", "sn_log_i": "sn_log_u",
	"ult": "slt", "slt": "ult", "uge": "sge", "sge": "uge", "eq": "ne", "ne": "eq", "ugt": "uge", "ule": "ult",
}

var symmetricOps = []string{"add", "mul", "and", "or", "xor", "eq", "ne"}

// rewrites are the mistakes. Each mistake has a pattern for lines, and a function that makes
// the wrong line.
var rewrites = []struct {
	kind    string
	pattern *regexp.Regexp
	wrong   func(f *found) string
}{
	{"becomes", binary, (*found).mixUp},
	{"becomes", compare, (*found).mixUp},
	{"becomes", extend, (*found).mixUp},
	{"becomes", shown, (*found).mixUp},
	{"operands exchanged", binary, exchanged},
	{"operands exchanged", compare, exchanged},
	{"constant off by one", binary, func(f *found) string { return f.count(3, 1) }},
	{"constant off by one", compare, func(f *found) string { return f.count(3, 1) }},
	{"arms exchanged", choose, (*found).swap},
	{"condition negated", branch, (*found).swap},
	{"values exchanged", merge, (*found).swap},
	{"place off by one", offset, func(f *found) string { return f.count(2, 1) }},
	{"one byte short", bulk, func(f *found) string { return f.count(2, -1) }},
}

// exchanged swaps the operands, if their order matters.
func exchanged(f *found) string {
	if slices.Contains(symmetricOps, f.part(1)) {
		return f.line
	}
	return f.swap()
}

// eachLLVM calls `visit` with each wrong line that a mistake can put in place of a line.
func eachLLVM(text string, visit func(name string, at int, wrong string)) {
	for at, line := range strings.Split(text, "\n") {
		for _, r := range rewrites {
			parts := r.pattern.FindStringSubmatchIndex(line)
			if parts == nil {
				continue
			}
			f := &found{line, parts}
			if wrong := r.wrong(f); wrong != line {
				visit(strings.TrimSuffix(r.kind+" "+became(r.kind, f.part(1)), " ")+": "+f.part(1), at, wrong)
			}
		}
	}
}

func became(kind, op string) string {
	if kind == "becomes" {
		return mixed[op]
	}
	return ""
}
