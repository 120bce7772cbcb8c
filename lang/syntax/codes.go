package syntax

import "github.com/sinter-lang/sinter/internal/diag"

// The kinds of errors of this package.
const (
	Unexpected      diag.Code = "E0101" // the rule expected something else here
	BadCharacter    diag.Code = "E0102" // a character that starts no token
	OpenString      diag.Code = "E0103" // a string without its closing quote
	BadEscape       diag.Code = "E0104" // an unknown escape in a string
	BadNumber       diag.Code = "E0105" // a malformed number
	BigNumber       diag.Code = "E0106" // a number that needs more than 64 bits
	TooDeep         diag.Code = "E0107" // nesting or an operator chain beyond the limit
	Unclosed        diag.Code = "E0108" // a brace that is never closed
	ElseOnOwnLine   diag.Code = "E0109" // an else that is not on the line of the closing brace before it
	NoEffect        diag.Code = "E0110" // an expression as a statement, if the expression is not a call
	NotAPlace       diag.Code = "E0111" // a left side that cannot be assigned to
	Misplaced       diag.Code = "E0112" // a statement among declarations, or a declaration among statements
	ChainedCompare  diag.Code = "E0113" // a < b < c
	NoTypeNoValue   diag.Code = "E0114" // var x, without type and value
	LoneRange       diag.Code = "E0115" // a range where a value is expected
	KeywordAsName   diag.Code = "E0116" // a reserved word where a name is expected
	BadInterpolate  diag.Code = "E0117" // braces in a string that do not enclose an expression
	BadArm          diag.Code = "E0118" // a select arm that waits for nothing
	TooMany         diag.Code = "E0119" // the parser gave up after too many errors
	ForeignOperator diag.Code = "E0120" // an operator of a different language
	NotACall        diag.Code = "E0121" // run or start without a call
)

// Limits for one file. Realistic programs stay far below these limits. The limits protect all
// later stages from deep recursion.
const (
	maxDepth  = 200  // nested brackets, blocks, prefixes and type constructors
	maxChain  = 1000 // operators or suffixes in a row
	maxElse   = 2000 // consecutive else if
	maxErrors = 100  // after this many errors, the parser skips the rest of the file

	maxTokens   = 1 << 20 // in one file
	maxBrackets = 1000    // open at the same time
)
