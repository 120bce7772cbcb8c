package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
)

// steps are the instructions that a process executed.
type steps struct {
	program int            // in the program, the library and the scheduler
	layer   int            // in the layer below the program: system calls, devices, start and end
	lines   map[string]int // program and layer together, by source position, for the eight echoes by which two runs differ
}

func (s *steps) at(place string) {
	s.lines[place]++
	file, _, _ := strings.Cut(place, ":")
	switch filepath.Ext(file) {
	case ".c", ".h", ".s", ".S":
		s.layer++
	default:
		s.program++
	}
}

// echoSteps counts the cost of an echo in a process, as the difference between two runs
// that differ by eight datagrams. The datagrams come from a capture.
func (e *example) echoSteps(ctx context.Context, size int) (s steps, err error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(dir)
	elf, err := e.Artefact(ctx, "echo.elf", flow.ArtefactOptions{Product: string(x86.Linux)})
	path := filepath.Join(dir, "echo")
	if err == nil {
		err = os.WriteFile(path, elf, 0o755)
	}
	if err != nil {
		return s, err
	}
	s.lines = map[string]int{}
	for _, run := range echoRuns() {
		w, drop, err := e.echoWorld(size, run.n)
		if err != nil {
			return s, err
		}
		in := strings.TrimPrefix(w.Captures[0], "nic=")
		got, err := stepsOf(path, "nic=pcap:"+in+","+filepath.Join(dir, "out.pcap"))
		drop()
		if err != nil {
			return s, err
		}
		s.program += run.sign * got.program
		s.layer += run.sign * got.layer
		for line, n := range got.lines {
			s.lines[line] += run.sign * n
		}
	}
	s.program /= manyEchoes - fewEchoes
	s.layer /= manyEchoes - fewEchoes
	return s, nil
}
