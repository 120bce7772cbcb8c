//go:build !amd64

package process

import "errors"

// stoppedAt fails on this CPU: Sinter makes programs for x86-64 only, so none can be sampled.
func stoppedAt(int) (uint64, error) {
	return 0, errors.New("programs run on x86-64 only")
}
