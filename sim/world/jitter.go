package world

import (
	"math/rand/v2"
	"sort"
)

// Jitter makes a random script from a seed. The script has a dozen messages of 1 to 14 bytes,
// at random devices and times. Many times are equal, and some messages are too long for a small
// buffer. In half of the scripts, the run ends before or after the last message. With such
// scripts, the trace of a program depends on the order in which the program takes messages.
func Jitter(devices []string, seed uint64) *Script {
	r := rand.New(rand.NewPCG(seed, 1))
	s := &Script{Devices: devices}
	for n := 4 + r.IntN(12); n > 0 && len(devices) > 0; n-- {
		data := make([]byte, 1+r.IntN(14))
		for k := range data {
			data[k] = byte('a' + r.IntN(26))
		}
		if r.IntN(6) == 0 {
			data = append(data, make([]byte, 1+r.IntN(20))...)
		}
		s.Inputs = append(s.Inputs, Input{Time: uint64(r.IntN(40)), Device: r.IntN(len(devices)), Data: data})
	}
	sort.SliceStable(s.Inputs, func(i, j int) bool {
		a, b := &s.Inputs[i], &s.Inputs[j]
		return a.Time < b.Time || a.Time == b.Time && a.Device < b.Device
	})
	if r.IntN(2) == 0 {
		until := uint64(r.IntN(80))
		s.Until = &until
	}
	return s
}
