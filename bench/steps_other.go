//go:build !linux || !amd64

package main

import "errors"

// stepsOf returns an error, because this machine cannot count the instructions of an x86-64
// process.
func stepsOf(string, ...string) (steps, error) {
	return steps{}, errors.New("instructions of a process are counted on Linux on x86-64 only")
}
