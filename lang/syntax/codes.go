package syntax

import "github.com/sinter-lang/sinter/internal/diag"

// The kinds of errors of this package.
const (
	Unexpected      diag.Code = "E0101" // something else was expected here
	BadCharacter    diag.Code = "E0102" // a character that no token starts with
	OpenString      diag.Code = "E0103" // a string without its closing quote
	BadEscape       diag.Code = "E0104" // an unknown escape in a string
	BadNumber       diag.Code = "E0105" // a malformed number
	BigNumber       diag.Code = "E0106" // a number of more than 64 bits
	TooDeep         diag.Code = "E0107" // nesting or a chain beyond the limit
	Unclosed        diag.Code = "E0108" // a brace that is never closed
	ElseOnOwnLine   diag.Code = "E0109" // else not after its closing brace
	NoEffect        diag.Code = "E0110" // an expression that is not a call as a statement
	NotAPlace       diag.Code = "E0111" // something that cannot be assigned to
	Misplaced       diag.Code = "E0112" // a statement among declarations, or a declaration among statements
	ChainedCompare  diag.Code = "E0113" // a < b < c
	NoTypeNoValue   diag.Code = "E0114" // var x, without type and value
	LoneRange       diag.Code = "E0115" // a range at the position of a value
	KeywordAsName   diag.Code = "E0116" // a reserved word at the position of a name
	BadInterpolate  diag.Code = "E0117" // braces in a string that are not an {expression}
	BadArm          diag.Code = "E0118" // a select arm that waits for nothing
	TooMany         diag.Code = "E0119" // the parser gave up
	ForeignOperator diag.Code = "E0120" // an operator of a different language
	NotACall        diag.Code = "E0121" // run or start without a call
)

// The bounds of one file. They are far above realistic programs. They keep every later
// stage free of deep recursion.
const (
	maxDepth  = 200  // nested brackets, blocks, prefixes and type constructors
	maxChain  = 1000 // operators or suffixes in a row
	maxElse   = 2000 // consecutive else if
	maxErrors = 100  // after that many errors the rest of the file is skipped

	maxTokens   = 1 << 20 // of a file
	maxBrackets = 1000    // open at once
)
