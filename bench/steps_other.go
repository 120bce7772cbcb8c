//go:build !linux || !amd64

package main

import "errors"

// stepsOf counts the instructions of a process for x86-64.
func stepsOf(string, ...string) (steps, error) {
	return steps{}, errors.New("instructions of a process are counted on Linux on x86-64 only")
}
