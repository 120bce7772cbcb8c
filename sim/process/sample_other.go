//go:build !amd64

package process

import "errors"

// stoppedAt is for the processors that the programs are made for.
func stoppedAt(int) (uint64, error) {
	return 0, errors.New("programs run on x86-64 only")
}
