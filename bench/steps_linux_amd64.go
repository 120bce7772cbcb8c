package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// mostSteps limits the length of a run that is counted step by step.
const mostSteps = 5_000_000

// kernelLibrary is an address below the library that the kernel maps into each process.
// Programs read the clock with this library, so its instructions count as part of the
// layer.
const kernelLibrary = 1 << 40

// stepsOf runs a process instruction by instruction and counts the instructions.
// Instructions from a source in C or assembly belong to the layer below the program. A
// repeated string instruction counts once for each repetition, because the CPU stops after
// each (Intel SDM volume 3, 18.3.1.4).
func stepsOf(path string, args ...string) (s steps, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	place := x86.Places(data)
	runtime.LockOSThread() // only the thread that attached may trace
	defer runtime.UnlockOSThread()
	p, err := os.StartProcess(path, append([]string{path}, args...), &os.ProcAttr{
		Files: []*os.File{nil, nil, os.Stderr}, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	if err != nil {
		return s, err
	}
	s.lines = map[string]int{}
	before := uint64(0) // address at the last stop; a repeated instruction (REP) keeps its address
	for range mostSteps {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(p.Pid, &status, 0, nil); err != nil {
			return s, err
		}
		if status.Exited() {
			return s, ended(status.ExitStatus())
		}
		if !status.Stopped() || status.StopSignal() != syscall.SIGTRAP {
			return s, errors.Join(fmt.Errorf("%s stopped with %v", filepath.Base(path), status.StopSignal()), p.Kill())
		}
		var regs syscall.PtraceRegs
		if err := syscall.PtraceGetRegs(p.Pid, &regs); err != nil {
			return s, err
		}
		at := place(regs.Rip)
		if regs.Rip >= kernelLibrary {
			at = "vdso.S:0"
		}
		if regs.Rip != before {
			s.at(at)
		}
		before = regs.Rip
		if err := syscall.PtraceSingleStep(p.Pid); err != nil {
			return s, err
		}
	}
	return s, errors.Join(fmt.Errorf("%s does not end within %d instructions", filepath.Base(path), mostSteps), p.Kill())
}

func ended(code int) error {
	if code != 0 {
		return fmt.Errorf("the process ended with %d", code)
	}
	return nil
}
