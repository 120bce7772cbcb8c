package pass

// List returns all passes in order, for a target of 32 bits, of 64, or none.
// Optimisers come before legalise, where words are whole and proofs are easy,
// and again behind it and behind tasks, where new code wants cleaning.
func List() []Pass {
	var out []Pass
	out = append(out, Pass{Name: "inline", Doc: "put small functions and those called once in place of their calls", Run: inline, Keeps: []Property{Legal, Single}})
	out = append(out, Optimisers()...)
	out = append(out, Pass{Name: "legalise", Doc: "leave words of one register and operators that the target has", Run: legalise, Gives: []Property{Legal}, Keeps: []Property{Single}})
	out = append(out, Optimisers()...)
	out = append(out, Pass{Name: "tasks", Doc: "make one function of all tasks in which nothing blocks", Run: tasks, Gives: []Property{Single}, Keeps: []Property{Legal}})
	return append(out, Optimisers()...)
}

// Stages returns the passes that every program needs on its way to a target,
// without any optimiser.
func Stages() []Pass {
	var out []Pass
	for _, p := range List() {
		if p.Name == "legalise" || p.Name == "tasks" {
			out = append(out, p)
		}
	}
	return out
}
