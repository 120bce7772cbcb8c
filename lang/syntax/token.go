package syntax

import "github.com/alecthomas/participle/v2/lexer"

// kind is the lexical class of a token. The numbers are participle's token types, which lets the
// rules in grammar.go name tokens by kind.
type kind = lexer.TokenType

const (
	kindEOF     kind = lexer.EOF
	kindIdent   kind = iota // names, and words with a special meaning only in some contexts
	kindKeyword             // reserved words
	kindInt
	kindFloat
	kindTime
	kindString
	kindPunct
	kindSep     // a line end or semicolon; the parser sees a run of them as one
	kindComment // never seen by the parser
	kindBad     // reported by the lexer
)

// symbols names the kinds for the rules.
var symbols = map[string]kind{
	"EOF": kindEOF, "Ident": kindIdent, "Keyword": kindKeyword, "Int": kindInt, "Float": kindFloat,
	"Time": kindTime, "String": kindString, "Punct": kindPunct, "Sep": kindSep, "Bad": kindBad,
}

// role tells the formatter which meaning the parser found for a token.
type role uint8

const (
	rolePlain  role = iota
	rolePrefix      // an operator before its operand: no space between them
	roleAngle       // < or > of type arguments: no space inside
	roleSuffix      // ( or [ that belongs to the operand before it
	roleArray       // ] of an array type: no space after it
)

// token is one token of the source text.
type token struct {
	kind       kind
	role       role
	start, end int
}

// wordClass states whether a reserved word can start a declaration or a statement.
type wordClass uint8

const (
	wordOther wordClass = iota
	wordDecl            // starts a declaration, never a statement
	wordStmt            // starts a statement
)

// reserved are the words that cannot be names. Only fields and arguments can have these names. All
// other words with a meaning (step, max, cap, within, first, start ...) are special only where the
// grammar allows no name.
var reserved = map[string]wordClass{
	"and": wordOther, "or": wordOther, "not": wordOther, "in": wordOther, "inout": wordOther,
	"true": wordOther, "false": wordOther, "none": wordOther, "else": wordOther, "case": wordOther,
	"use": wordDecl, "const": wordDecl, "config": wordDecl, "type": wordDecl, "struct": wordDecl,
	"enum": wordDecl, "layout": wordDecl, "fn": wordDecl, "task": wordDecl, "system": wordDecl, "test": wordDecl,
	"let": wordStmt, "var": wordStmt, "state": wordStmt, "if": wordStmt, "for": wordStmt, "while": wordStmt,
	"loop": wordStmt, "break": wordStmt, "continue": wordStmt, "return": wordStmt, "match": wordStmt,
	"select": wordStmt, "assert": wordStmt, "expect": wordStmt,
}
