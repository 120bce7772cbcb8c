//go:build !amd64

package process

import "errors"

// stoppedAt is not implemented on this CPU, for which Sinter makes no programs.
func stoppedAt(int) (uint64, error) {
	return 0, errors.New("programs run on x86-64 only")
}
