package isa_test

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
)

// A set is text. Each line defines encoder, decoder, assembler and meaning.
func Example() {
	set, err := isa.Parse(&diag.File{Name: "my.isa", Text: `isa my
  addi  I          000 0010011  rd = rs1 + imm
  crcb  R  0000000 000 0001011  rd = (rs1 shru 8) xor (rs2 and 0xff)
end
`})
	if err != nil {
		fmt.Print(diag.Render(err))
		return
	}
	w, err := isa.Assemble(set, "crcb x3, x1, x2")
	if err != nil {
		fmt.Print(diag.Render(err))
		return
	}
	in, ops, _ := isa.Decode(set, w)
	code := in.Bind(ops)
	s := &isa.State{}
	s.X[1], s.X[2] = 0xabcd, 0x1234
	fmt.Printf("%08x  %s  ->  %#x\n", w, in.Disassemble(ops), code.Rd(s))
	// Output: 0020818b  crcb x3, x1, x2  ->  0x9f
}

// The error shows the position of a mistake in a set.
func ExampleParse() {
	_, err := isa.Parse(&diag.File{Name: "my.isa", Text: "isa my\n  lui U 0110111 rd = imm + rs1\nend\n"})
	fmt.Print(diag.Render(err))
	// Output:
	// error: expected the name of an operand, found `rs1`
	//   --> my.isa:2:28
	//   |
	// 2 |   lui U 0110111 rd = imm + rs1
	//   |                            ^^^
}
