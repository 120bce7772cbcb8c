package flow

import (
	"context"
	"errors"
	"os/exec"
	"strings"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/proc"
)

// mpiFlags asks the compiler wrapper of the installed MPI for the flags that the wrapper
// would pass to clang. It is an error if the program cannot be distributed over ranks.
func (p *Program) mpiFlags(ctx context.Context, product x86.Product) (flags x86.MPIFlags, err error) {
	if product != x86.MPI {
		return flags, nil
	}
	if err := p.dealable(); err != nil {
		return flags, err
	}
	mpicc, err := exec.LookPath("mpicc")
	if err != nil {
		return flags, &MissingTool{"mpicc", "openmpi-bin libopenmpi-dev"}
	}
	if flags.Compile, err = wrapped(ctx, mpicc, "--showme:compile"); err == nil {
		flags.Link, err = wrapped(ctx, mpicc, "--showme:link")
	}
	return flags, err
}

// wrapped are the words that a compiler wrapper of Open MPI adds.
func wrapped(ctx context.Context, mpicc, what string) ([]string, error) {
	text, err := proc.Command(ctx, mpicc, what).Output()
	if err != nil {
		return nil, errors.Join(UserErrorf("`%s %s` fails; product mpi is made with Open MPI: apt-get install openmpi-bin libopenmpi-dev", mpicc, what), err)
	}
	return strings.Fields(string(text)), nil
}

// dealable reports a task that is not a thread. Only threads can be distributed over ranks.
func (p *Program) dealable() error {
	s := p.Tree.System
	if s == nil || !s.Parallel {
		return UserErrorf("%s: product mpi distributes threads over ranks; write `@parallel` after the name of the system", p.Name)
	}
	for _, r := range s.Runs {
		if !r.Thread {
			return diag.Errorf("", r.Span, "product mpi distributes threads over ranks, and the task `%s` is not a thread", r.Name).Hint("`sinter check` says why (E0413)")
		}
	}
	return nil
}
