package cycle

// opcode is an instruction of the engine. Operands d, a and b are slots, or numbers if the
// comment says "number".
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
	opShl                  // d = a << (b & amount) cut to imm bits
	opShru                 // d = a >> (b & amount) of imm bits
	opShrs                 // the same with the sign
	opShlC                 // d = a << number b & imm
	opSlice                // d = a >> number b & imm
	opSext                 // d = sign extension, a << number b >> number b, & imm
	opCat                  // d = a << imm | b
	opEq                   // d = a == b
	opLtu                  // d = a < b
	opLts                  // d = a < b as signed numbers of 64-imm bits
	opMux                  // d = slot imm ? a : b
	opMove                 // d = a
	opLoad                 // d = memory imm at a
	opStore                // memory imm at a takes b in lanes d, at the clock edge
	opFetch                // read port number d takes memory imm at a, after the writes of the clock edge
	opCall                 // d = the call number imm
	opJump                 // go on imm instructions further
	opJumpZ                // the same when a is 0
	opJumpNZ               // the same when a is not 0
	opEqMask               // d = a & imm == b
)

// instr is one instruction: 16 bytes.
type instr struct {
	op      opcode
	d, a, b uint16
	imm     uint64
}
