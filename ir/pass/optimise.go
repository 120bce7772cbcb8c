package pass

// Optimisers returns the passes that only make programs smaller and faster, in
// a good order. Any of them may be left out, repeated or moved.
func Optimisers() []Pass {
	keeps := []Property{Legal, Single}
	return []Pass{
		{Name: "fold", Doc: "compute constants, decide branches, join blocks", Run: fold, Keeps: keeps},
		{Name: "gvn", Doc: "compute equal values and loads once", Run: gvn, Keeps: keeps},
		{Name: "checks", Doc: "remove checks that cannot fail, decide what is known", Run: checks, Keeps: keeps},
		{Name: "dce", Doc: "remove what nobody sees", Run: dce, Keeps: keeps},
	}
}
