package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// straight is a program with one task of n consecutive u64 statements. The statements are in
// a loop over frames, so no value is known before the program runs.
func straight(n int) string {
	var b strings.Builder
	b.WriteString("use net\n\ntask t(d: net.Eth) {\n  state a: u64 = 1\n  state b: u64 = 2\n  var m: bytes<64>\n  loop {\n    d.recv(m)\n    var x = a\n    var y = b + u64(m.len)\n")
	for k := range n {
		c := uint64(k)*2654435761 + 12345
		switch k % 4 {
		case 0:
			fmt.Fprintf(&b, "    x = x * %d + y\n", c|1)
		case 1:
			fmt.Fprintf(&b, "    y = y ^ (x >> %d)\n", k%63+1)
		case 2:
			fmt.Fprintf(&b, "    x = x + (y << %d)\n", k%61+1)
		default:
			fmt.Fprintf(&b, "    y = y - x ^ %d\n", c)
		}
	}
	b.WriteString("    a = x\n    b = y\n    log.print(\"{x} {y}\")\n  }\n}\n\nsystem straight {\n  nic = net.eth(0)\n  run t(nic)\n}\n")
	return b.String()
}

// compileSizes are the numbers of statements of the measured functions.
func compileSizes() []int { return []int{1_000, 2_000, 4_000, 8_000, 16_000} }

// compileLevels are the artefacts to make: none (the program is only checked), LLVM IR, an
// x86-64 process, and the program of a core.
func compileLevels() []string { return []string{"", "ll", "elf", "img"} }

// usage is the time and memory that a process and all its child processes have used.
type usage struct{ seconds, mib float64 }

// compileCosts prints one JSON object. For each level and size it has the CPU seconds, and the
// peak memory of the largest process in MiB. It also has the growth: the time for twice the
// statements, divided by twice the time. So 1 means linear growth. The object also has the
// costs of the two programs in testdata/large.
func compileCosts(root string, out io.Writer) error {
	dir, err := os.MkdirTemp("", "sinter-compile")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f := newFigures()
	for _, level := range compileLevels() {
		last := usage{}
		for _, n := range compileSizes() {
			path := filepath.Join(dir, "straight.sn")
			if err := os.WriteFile(path, []byte(straight(n)), 0o644); err != nil {
				return err
			}
			used, err := f.compile(path, level, fmt.Sprint(n))
			if err != nil {
				return err
			}
			if last.seconds > 0 {
				f.rate(fmt.Sprintf("compile.growth.%s.%d", levelName(level), n), used.seconds/last.seconds/2)
			}
			last = used
		}
		for _, name := range []string{"scal400", "tk180"} {
			if _, err := f.compile(filepath.Join(root, "backend_riscv/testdata/large", name+".sn"), level, name); err != nil {
				return err
			}
		}
	}
	return printJSON(out, map[string]any{"seconds": f.Seconds, "rates": f.Rates})
}

// compile records the cost of one program at one level.
func (f *figures) compile(path, level, name string) (usage, error) {
	used, err := costOf(path, level)
	if err != nil {
		return usage{}, err
	}
	f.seconds(fmt.Sprintf("compile.%s.%s", levelName(level), name), used.seconds)
	f.rate(fmt.Sprintf("compile.mib.%s.%s", levelName(level), name), used.mib)
	return used, nil
}

func levelName(level string) string {
	if level == "" {
		return "check"
	}
	return level
}

// costOf measures a process that compiles a program to a level.
func costOf(path, level string) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	var used usage
	said, err := exec.Command(self, "-cost", path, "-to", level).Output()
	if err != nil {
		return usage{}, fmt.Errorf("%s -cost %s -to %s: %w", self, path, level, err)
	}
	_, err = fmt.Sscan(string(said), &used.seconds, &used.mib)
	return used, err
}

// printCost is the main function of the measured process. It prints its cost.
func printCost(path, level string) (code int) {
	_, err := scaleTime(context.Background(), path, level)
	var self, children syscall.Rusage
	if err == nil {
		err = syscall.Getrusage(syscall.RUSAGE_SELF, &self)
	}
	if err == nil {
		err = syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 2
	}
	spent := time.Duration(self.Utime.Nano() + self.Stime.Nano() + children.Utime.Nano() + children.Stime.Nano())
	fmt.Println(spent.Seconds(), max(self.Maxrss, children.Maxrss)>>10) // Linux counts Maxrss in KiB
	return 0
}
