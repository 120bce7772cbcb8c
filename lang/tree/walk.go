package tree

// Operands lists the direct operands of x in the order of evaluation. Devices are omitted, because
// a program does not evaluate devices.
func Operands(x Expr) []Expr {
	switch x := x.(type) {
	case *Unary:
		return present(x.X)
	case *Binary:
		return present(x.L, x.R)
	case *Equal:
		return present(x.L, x.R)
	case *Convert:
		return present(x.X)
	case *Bits:
		return present(x.X)
	case *FromBits:
		return present(x.X)
	case *Index:
		return present(x.X, x.I)
	case *SliceOf:
		return present(x.X, x.Lo, x.Hi)
	case *FieldRef:
		return present(x.X)
	case *Call:
		return values(x.Args)
	case *StructLit:
		return values(x.Args)
	case *EnumLit:
		return values(x.Args)
	case *ArrayLit:
		return present(x.Elems...)
	case *Some:
		return present(x.X)
	case *Search:
		return present(x.Lo, x.Hi, x.Where)
	case *Within:
		return present(x.X, x.Lo, x.Hi)
	case *Clamp:
		return present(x.X, x.Lo, x.Hi)
	case *Parse:
		return present(x.X)
	case *Len:
		return present(x.X)
	case *ToBytes:
		return present(x.X)
	case *Write:
		return present(x.X)
	case *Sealed:
		return present(x.X)
	case *ChanRecv:
		return present(x.Chan)
	case *TryRecv:
		return present(x.Chan)
	case *TrySend:
		return present(x.Chan, x.Value)
	case *HeadRecv:
		return present(x.Buf)
	case *Asked:
		return Heads(x.Ask)
	case *MapGet:
		return present(x.Map, x.Key, x.Default)
	}
	return operandsOfTest(x)
}

// operandsOfTest lists the operands of expressions that occur only in tests.
func operandsOfTest(x Expr) []Expr {
	switch x := x.(type) {
	case *Take:
		return present(x.Within, x.To)
	case *Choose:
		return present(x.Lo, x.Hi, x.Recv)
	case *ChooseBytes:
		return present(x.Len, x.Recv)
	case *ChooseSubset:
		return present(x.X)
	case *Sector:
		return present(x.I)
	}
	return nil
}

// present drops operands that are nil.
func present(list ...Expr) []Expr {
	var out []Expr
	for _, x := range list {
		if x != nil {
			out = append(out, x)
		}
	}
	return out
}

func values(args []Arg) []Expr {
	var out []Expr
	for _, a := range args {
		out = append(out, present(a.Value)...)
	}
	return out
}

// Blocks lists the blocks directly in a statement. A missing else block is nil.
func Blocks(s Stmt) []*Block {
	switch s := s.(type) {
	case *Block:
		return []*Block{s}
	case *LetElse:
		return []*Block{s.Else}
	case *IfLet:
		return []*Block{s.Then, s.Else}
	case *If:
		return []*Block{s.Then, s.Else}
	case *For:
		return []*Block{s.Body}
	case *While:
		return []*Block{s.Body}
	case *Loop:
		return []*Block{s.Body}
	case *Timed:
		return []*Block{s.Body}
	case *Select:
		var out []*Block
		for i := range s.Arms {
			out = append(out, s.Arms[i].Body)
		}
		return out
	case *Match:
		var out []*Block
		for i := range s.Arms {
			out = append(out, s.Arms[i].Body)
		}
		return append(out, s.Else)
	}
	return nil
}

// Heads lists the expressions that a statement evaluates itself, in the order of evaluation.
// Expressions in nested blocks are omitted, and so are devices.
func Heads(s Stmt) []Expr {
	switch s := s.(type) {
	case *Declare:
		return present(s.Value)
	case *LetElse:
		return present(s.Value)
	case *IfLet:
		return present(s.Value)
	case *Assign:
		return present(s.Target, s.Value)
	case *If:
		return present(s.Cond)
	case *For:
		return present(s.Lo, s.Hi)
	case *While:
		return present(s.Cond)
	case *Match:
		return present(s.Value)
	case *Return:
		return present(s.Value)
	case *Assert:
		return present(s.Cond)
	case *Log:
		return present(s.Args...)
	case *Do:
		return present(s.X)
	case *Append:
		return present(s.Buf, s.Value)
	case *Resize:
		return present(s.Buf, s.Len)
	case *MapPut:
		return present(s.Map, s.Key, s.Value)
	case *MapRemove:
		return present(s.Map, s.Key)
	}
	return append(headsOfPorts(s), headsOfTest(s)...)
}

// headsOfPorts implements Heads for statements on channels and devices.
func headsOfPorts(s Stmt) []Expr {
	switch s := s.(type) {
	case *ChanSend:
		return present(s.Chan, s.Value)
	case *Select:
		var out []Expr
		for i := range s.Arms {
			a := &s.Arms[i]
			out = append(out, present(a.End, a.After, a.When, a.Buf)...)
		}
		return out
	case *DevRecv:
		return present(s.Buf)
	case *DevSend:
		return present(s.Head, s.Value)
	case *LevelPut:
		return present(s.Value)
	case *DevAsk:
		if s.Does != nil && s.Does.Same {
			return present(s.Body)
		}
		return present(s.Arg, s.Body, s.Into)
	}
	return nil
}

// headsOfTest implements Heads for statements that occur only in tests.
func headsOfTest(s Stmt) []Expr {
	switch s := s.(type) {
	case *Expect:
		return present(s.Cond)
	case *Crash:
		return present(s.Losing)
	case *Put:
		return present(s.From, s.Value)
	case *Answer:
		return present(s.Sent, s.Value)
	case *Able:
		return present(s.Arg, s.Can)
	case *Quiet:
		return present(s.Within)
	case *Pass:
		return present(s.Within)
	}
	return nil
}
