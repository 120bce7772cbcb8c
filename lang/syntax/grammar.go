package syntax

import "github.com/alecthomas/participle/v2/lexer"

// The grammar rules of declarations. Each struct is one rule of the participle library, and
// build.go makes a node from the captures of the rule. The first word of a declaration or
// statement chooses the rule (decls.go, stmts.go). After this choice the rules are LL(1): the
// parser reads no token twice. The type of a nested or repeated part is an interface. A function
// of the parser reads such a part:
//
//	Expr, TypeExpr, Pattern   expr.go, types.go
//	rangeNode                 a..b or a..=b
//	body, elseBranch          { statements }, and the branch after else
//	fieldList ... armList     { items }, with recovery after each item
//	genericList, paramList    < > and ( ), comma-separated
//	hints, text               @hint(...), "string"
type (
	useRule struct {
		Names []lexer.Token `parser:"'use' @(Ident (',' Ident)*)"`
	}
	constRule struct {
		Word  lexer.Token `parser:"@('const' | 'config')"`
		Name  lexer.Token `parser:"@Ident"`
		Type  TypeExpr    `parser:"(':' @@)?"`
		Value Expr        `parser:"'=' @@"`
	}
	constAssertRule struct {
		Cond Expr `parser:"'const' 'assert' @@"`
	}
	typeRule struct {
		Name lexer.Token `parser:"'type' @Ident"`
		Type TypeExpr    `parser:"'=' @@"`
	}
	structRule struct {
		Name   lexer.Token `parser:"'struct' @Ident"`
		Fields fieldList   `parser:"@@"`
	}
	fieldRule struct {
		Name lexer.Token `parser:"@(Ident | Keyword)"`
		Type TypeExpr    `parser:"':' @@"`
	}
	enumRule struct {
		Name     lexer.Token `parser:"'enum' @Ident"`
		Width    TypeExpr    `parser:"(':' @@)?"`
		Variants variantList `parser:"@@"`
	}
	variantRule struct {
		Name    lexer.Token `parser:"@(Ident | Keyword)"`
		Payload payload     `parser:"@@?"`
		Value   Expr        `parser:"('=' @@)?"`
	}
	layoutRule struct {
		Name   lexer.Token     `parser:"'layout' @Ident"`
		Fields layoutFieldList `parser:"@@"`
	}
	layoutFieldRule struct {
		Name   lexer.Token `parser:"@(Ident | Keyword)"`
		Type   TypeExpr    `parser:"':' @@"`
		Little bool        `parser:"@'little'?"`
		In     rangeNode   `parser:"('in' @@)?"`
		Seal   seal        `parser:"('=' (@@"`
		Fixed  Expr        `parser:"| @@))?"`
		When   Expr        `parser:"('when' @@)?"`
	}
	fnRule struct {
		Name     lexer.Token `parser:"'fn' @Ident"`
		Generics genericList `parser:"@@?"`
		Params   paramList   `parser:"@@"`
		Result   TypeExpr    `parser:"('->' @@)?"`
		Where    Expr        `parser:"('where' @@)?"`
		Hints    hints       `parser:"@@?"`
		Body     body        `parser:"@@"`
	}
	genericRule struct {
		Name  lexer.Token `parser:"@Ident"`
		Bound TypeExpr    `parser:"(':' @@)?"`
	}
	paramRule struct {
		Name  lexer.Token `parser:"@Ident ':'"`
		InOut bool        `parser:"@'inout'?"`
		Type  TypeExpr    `parser:"@@"`
	}
	taskRule struct {
		Name   lexer.Token `parser:"'task' @Ident"`
		Params paramList   `parser:"@@"`
		Body   body        `parser:"@@"`
	}
	systemRule struct {
		Name  lexer.Token `parser:"'system' @Ident"`
		Hints hints       `parser:"@@?"`
		Items itemList    `parser:"@@"`
	}
	testRule struct {
		Name text `parser:"'test' @@"`
		Body body `parser:"@@"`
	}
	budgetRule struct {
		Lines exprList `parser:"'budget' @@"`
	}
)

// The rules for the items of a system.
type (
	bindRule struct {
		Name  lexer.Token `parser:"@Ident"`
		Value Expr        `parser:"'=' @@"`
	}
	chanRule struct {
		Name  lexer.Token `parser:"'chan' @Ident"`
		Count bracketed   `parser:"@@?"`
		Elem  TypeExpr    `parser:"':' @@"`
		Cap   Expr        `parser:"'cap' @@"`
	}
	runRule struct {
		Call Expr `parser:"'run' @@"`
	}
	forItemRule struct {
		Var   lexer.Token `parser:"'for' @Ident"`
		Range rangeNode   `parser:"'in' @@"`
		Step  Expr        `parser:"('step' @@)?"`
		Items itemList    `parser:"@@"`
	}
)

