package pass

// Optimisers returns the passes that only make programs smaller and faster, in
// a good order. Each may be left out, repeated or moved.
func Optimisers() []Pass {
	return []Pass{
		{Name: "fold", Doc: "compute constants, decide branches, join blocks", Run: fold},
		{Name: "gvn", Doc: "compute equal values and loads once", Run: gvn},
		{Name: "bytes", Doc: "move neighbouring bytes at once", Run: sideBySide},
		{Name: "checks", Doc: "remove checks that cannot fail, decide what is known", Run: checks},
		{Name: "jumps", Doc: "lead edges past branches that they decide", Run: jumps},
		{Name: "copies", Doc: "read and build objects where they are, without copies", Run: copies},
		{Name: "rotate", Doc: "test loops at their end", Run: rotate},
		{Name: "licm", Doc: "move what every round repeats in front of the loop", Run: licm},
		{Name: "unroll", Doc: "join the rounds of short loops", Run: unroll},
		{Name: "strength", Doc: "step offsets instead of computing them", Run: strength},
		{Name: "args", Doc: "take away parameters that are always the same", Run: args},
		{Name: "dce", Doc: "remove what nobody sees", Run: dce},
	}
}
