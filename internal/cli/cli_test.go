package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sinter-lang/sinter/internal/cli"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") && filepath.Base(os.Args[0]) != "sinter" {
		os.Exit(2) // a worker that is the test binary would run the tests, which start workers
	}
	testscript.Main(m, map[string]func(){
		"sinter": func() {
			os.Exit(cli.Run(cli.Signals(context.Background()), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// Each script is a user's session: commands, their output, and the files that they leave.
// SINTER_UPDATE=1 rewrites the expected files.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: os.Getenv("SINTER_UPDATE") == "1"})
}