// The rules of statements.
type (
	letRule struct {
		Name  lexer.Token `parser:"'let' @Ident"`
		Type  TypeExpr    `parser:"(':' @@)?"`
		Value Expr        `parser:"'=' @@"`
		Else  body        `parser:"('else' @@)?"`
	}
	varRule struct {
		Word  lexer.Token `parser:"@('var' | 'state')"`
		Name  lexer.Token `parser:"@Ident"`
		Type  TypeExpr    `parser:"(':' @@)?"`
		Value Expr        `parser:"('=' @@)?"`
		Hints hints       `parser:"@@?"`
	}
	ifRule struct {
		Let  lexer.Token `parser:"'if' ('let' @Ident '=')?"`
		Cond Expr        `parser:"@@"`
		Then body        `parser:"@@"`
		Else elseBranch  `parser:"('else' @@)?"`
	}
	forRule struct {
		Var   lexer.Token `parser:"'for' @Ident"`
		Range rangeNode   `parser:"'in' @@"`
		Step  Expr        `parser:"('step' @@)?"`
		Hints hints       `parser:"@@?"`
		Body  body        `parser:"@@"`
	}
	whileRule struct {
		Cond  Expr  `parser:"'while' @@"`
		Max   Expr  `parser:"'max' @@"`
		Hints hints `parser:"@@?"`
		Body  body  `parser:"@@"`
	}
	loopRule struct {
		Hints hints `parser:"'loop' @@?"`
		Body  body  `parser:"@@"`
	}
	wordRule struct {
		Word lexer.Token `parser:"@('break' | 'continue')"`
	}
	returnRule struct {
		Value Expr `parser:"'return' @@?"`
	}
	matchRule struct {
		Value Expr     `parser:"'match' @@"`
		Arms  caseList `parser:"@@"`
	}
	caseRule struct {
		Patterns []Pattern `parser:"'case' @@ (',' @@)*"`
		Body     body      `parser:"@@"`
	}
	caseElseRule struct {
		Body body `parser:"'else' @@"`
	}
	selectRule struct {
		Policy lexer.Token `parser:"'select' @('prio' | 'fair' | 'turn')"`
		Arms   armList     `parser:"@@"`
	}
	armRule struct {
		Let  lexer.Token `parser:"'on' ('let' @Ident '=')?"`
		Call Expr        `parser:"@@"`
		When Expr        `parser:"('when' @@)?"`
		Body body        `parser:"@@"`
	}
	checkRule struct {
		Word lexer.Token `parser:"@('assert' | 'expect' | 'fail')"`
		X    Expr        `parser:"@@"`
	}
	startRule struct {
		Call Expr `parser:"'start' @@"`
	}
	crashRule struct {
		Device Expr `parser:"'crash' @@"`
		Losing Expr `parser:"('losing' @@)?"`
	}
	timedRule struct {
		Name lexer.Token `parser:"'timed' @Ident"`
		Body body        `parser:"@@"`
	}
)

// Interfaces: the types of the parts that functions of the parser read.
type (
	body       interface{ isBody() }
	elseBranch interface{ isElse() }
	rangeNode  interface{ isRange() }
	seal       interface{ isSeal() }
	text       interface{ isText() }

	fieldList       interface{ isFields() }
	variantList     interface{ isVariants() }
	layoutFieldList interface{ isLayoutFields() }
	itemList        interface{ isItems() }
	exprList        interface{ isExprs() }
	caseList        interface{ isCases() }
	armList         interface{ isArms() }
	genericList     interface{ isGenerics() }
	paramList       interface{ isParams() }
	payload         interface{ isPayload() }
	hints           interface{ isHints() }
	bracketed       interface{ isBracketed() }
)

// The types that implement these interfaces.
type (
	elseNode     struct{ stmt Stmt }
	fields       []Field
	variants     []Variant
	layoutFields []LayoutField
	items        []SystemItem
	exprs        []Expr
	cases        struct {
		arms []MatchArm
		last *Block
	}
	arms         []SelectArm
	generics     []Generic
	params       []Param
	payloadNode  []Field
	hintNodes    []Hint
	bracketsNode struct{ x Expr }
)

func (*Block) isBody()               {}
func (elseNode) isElse()             {}
func (*RangeExpr) isRange()          {}
func (*Seal) isSeal()                {}
func (*StringLit) isText()           {}
func (fields) isFields()             {}
func (variants) isVariants()         {}
func (layoutFields) isLayoutFields() {}
func (items) isItems()               {}
func (exprs) isExprs()               {}
func (cases) isCases()               {}
func (arms) isArms()                 {}
func (generics) isGenerics()         {}
func (params) isParams()             {}
func (payloadNode) isPayload()       {}
func (hintNodes) isHints()           {}
func (bracketsNode) isBracketed()    {}

// expected gives a description for error messages of each element of participle's grammar
// notation.
var expected = map[string]string{
	"ident": "a name", "keyword": "a name", "Expr": "an expression", "TypeExpr": "a type",
	"Pattern": "a pattern", "RangeNode": "a range such as 0..n", "Body": "`{`", "ElseBranch": "`{` or `if`",
	"Text": "a string", "FieldList": "`{`", "VariantList": "`{`", "LayoutFieldList": "`{`", "ItemList": "`{`",
	"ExprList": "`{`", "CaseList": "`{`", "ArmList": "`{`", "ParamList": "`(`", "Seal": "an expression",
}
