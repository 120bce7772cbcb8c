package syntax

import (
	"github.com/alecthomas/participle/v2"
)

// reader reads one node from a stream.
type reader[N any] func(stream) (N, error)

// rules holds the readers of a Parser, named by the parts that they read.
type rules struct {
	field       reader[Field]
	variant     reader[Variant]
	layoutField reader[LayoutField]
	generic     reader[Generic]
	param       reader[Param]
	matchArm    reader[MatchArm]
	caseElse    reader[*Block]
	selectArm   reader[SelectArm]
	// Readers that the first word of a part chooses.
	decls map[string]reader[Decl]
	stmts map[string]reader[Stmt]
	items map[string]reader[SystemItem]
	bind  reader[SystemItem]
}

// rule makes a reader from a struct in grammar.go and a function that turns the captures of the
// struct into a node. participle examines the struct on first use.
func rule[G, N any](p *Parser, build func(*Parser, *G, Place) N) reader[N] {
	var grammar *participle.Parser[G]
	return func(in stream) (N, error) {
		if grammar == nil {
			grammar = participle.MustBuild[G](p.options()...)
		}
		first, depth := index(in), p.depth
		g, err := grammar.ParseFromLexer(in, participle.AllowTrailing(true))
		p.depth = depth
		if err != nil {
			var none N
			return none, p.explain(err, grammar.String())
		}
		return build(p, g, p.since(first, in)), nil
	}
}

// options are shared by all rules: the tokens, and the functions that read nested parts. The rules
// have no lookahead: once a rule has begun, the parser tries no other rule.
func (p *Parser) options() []participle.Option {
	return []participle.Option{
		participle.Lexer(definition{}),
		participle.UseLookahead(0),
		participle.ParseTypeWith(func(in stream) (Expr, error) { return start[Expr](in, startsExpr, p.expr) }),
		participle.ParseTypeWith(func(in stream) (TypeExpr, error) { return start[TypeExpr](in, startsType, p.typeExpr) }),
		participle.ParseTypeWith(func(in stream) (rangeNode, error) { return start[rangeNode](in, startsExpr, p.rangeOf) }),
		participle.ParseTypeWith(func(in stream) (Pattern, error) { return start[Pattern](in, startsExpr, p.pattern) }),
		participle.ParseTypeWith(func(in stream) (text, error) { return start[text](in, startsText, p.text) }),
		participle.ParseTypeWith(func(in stream) (body, error) { return start[body](in, opens("{"), p.block) }),
		participle.ParseTypeWith(func(in stream) (elseBranch, error) { return start[elseBranch](in, startsElse, p.elseBranch) }),
		participle.ParseTypeWith(func(in stream) (seal, error) { return start[seal](in, p.startsSeal, p.seal) }),
		participle.ParseTypeWith(func(in stream) (hints, error) { return start[hints](in, opens("@"), p.hints) }),
		participle.ParseTypeWith(func(in stream) (bracketed, error) { return start[bracketed](in, opens("["), p.bracketed) }),
		participle.ParseTypeWith(func(in stream) (fieldList, error) { return start[fieldList](in, opens("{"), p.fields) }),
		participle.ParseTypeWith(func(in stream) (variantList, error) { return start[variantList](in, opens("{"), p.variants) }),
		participle.ParseTypeWith(func(in stream) (layoutFieldList, error) {
			return start[layoutFieldList](in, opens("{"), p.layoutFields)
		}),
		participle.ParseTypeWith(func(in stream) (itemList, error) { return start[itemList](in, opens("{"), p.items) }),
		participle.ParseTypeWith(func(in stream) (exprList, error) { return start[exprList](in, opens("{"), p.exprs) }),
		participle.ParseTypeWith(func(in stream) (caseList, error) { return start[caseList](in, opens("{"), p.cases) }),
		participle.ParseTypeWith(func(in stream) (armList, error) { return start[armList](in, opens("{"), p.arms) }),
		participle.ParseTypeWith(func(in stream) (genericList, error) { return start[genericList](in, opens("<"), p.generics) }),
		participle.ParseTypeWith(func(in stream) (paramList, error) { return start[paramList](in, opens("("), p.params) }),
		participle.ParseTypeWith(func(in stream) (payload, error) { return start[payload](in, opens("("), p.payload) }),
	}
}

// start reads an optional part. If the first word cannot begin the part, start tells participle
// that the part is absent.
func start[I, N any](in stream, can func(stream) bool, read func(stream) (N, error)) (I, error) {
	var none I
	if !can(in) {
		return none, participle.NextMatch
	}
	n, err := read(in)
	if err != nil {
		return none, err
	}
	return any(n).(I), nil
}

func opens(bracket string) func(stream) bool {
	return func(in stream) bool { return is(in, bracket) }
}

func startsText(in stream) bool { return in.Peek().Type == kindString }
func startsElse(in stream) bool { return is(in, "{") || is(in, "if") }

// makeRules makes each rule from its struct, and from the function that builds the rule's node.
func (p *Parser) makeRules() {
	p.rules = rules{
		field:       rule(p, buildField),
		variant:     rule(p, buildVariant),
		layoutField: rule(p, buildLayoutField),
		generic:     rule(p, buildGeneric),
		param:       rule(p, buildParam),
		matchArm:    rule(p, buildCase),
		caseElse:    rule(p, buildCaseElse),
		selectArm:   rule(p, buildArm),
		bind:        rule(p, buildBind),
		decls:       p.declRules(),
		stmts:       p.stmtRules(),
		items: map[string]reader[SystemItem]{
			"chan": rule(p, buildChan),
			"run":  rule(p, buildRun),
			"for":  rule(p, buildForItem),
		},
	}
}

func (p *Parser) declRules() map[string]reader[Decl] {
	return map[string]reader[Decl]{
		"use":    rule(p, buildUse),
		"const":  rule(p, buildConst),
		"config": rule(p, buildConst),
		"assert": rule(p, buildConstAssert),
		"type":   rule(p, buildType),
		"struct": rule(p, buildStruct),
		"enum":   rule(p, buildEnum),
		"layout": rule(p, buildLayout),
		"fn":     rule(p, buildFn),
		"task":   rule(p, buildTask),
		"system": rule(p, buildSystem),
		"test":   rule(p, buildTest),
		"budget": rule(p, buildBudget),
	}
}

func (p *Parser) stmtRules() map[string]reader[Stmt] {
	check := rule(p, buildCheck)
	variable := rule(p, buildVar)
	word := rule(p, buildWord)
	return map[string]reader[Stmt]{
		"let": rule(p, buildLet), "var": variable, "state": variable,
		"if": rule(p, buildIf), "for": rule(p, buildFor), "while": rule(p, buildWhile), "loop": rule(p, buildLoop),
		"break": word, "continue": word, "return": rule(p, buildReturn),
		"match": rule(p, buildMatch), "select": rule(p, buildSelect),
		"assert": check, "expect": check, "fail": check,
		"start": rule(p, buildStart), "crash": rule(p, buildCrash), "timed": rule(p, buildTimed),
	}
}
