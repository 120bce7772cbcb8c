#include "textflag.h"

// func call(code, block unsafe.Pointer, arg uint64) uint64
//
// The frame keeps RBP, which the code may change. The caller of an assembly
// function expects no other register to stay; the compiler's wrapper restores R14 and X15.
TEXT ·call(SB), NOSPLIT, $16-32
	MOVQ code+0(FP), AX
	MOVQ block+8(FP), BX
	MOVQ arg+16(FP), DI
	MOVQ BP, saved-8(SP)
	CALL AX
	MOVQ saved-8(SP), BP
	MOVQ AX, ret+24(FP)
	RET
