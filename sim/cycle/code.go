package cycle

// opcode is an instruction of the engine. Its operands d, a and b are slots (places for
// values). If the comment says "number", the operand is a plain number.
type opcode uint16

// The instructions.
const (
	opAdd    opcode = iota // d = (a + b) & imm
	opSub                  // d = (a - b) & imm
	opMul                  // d = (a * b) & imm
	opAnd                  // d = a & b
	opOr                   // d = a | b
	opXor                  // d = a ^ b
	opNot                  // d = ^a & imm
	opShl                  // d = a << (b & amount), truncated to imm bits
	opShru                 // d = a >> (b & amount), where a has imm bits
	opShrs                 // the same as an arithmetic shift
	opShlC                 // d = a << number b & imm
	opSlice                // d = a >> number b & imm
	opSext                 // d = sign extension, a << number b >> number b, & imm
	opCat                  // d = a << imm | b
	opEq                   // d = a == b
	opLtu                  // d = a < b
	opLts                  // d = a < b as signed numbers of 64-imm bits
	opMux                  // d = slot imm ? a : b
	opMove                 // d = a (a copy)
	opLoad                 // d = word at address a of memory imm
	opStore                // at the clock edge, writes b to address a of memory imm, in lanes d
	opFetch                // read port number d reads address a of memory imm, after the writes of the clock edge
	opCall                 // d = the result of call number imm
	opJump                 // skips imm instructions
	opJumpZ                // skips imm instructions if a is 0
	opJumpNZ               // skips imm instructions if a is not 0
	opEqMask               // d = a & imm == b
)

// instr is one instruction. It takes 16 bytes.
type instr struct {
	op      opcode
	d, a, b uint16
	imm     uint64
}
