package syntax

import "github.com/alecthomas/participle/v2/lexer"

// The functions in this file build a node from the captures of a grammar rule.

// blockOf unwraps a body, which may be absent.
func blockOf(b body) *Block {
	block, _ := b.(*Block)
	return block
}

func rangeIn(r rangeNode) *RangeExpr {
	node, _ := r.(*RangeExpr)
	return node
}

// optional returns the name in a captured token, or nil if the token is absent.
func (p *Parser) optional(t lexer.Token) *Ident {
	if t.Value == "" {
		return nil
	}
	name := p.ident(t)
	return &name
}

func hintsIn(h hints) []Hint {
	list, _ := h.(hintNodes)
	return list
}

func buildUse(p *Parser, g *useRule, at Place) Decl {
	d := &UseDecl{Place: at}
	for _, t := range g.Names {
		if t.Type == kindIdent {
			d.Names = append(d.Names, p.ident(t))
		}
	}
	return d
}

func buildConst(p *Parser, g *constRule, at Place) Decl {
	return &ConstDecl{at, g.Word.Value == "config", p.ident(g.Name), g.Type, g.Value}
}

func buildConstAssert(_ *Parser, g *constAssertRule, at Place) Decl {
	return &AssertDecl{at, g.Cond}
}

func buildType(p *Parser, g *typeRule, at Place) Decl {
	return &TypeDecl{at, p.ident(g.Name), g.Type}
}

func buildStruct(p *Parser, g *structRule, at Place) Decl {
	return &StructDecl{at, p.ident(g.Name), g.Fields.(fields)}
}

func buildField(p *Parser, g *fieldRule, at Place) Field {
	return Field{at, p.ident(g.Name), g.Type}
}

func buildEnum(p *Parser, g *enumRule, at Place) Decl {
	return &EnumDecl{at, p.ident(g.Name), g.Width, g.Variants.(variants)}
}

func buildVariant(p *Parser, g *variantRule, at Place) Variant {
	list, _ := g.Payload.(payloadNode)
	return Variant{at, p.ident(g.Name), list, g.Value}
}

func buildLayout(p *Parser, g *layoutRule, at Place) Decl {
	return &LayoutDecl{at, p.ident(g.Name), g.Fields.(layoutFields)}
}

func buildLayoutField(p *Parser, g *layoutFieldRule, at Place) LayoutField {
	s, _ := g.Seal.(*Seal)
	return LayoutField{at, p.ident(g.Name), g.Type, g.Little, rangeIn(g.In), g.Fixed, s, g.When}
}

func buildFn(p *Parser, g *fnRule, at Place) Decl {
	list, _ := g.Generics.(generics)
	return &FnDecl{
		at, p.ident(g.Name), list, g.Params.(params), g.Result, g.Where, hintsIn(g.Hints), blockOf(g.Body),
	}
}

func buildGeneric(p *Parser, g *genericRule, at Place) Generic {
	return Generic{at, p.ident(g.Name), g.Bound}
}

func buildParam(p *Parser, g *paramRule, at Place) Param {
	return Param{at, p.ident(g.Name), g.InOut, g.Type}
}

func buildTask(p *Parser, g *taskRule, at Place) Decl {
	return &TaskDecl{at, p.ident(g.Name), g.Params.(params), blockOf(g.Body)}
}

func buildSystem(p *Parser, g *systemRule, at Place) Decl {
	return &SystemDecl{at, p.ident(g.Name), hintsIn(g.Hints), g.Items.(items)}
}

func buildTest(_ *Parser, g *testRule, at Place) Decl {
	return &TestDecl{at, g.Name.(*StringLit), blockOf(g.Body)}
}

func buildBudget(_ *Parser, g *budgetRule, at Place) Decl {
	return &BudgetDecl{at, g.Lines.(exprs)}
}

func buildBind(p *Parser, g *bindRule, at Place) SystemItem {
	return &BindItem{at, p.ident(g.Name), g.Value}
}

func buildChan(p *Parser, g *chanRule, at Place) SystemItem {
	count, _ := g.Count.(bracketsNode)
	return &ChanItem{at, p.ident(g.Name), count.x, g.Elem, g.Cap}
}

func buildRun(p *Parser, g *runRule, at Place) SystemItem {
	return &RunItem{at, p.callOf(g.Call, "run")}
}

func buildForItem(p *Parser, g *forItemRule, at Place) SystemItem {
	return &ForItem{at, p.ident(g.Var), rangeIn(g.Range), g.Step, g.Items.(items)}
}

func buildLet(p *Parser, g *letRule, at Place) Stmt {
	return &LetStmt{at, p.ident(g.Name), g.Type, g.Value, blockOf(g.Else)}
}

func buildVar(p *Parser, g *varRule, at Place) Stmt {
	p.checkVar(g)
	return &VarStmt{at, g.Word.Value == "state", p.ident(g.Name), g.Type, g.Value, hintsIn(g.Hints)}
}

func buildIf(p *Parser, g *ifRule, at Place) Stmt {
	other, _ := g.Else.(elseNode)
	return &IfStmt{at, p.optional(g.Let), g.Cond, blockOf(g.Then), other.stmt}
}

func buildFor(p *Parser, g *forRule, at Place) Stmt {
	return &ForStmt{at, p.ident(g.Var), rangeIn(g.Range), g.Step, hintsIn(g.Hints), blockOf(g.Body)}
}

func buildWhile(_ *Parser, g *whileRule, at Place) Stmt {
	return &WhileStmt{at, g.Cond, g.Max, hintsIn(g.Hints), blockOf(g.Body)}
}

func buildLoop(_ *Parser, g *loopRule, at Place) Stmt {
	return &LoopStmt{at, hintsIn(g.Hints), blockOf(g.Body)}
}

func buildWord(_ *Parser, g *wordRule, at Place) Stmt {
	if g.Word.Value == "break" {
		return &BreakStmt{at}
	}
	return &ContinueStmt{at}
}

func buildReturn(_ *Parser, g *returnRule, at Place) Stmt {
	return &ReturnStmt{at, g.Value}
}

func buildMatch(_ *Parser, g *matchRule, at Place) Stmt {
	c := g.Arms.(cases)
	return &MatchStmt{at, g.Value, c.arms, c.last}
}

func buildCase(_ *Parser, g *caseRule, at Place) MatchArm {
	return MatchArm{at, g.Patterns, blockOf(g.Body)}
}

func buildCaseElse(_ *Parser, g *caseElseRule, _ Place) *Block { return blockOf(g.Body) }

func buildSelect(_ *Parser, g *selectRule, at Place) Stmt {
	return &SelectStmt{at, g.Policy.Value, g.Arms.(arms)}
}

func buildArm(p *Parser, g *armRule, at Place) SelectArm {
	call, kind := p.armCall(g)
	return SelectArm{at, kind, p.optional(g.Let), call, g.When, blockOf(g.Body)}
}

func buildCheck(_ *Parser, g *checkRule, at Place) Stmt {
	switch g.Word.Value {
	case "assert":
		return &AssertStmt{at, g.X}
	case "expect":
		return &ExpectStmt{at, g.X}
	}
	return &FailStmt{at, g.X}
}

func buildStart(p *Parser, g *startRule, at Place) Stmt {
	return &StartStmt{at, p.callOf(g.Call, "start")}
}

func buildCrash(_ *Parser, g *crashRule, at Place) Stmt {
	return &CrashStmt{at, g.Device, g.Losing}
}

func buildTimed(p *Parser, g *timedRule, at Place) Stmt {
	return &TimedStmt{at, p.ident(g.Name), blockOf(g.Body)}
}
