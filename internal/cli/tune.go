package cli

import (
	"os"
	"runtime/debug"
)

// gcPercent trades memory for time: a compiler lives for a moment and keeps most
// of what it makes.
const gcPercent = 400

// Tune sets up the process of the tool, and of whoever measures it. GOGC comes
// first.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
