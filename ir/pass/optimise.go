package pass

// Optimisers returns the passes that only make programs smaller and faster, in
// a good order. Any of them may be left out, repeated or moved.
func Optimisers() []Pass {
	keeps := []Property{Legal, Single}
	return []Pass{
		{Name: "fold", Doc: "compute constants, decide branches, join blocks", Run: fold, Keeps: keeps},
		{Name: "gvn", Doc: "compute equal values and loads once", Run: gvn, Keeps: keeps},
		{Name: "checks", Doc: "remove checks that cannot fail, decide what is known", Run: checks, Keeps: keeps},
		{Name: "jumps", Doc: "lead edges past branches that they decide", Run: jumps, Keeps: keeps},
		{Name: "copies", Doc: "read and build objects where they are, without copies", Run: copies, Keeps: keeps},
		{Name: "rotate", Doc: "test loops at their end", Run: rotate, Keeps: keeps},
		{Name: "licm", Doc: "move what every round repeats in front of the loop", Run: licm, Keeps: keeps},
		{Name: "unroll", Doc: "join the rounds of short loops", Run: unroll, Keeps: keeps},
		{Name: "strength", Doc: "step offsets instead of computing them", Run: strength, Keeps: keeps},
		{Name: "dce", Doc: "remove what nobody sees", Run: dce, Keeps: keeps},
	}
}
