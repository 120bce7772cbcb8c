// Command bench measures the artefacts and tools of this tree and compares the figures with the
// last accepted ones:
//
//	go run ./bench               all figures as one JSON object; exit 1 when a count got worse
//	go run ./bench -accept       also write bench/accepted.json
//	go run ./bench -synth        also place every core on an iCE40 HX8K
//	go run ./bench -only filter  only these examples
//	go run ./bench -echo         only the cost of one echo of net.udp; with -lines by source line
//	go run ./bench -native       only kernels as Linux processes beside the same in C; -only names kernels
//	go run ./bench -sim          only cycles a second of cores beside Verilator; -only names kernels
//	go run ./bench -stream       the filter over captures of 10,000 frames to -frames (1,000,000): processor time of
//	                             a frame and the most memory, by machine
//	go run ./bench -parallel     stencil, conjugate gradient and bodies in strips: threads beside OpenMP, ranks beside C with MPI; least of -rounds
//	go run ./bench -table DIR    area, time and their product of the kernels over the family of cores, and the speed-up by mined
//	                             lines over the examples, as Markdown, CSV and SVG in DIR; -runner slurm -jobs N on a cluster,
//	                             -priced without yosys and nextpnr
//	go run ./bench -live         the echo as a service on each machine, and sizes, memory, clock and processor
//	                             time of guests: medians of five rounds. -peer KERNEL also measures another guest
//	go run ./bench -compile      the cost of compiling functions of 1,000 to 16,000 statements, by level
//	go run ./bench -mine         the examples with mined lines and without; -programs DIR takes the programs of a folder
//	go run ./bench -code         instructions and text bytes of the kernels, aes and base64 beside clang's, and the geometric means;
//	                             32 registers, no mined lines; -only names kernels
//	go run ./bench -core         the table of goals: cores of the kernels placed by yosys and nextpnr, beside other cores (peers.json);
//	                             -kinds pipe3,pipe3+mine+netlist says which, -only names kernels
//	go run ./bench -verify       processor seconds of a full verify of hello and sha256, from an empty cache and from a full one
//	go run ./bench -boards       cells of peripherals beside their goals, lines by hand, and the seconds of blinky to its bitstream by tool
//	go run ./bench -registers    the table of docs/hardware.md of cores with 8 to 32 registers
//
// The object has four parts, each a map from a dotted key to a number:
//
//	counts   exact and the same everywhere: bytes, instructions, cycles, look-up tables
//	ratios   quotients of counts
//	rates    per second: simulated instructions and cycles, megahertz of placed cores
//	seconds  from source to artefact
//
// The object also has a list `missing`: the figures that were not measured, with the reasons.
// For counts and ratios less is better, and growth by more than two per cent is a failure.
// Rates and seconds depend on the machine and never fail.
//
// A key begins with the measured quantity and ends with the core and the example:
//
//	text_bytes data_bytes linux_bytes pvh_bytes     sizes, the executables stripped
//	instructions cycles.CORE                        of the timed region, else of the run
//	luts depth ffs cells .CORE, full_luts.CORE      by our own mapper; full_luts: the core with all of RV32I
//	ratios: luts.CORE.EXAMPLE                       luts by full_luts
//	clang_instructions, ratios: cg.instructions     kernels in C; ours to clang's, and the geometric mean
//	echo_instructions echo_cycles.CORE              of one echo, by its size in bytes: scheduler, stack and task
//	echo_x86 echo_x86_layer                         with -echo: of one echo in a process, and in the layer below the program
//	boot_instructions guest_instructions            of a guest until its program begins; from there to its end
//	placed_cells placed_rams, rates: placed_mhz     on the FPGA, the median of three seeds
//	scale.check scale.ll, rates: scale.check_growth seconds for generated programs, by lines: to check them, and to LLVM IR;
//	scale.ll_cpu, rates: scale.ll_mib, .check_mib   processor seconds and the most MiB for them
//
// Start reading at measure.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/cli"
	"github.com/sinter-lang/sinter/internal/flow"
)

// options say what to measure.
type options struct {
	root  string   // of the tree
	only  []string // names of examples; empty: all
	synth bool
	times bool // measure rates and seconds
	peer  peer // the guest with which services are compared
	goal  flow.Goal
}

