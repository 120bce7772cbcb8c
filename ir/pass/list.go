package pass

import "github.com/sinter-lang/sinter/ir"

// List returns all passes in order. The passes work for targets with words of 32 bits, for
// targets with words of 64 bits, and without a target. Optimisers run before legalise, when
// words are still whole and proofs are easy. They run again after legalise and after tasks,
// to clean up the new code.
func List() []Pass {
	legal, single := Legal(), Single()
	placesPass := Pass{Name: "places", Doc: "put constant offsets into places, read constants", Run: places}
	optimise := []Pass{placesPass}
	for _, p := range Optimisers() {
		if p.Name == "unroll" || p.Name == "strength" || p.Name == "bytes" { // LLVM does this itself, and optimises our transformed loops less well
			p = p.forCores()
		}
		optimise = append(optimise, p)
	}
	var out []Pass
	out = append(out, Pass{Name: "inline", Doc: "put small functions and those called once in place of their calls", Run: inline})
	out = append(out, optimise...)
	out = append(out, placesPass)
	out = append(out, Pass{Name: "legalise", Doc: "leave words of one register and operators that the target has", Run: legalise, Gives: &legal})
	for _, p := range optimise { // for x86-64, legalise makes no code that needs optimising
		out = append(out, p.forCores())
	}
	out = append(out, Pass{Name: "once", Doc: "let objects that live once start as zero", Run: once}.forCores())
	out = append(out, Pass{Name: "tasks", Doc: "make one function of all tasks in which nothing blocks", Run: tasks, Gives: &single})
	out = append(out, optimise...)
	out = append(out, Pass{Name: "products", Doc: "shift and add instead of multiplying, when then nothing multiplies", Run: products}.forCores())
	out = append(out, optimise[len(optimise)-1].forCores())
	out = append(out, Pass{Name: "lengths", Doc: "remove checks that lengths and counters decide, mark sums that do not wrap", Run: lengths}.forLLVM())
	out = append(out, Pass{Name: "versions", Doc: "run loops without checks where these hold in all rounds", Run: versions}.forLLVM())
	return append(out, Pass{Name: "choices", Doc: "choose between words instead of branching, in loops that then are one block", Run: choices}.forLLVM())
}

// forCores leaves a pass out for x86-64, where LLVM optimises afterwards.
func (p Pass) forCores() Pass {
	run := p.Run
	p.Run = func(m *ir.Module, env *Env) bool { return env.XLen != 0 && run(m, env) }
	return p
}

// forLLVM leaves a pass out for cores, whose programs must be short.
func (p Pass) forLLVM() Pass {
	run := p.Run
	p.LLVM, p.Run = true, func(m *ir.Module, env *Env) bool { return env.XLen == 0 && run(m, env) }
	return p
}

// Stages returns the passes that every program needs for a target, without any optimiser.
func Stages() []Pass {
	var out []Pass
	for _, p := range List() {
		if p.Name == "legalise" || p.Name == "tasks" {
			out = append(out, p)
		}
	}
	return out
}

// Reasons explains the order of List. Each reason says that some run of pass Before comes
// before every run of pass After.
func Reasons() []Reason {
	return []Reason{
		{"inline", "copies", "a copy made for an argument shows only when caller and callee are one function"},
		{"inline", "jumps", "an option that is returned is tested at once by the caller"},
		{"fold", "gvn", "equal values are found when constants have one form"},
		{"unroll", "places", "the rounds of an unrolled loop have constant offsets"},
		{"checks", "legalise", "bounds of words over 32 bits cannot be seen in their halves"},
		{"unroll", "legalise", "calls of rt stand where operators were, and count as large"},
		{"inline", "legalise", "helpers of rt shall stay functions"},
		{"legalise", "tasks", "what is saved across a wait are registers, and channels have legal words"},
		{"rotate", "versions", "a loop counts where its test stands at the end"},
		{"copies", "once", "an object that is built in place is no longer cleared and copied"},
		{"once", "tasks", "in a task of several, a life begins after the number of the step"},
		{"tasks", "versions", "the loops of all tasks are in one function, and no pass looks at the copies again"},
		{"tasks", "lengths", "it looks at the whole program"},
		{"lengths", "versions", "a loop without checks needs no second form"},
		{"versions", "choices", "a loop whose checks are gone may only compute"},
		{"strength", "products", "a step of a loop is cheaper than shifts"},
		{"products", "dce", "the constants that were multiplied by are left over"},
		{"tasks", "dce", "joining the tasks leaves functions that nobody calls"},
	}
}
