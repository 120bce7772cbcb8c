package ir

// newest maps an object (nil for I/O) to its newest token. If an object is missing here, paths
// with different tokens of the object meet, and none of the tokens is the newest.
type newest map[*Object]*Value

// tokens checks that tokens are linear. A forward data-flow analysis computes the newest token of
// each object.
func (v *verifier) tokens(f *Func) {
	in := make([]newest, len(f.Blocks))
	in[0] = newest{}
	for changed := true; changed; {
		changed = false
		for _, k := range v.flow.Order {
			b := f.Blocks[k]
			out := in[k].enter(b)
			for _, i := range b.Instrs {
				out.step(i)
			}
			for _, e := range b.Term.Succs {
				if meet(in, v.node[e.To], out) {
					changed = true
				}
			}
		}
	}
	for k, b := range f.Blocks {
		v.tokensOfBlock(in[k].enter(b), b)
	}
}

// meet merges the tokens at the end of a predecessor into the tokens at the start of node k.
func meet(in []newest, k int, from newest) bool {
	if in[k] == nil {
		in[k] = newest{}
		for o, t := range from {
			in[k][o] = t
		}
		return true
	}
	changed := false
	for o, t := range in[k] {
		if from[o] != t {
			delete(in[k], o)
			changed = true
		}
	}
	return changed
}

// enter copies n and adds the parameters of b.
func (n newest) enter(b *Block) newest {
	out := newest{}
	for o, t := range n {
		out[o] = t
	}
	for _, p := range b.Params {
		if p.Type == Token {
			out[p.Obj] = p
		}
	}
	return out
}

func (n newest) step(i *Instr) {
	for _, r := range i.Results {
		if r.Type == Token {
			n[r.Obj] = r
		}
	}
}

func (v *verifier) tokensOfBlock(now newest, b *Block) {
	seen := map[*Object]bool{}
	for _, p := range b.Params {
		if p.Type == Token && seen[p.Obj] {
			v.errorf(p, p.Span, "b%d has two tokens %s", b.ID, typeOf(Token, p.Obj))
		}
		seen[p.Obj] = seen[p.Obj] || p.Type == Token
	}
	check := func(at any, i *Instr, x *Value, what string) {
		if x.Type != Token || now[x.Obj] == x {
			return
		}
		span := v.f.Span
		if i != nil {
			span = i.Span
		}
		if now[x.Obj] == nil {
			v.errorf(at, span, "%s takes %s, but paths with different tokens %s meet before it", what, x, typeOf(Token, x.Obj))
			return
		}
		v.errorf(at, span, "%s takes %s, but the newest %s is %s", what, x, typeOf(Token, x.Obj), now[x.Obj])
	}
	for _, i := range b.Instrs {
		for _, x := range i.Args {
			check(i, i, x, opcode(i))
		}
		now.step(i)
	}
	for _, e := range b.Term.Succs {
		for _, x := range e.Args {
			check(&b.Term, nil, x, "a jump")
		}
	}
	if b.Term.Op == Return {
		for _, x := range b.Term.Args {
			check(&b.Term, nil, x, "the return")
		}
		v.changedTokens(now, b)
	}
}

// changedTokens checks that a return gives back the newest token of each changed object.
func (v *verifier) changedTokens(now newest, b *Block) {
	for _, p := range v.f.Params() {
		if p.Type == Token && now[p.Obj] != p && !contains(b.Term.Args, now[p.Obj]) {
			v.errorf(&b.Term, b.Term.Span, "the return does not give the newest %s", typeOf(Token, p.Obj))
		}
	}
}
