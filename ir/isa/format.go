package isa

// field is a group of fixed bits. A line lists its fields from high bits to low bits.
type field struct {
	name  string
	width int
	shift int
}

// layout holds all properties of a format.
type layout struct {
	name   string
	fixed  []field
	rd     bool
	rs     int // number of source registers
	imm    []piece
	signed bool  // the immediate is sign-extended
	lo, hi int64 // range of the immediate
	step   int64 // the immediate is a multiple of step
}

// piece maps instruction bits [at+width-1:at] to immediate bits
// [bit+width-1:bit].
type piece struct{ at, width, bit int }

// layouts has one row per Format, as in figure 2.3 of the specification.
var layouts = [...]layout{
	R: {name: "R", fixed: []field{{"funct7", 7, 25}, {"funct3", 3, 12}, {"opcode", 7, 0}}, rd: true, rs: 2},
	I: {
		name: "I", fixed: []field{{"funct3", 3, 12}, {"opcode", 7, 0}}, rd: true, rs: 1,
		imm: []piece{{20, 12, 0}}, signed: true, lo: -1 << 11, hi: 1<<11 - 1, step: 1,
	},
	S: {
		name: "S", fixed: []field{{"funct3", 3, 12}, {"opcode", 7, 0}}, rs: 2,
		imm: []piece{{25, 7, 5}, {7, 5, 0}}, signed: true, lo: -1 << 11, hi: 1<<11 - 1, step: 1,
	},
	B: {
		name: "B", fixed: []field{{"funct3", 3, 12}, {"opcode", 7, 0}}, rs: 2,
		imm: []piece{{31, 1, 12}, {7, 1, 11}, {25, 6, 5}, {8, 4, 1}}, signed: true, lo: -1 << 12, hi: 1<<12 - 2, step: 2,
	},
	U: {
		name: "U", fixed: []field{{"opcode", 7, 0}}, rd: true,
		imm: []piece{{12, 20, 12}}, signed: true, lo: -1 << 31, hi: 1<<31 - 1<<12, step: 1 << 12,
	},
	J: {
		name: "J", fixed: []field{{"opcode", 7, 0}}, rd: true,
		imm: []piece{{31, 1, 20}, {12, 8, 12}, {20, 1, 11}, {21, 10, 1}}, signed: true, lo: -1 << 20, hi: 1<<20 - 2, step: 2,
	},
	Sh: {
		name: "Sh", fixed: []field{{"funct7", 7, 25}, {"funct3", 3, 12}, {"opcode", 7, 0}}, rd: true, rs: 1,
		imm: []piece{{20, 5, 0}}, lo: 0, hi: 31, step: 1,
	},
	R4: {name: "R4", fixed: []field{{"funct2", 2, 25}, {"funct3", 3, 12}, {"opcode", 7, 0}}, rd: true, rs: 3},
	Sys: {name: "Sys", fixed: []field{
		{"funct12", 12, 20}, {"rs1", 5, 15}, {"funct3", 3, 12}, {"rd", 5, 7}, {"opcode", 7, 0},
	}},
}

// The bit positions of the register fields, which are the same in every format.
const (
	rdAt  = 7
	rs1At = 15
	rs2At = 20
	rs3At = 27
)

// Formats returns all formats.
func Formats() []Format { return []Format{R, I, S, B, U, J, Sh, R4, Sys} }

// String returns the name of the format in the text form.
func (f Format) String() string {
	if !f.known() {
		return "?"
	}
	return layouts[f].name
}

func (f Format) known() bool { return int(f) < len(layouts) }

// HasRd reports whether the format has a destination register.
func (f Format) HasRd() bool { return layouts[f].rd }

// Sources returns the number of source registers of the format, 0 to 3.
func (f Format) Sources() int { return layouts[f].rs }

// HasImm reports whether the format has an immediate.
func (f Format) HasImm() bool { return layouts[f].imm != nil }

// ImmRange returns the smallest and largest immediate and the step between immediates. For a
// format without an immediate, all three are 0.
func (f Format) ImmRange() (lo, hi, step int64) {
	l := &layouts[f]
	return l.lo, l.hi, l.step
}

// FixedMask returns the instruction bits that a line of the format fixes.
func (f Format) FixedMask() uint32 {
	var m uint32
	for _, x := range layouts[f].fixed {
		m |= (1<<x.width - 1) << x.shift
	}
	return m
}

func formatByName(name string) (Format, bool) {
	for _, f := range Formats() {
		if layouts[f].name == name {
			return f, true
		}
	}
	return 0, false
}

// leafWidth returns the width of an operand that the meaning of a line with this format may
// use.
func (f Format) leafWidth(name string) (int, bool) {
	switch name {
	case "rs1":
		return 32, f.Sources() >= 1
	case "rs2":
		return 32, f.Sources() >= 2
	case "rs3":
		return 32, f.Sources() >= 3
	case "imm":
		return 32, f.HasImm()
	case "pc":
		return 32, true
	}
	return 0, false
}