func main() {
	cli.Tune()
	if len(os.Args) > 1 && os.Args[1] == asSinter {
		os.Exit(cli.Run(cli.Signals(context.Background()), os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	accept := flag.Bool("accept", false, "write the counts to bench/accepted.json")
	synth := flag.Bool("synth", false, "place every core with yosys and nextpnr")
	only := flag.String("only", "", "comma-separated examples")
	root := flag.String("root", ".", "root of the tree")
	echo := flag.Bool("echo", false, "count the instructions of one echo and nothing else")
	lines := flag.Bool("lines", false, "with -echo: by source line too")
	cost := flag.String("cost", "", "load this program only, and print the processor seconds and the MiB that this took")
	to := flag.String("to", "", "with -cost: also make the artefact with this extension, such as elf")
	sizes := flag.Bool("compile", false, "measure the cost of compiling functions of 1,000 to 16,000 statements, and nothing else")
	beside := flag.Bool("native", false, "time kernels as Linux processes beside the same kernels in C, and nothing else")
	rounds := flag.Int("rounds", nativeRounds, "with -native, -sim and -verify: runs of each process; the median counts")
	mining := flag.Bool("mine", false, "compare programs with mined lines and without")
	programs := flag.String("programs", "", "with -mine: a folder of programs, NAME/prog.sn with NAME/args, instead of the examples")
	most := flag.Int("most", flow.MinedLines, "with -mine: the largest number of mined lines")
	goal := flag.String("goal", "", "with -mine and -core: the goal of the cores, as sinter's --goal")
	code := flag.Bool("code", false, "compare instructions and text bytes of kernels with clang's, with 32 registers and without mined lines")
	goals := flag.Bool("core", false, "place cores of the kernels and print them beside their goals and other cores")
	kinds := flag.String("kinds", "pipe3,pipe3+mine,multi,pipe3+netlist,pipe3+mine+netlist,multi+netlist", "with -core: which cores, +mine with mined lines, +netlist as our own netlist")
	threads := flag.Bool("parallel", false, "time stencil, conjugate gradient and bodies in strips as threads and ranks, beside C with OpenMP and MPI")
	var figure tableOptions
	flag.StringVar(&figure.dir, "table", "", "write the tables of a paper to this folder; results that the folder holds are not measured again")
	flag.StringVar(&figure.runner, "runner", checks.RunLocal, "with -table: local, slurm or slurm-or-local")
	flag.IntVar(&figure.jobs, "jobs", runtime.GOMAXPROCS(0), "with -table: units at a time; on Slurm, jobs of an array")
	flag.BoolVar(&figure.priced, "priced", false, "with -table: areas and clocks by the price model, also if cores could be placed")
	prices := flag.Bool("price", false, "place netlists of several cores of each kernel and print them beside their prices")
	registers := flag.Bool("registers", false, "print the cost and the savings of more registers")
	streams := flag.Bool("stream", false, "run the filter over long captures, and print the time of a frame and the memory")
	frames := flag.Int("frames", 1_000_000, "with -stream: the longest capture")
	streamOn := flag.String("stream-on", "", "one run of -stream on this machine, in this process")
	streamIn := flag.String("stream-in", "", "with -stream-on: the capture")
	boards := flag.Bool("boards", false, "print what programs on boards cost, and the seconds of blinky by tool")
	verifies := flag.Bool("verify", false, "print the processor seconds of a full verify, with an empty cache and with a full one")
	simulators := flag.Bool("sim", false, "time the engines of circuits beside Verilator, and nothing else")
	services := flag.Bool("live", false, "run the echo as a service on each machine, and print how fast it answers")
	var other peer
	flag.StringVar(&other.kernel, "peer", "", "with -live: a kernel that serves an echo at port 7 of 10.0.2.15, to be compared with our guest")
	flag.StringVar(&other.initrd, "peer-initrd", "", "with -peer: its initial RAM disk")
	flag.StringVar(&other.line, "peer-line", "", "with -peer: its command line")
	flag.Parse()
	if *cost != "" {
		os.Exit(printCost(*cost, *to))
	}
	if *echo {
		os.Exit(printEchoes(context.Background(), *root, *lines))
	}
	o := options{root: *root, synth: *synth, times: true, peer: other, goal: flow.Goal(*goal)}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	status, err := 0, error(nil)
	switch {
	case *beside:
		err = native(context.Background(), o.only, max(*rounds, 1))
	case *verifies:
		err = printVerify(context.Background(), o, max(*rounds, 1), os.Stdout)
	case *simulators:
		err = printSimulators(context.Background(), o.only, max(*rounds, 1), os.Stdout)
	case *streamOn != "":
		err = streamOnce(context.Background(), *root, *streamOn, *streamIn, os.Stdout)
	case *streams:
		err = printStream(context.Background(), *root, *frames, os.Stdout)
	case *services:
		err = printLive(context.Background(), o, os.Stdout)
	case *sizes:
		err = compileCosts(o.root, os.Stdout)
	case *mining:
		err = printMined(context.Background(), o, *programs, *most, os.Stdout)
	case *code:
		err = printCode(context.Background(), o, os.Stdout)
	case *goals:
		err = printCores(context.Background(), o, *kinds, os.Stdout)
	case *boards:
		err = printBoards(context.Background(), o, os.Stdout)
	case *prices:
		err = printPrices(context.Background(), o, os.Stdout)
	case *registers:
		err = printRegisters(context.Background(), o, os.Stdout)
	case figure.dir != "":
		err = printTable(context.Background(), o, figure, os.Stdout)
	case *threads:
		err = printParallel(context.Background(), max(*rounds, 1), benchStrips(), os.Stdout)
	default:
		status, err = run(context.Background(), o, *accept)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		status = 2
	}
	os.Exit(status)
}

func run(ctx context.Context, o options, accept bool) (code int, err error) {
	f, err := measure(ctx, o)
	if err != nil {
		return 0, err
	}
	if err := printJSON(os.Stdout, f); err != nil {
		return 0, err
	}
	path := filepath.Join(o.root, "bench", "accepted.json")
	old, err := readAccepted(path)
	if err != nil {
		return 0, err
	}
	changes := compare(old, f)
	fmt.Fprint(os.Stderr, table(changes))
	if accept {
		return 0, writeAccepted(path, merge(old, f, len(o.only) > 0))
	}
	for _, c := range changes {
		if c.worse() {
			return 1, nil
		}
	}
	return 0, nil
}

// measure takes all figures.
func measure(ctx context.Context, o options) (*figures, error) {
	f := newFigures()
	examples, err := load(o)
	if err != nil {
		return nil, err
	}
	for _, e := range examples {
		if err := e.counts(ctx, f); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	steps := []func(context.Context, []*example, *figures) error{kernels, echoes, products}
	if o.times {
		steps = append(steps, speeds, makeTimes)
	}
	if o.synth {
		steps = append(steps, synthesis)
	}
	for _, step := range steps {
		if err := step(ctx, examples, f); err != nil {
			return nil, err
		}
	}
	if o.times {
		if err := scale(ctx, f); err != nil {
			return nil, err
		}
	}
	sort.Strings(f.Missing)
	return f, nil
}
