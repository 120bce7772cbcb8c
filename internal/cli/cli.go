// Package cli is the command line. Kong, the flag parser, fills a struct for each command. A
// command calls internal/flow and internal/checks and prints the results. No other package
// prints. A caller can pass its own streams:
//
//	code := cli.Run(ctx, []string{"check", "hello.sn"}, stdin, stdout, stderr)
//
// exitCodes lists the exit codes. The tool and the programs that it makes use the same codes.
// With --json the result is one JSON value on stdout, and diagnostics are JSON too, including
// errors in flags.
package cli

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// command is the whole command line.
type command struct {
	Check   checkCmd   `cmd:"" help:"Check a program and say what it declares."`
	Fmt     fmtCmd     `cmd:"" help:"Format source files in place."`
	Build   buildCmd   `cmd:"" help:"Make an artefact; the extension of -o says which."`
	Run     runCmd     `cmd:"" help:"Run a program on one machine."`
	Test    testCmd    `cmd:"" help:"Run the tests of programs, on any machine."`
	Verify  verifyCmd  `cmd:"" help:"Run a program on every machine, compare, and prove the core."`
	Hw      hwCmd      `cmd:"" help:"Write the hardware: Verilog, test bench, memory images, report."`
	Mine    mineCmd    `cmd:"" help:"Find the operations that a program asks for: what each would save and cost as an instruction."`
	Fpga    fpgaCmd    `cmd:"" help:"Put a program onto a board: top, constraints, bitstream."`
	Decode  decodeCmd  `cmd:"" help:"Show the log of a board, from its serial wire, or where the crashes of a console's text are."`
	Attach  attachCmd  `cmd:"" help:"Carry frames between a board, on its serial line, and a TAP interface or captures."`
	Fuzz    fuzzCmd    `cmd:"" help:"Run random programs on several machines and compare."`
	Explore exploreCmd `cmd:"" help:"Sweep design points of programs: run, compare, price, find the Pareto front."`
	Report  reportCmd  `cmd:"" help:"Write one page that shows a program on all levels: cost by line, IR, assembly, waveform, gates."`
	Serve   serveCmd   `cmd:"" help:"Serve that page, with a sweep that goes on."`
	Explain explainCmd `cmd:"" help:"Explain a diagnostic by its code."`
	Doctor  doctorCmd  `cmd:"" help:"Say which outside tools and engines are there and what each is for."`
	Version versionCmd `cmd:"" help:"Print the version."`

	JSON bool `name:"json" help:"Print results and diagnostics as JSON."`
}

// env is the environment of a command.
type env struct {
	ctx    context.Context
	stdin  io.Reader
	out    *output
	err    io.Writer
	json   bool
	failed int // exit code for a negative result, such as a difference, which is not an error
}

// program is embedded by the commands that work on a program.
type program struct {
	Path   string   `arg:"" help:"A source file, a folder whose .sn files are one program, or program IR (.sir)."`
	Define []string `short:"D" placeholder:"NAME=VALUE" help:"Set a config of the program."`
	Net    []string `placeholder:"DEVICE.host=ADDRESS/BITS" help:"Address of a network device at the start, or its gateway with DEVICE.gateway=ADDRESS. DEVICE may be left out if only one device has addresses. x86-64 products are not rebuilt: they get the value when they start."`
	Word   []string `sep:"none" placeholder:"NAME=VALUE" help:"Value of a config at the start. The system may only pass this config to tasks and sockets. x86-64 products are not rebuilt: they get the value when they start."`
	Regs   int      `default:"0" placeholder:"N" help:"Registers of the generated core, 5 to 32 (default: 16 or 32, as pays)."`
	Skip   []string `placeholder:"PASS" help:"Leave a pass over the program IR out."`
	Dump   []string `name:"dump-after" placeholder:"PASS" help:"Show the program IR after a pass, on standard error."`
	With   string   `default:"cg" enum:"cg,llvm" help:"Code generator for the core: cg or llvm."`
	CPU    string   `name:"cpu" default:"" enum:",native,x86-64,x86-64-v3" placeholder:"CPU" help:"Processor that x86-64 products are made for: native, x86-64 or x86-64-v3 (default: x86-64-v3). A guest uses SSE2 at most; without this option, it uses SSE2 only for floats."`
	Isa    []string `name:"isa" placeholder:"FILE" help:"Add the lines of an instruction set (.isa) to that of the core."`
	Mine   string   `default:"auto" placeholder:"N" help:"Lines that are mined from the program for its core: off, or at most so many (sinter mine shows them; default: auto, up to 16 lines that pay, none with --isa, --with llvm and hw --full)."`
	Goal   string   `default:"time" enum:"time,balance,area" help:"What is least in a core: time (cells × time²), balance (cells × time) or area (cells)."`
}

// load checks the program and prints its warnings. The functions in `more` set options that
// only one command has.
func (p *program) load(e *env, more ...func(*flow.Options)) (*flow.Program, error) {
	opts := flow.Options{Regs: p.Regs, Addresses: p.Net, Words: p.Word, Backend: p.With, CPU: p.CPU, Skip: p.Skip, DumpAfter: p.Dump}
	opts.Dump = func(title, text string) { fmt.Fprintf(e.err, "# %s\n%s\n", title, text) }
	for _, set := range more {
		set(&opts)
	}
	for _, d := range p.Define {
		if err := opts.Set(d); err != nil {
			return nil, err
		}
	}
	if err := opts.SetMine(p.Mine); err != nil {
		return nil, err
	}
	if err := opts.SetGoal(p.Goal); err != nil {
		return nil, err
	}
	for _, path := range p.Isa {
		if err := opts.AddLines(path); err != nil {
			return nil, err
		}
	}
	prog, err := flow.Load(p.Path, opts)
	if err == nil && len(prog.Warnings) > 0 && !e.json {
		fmt.Fprint(e.err, diag.Render(prog.Warnings))
	}
	return prog, err
}

// organisation returns the organisation that --core names. For `auto` it chooses a core and
// prints the reasons. The reasons go to standard error, because they are not part of the
// result.
func (e *env) organisation(p *flow.Program, name string) (string, error) {
	if name != flow.Auto {
		return name, nil
	}
	c, err := p.Choose(e.ctx, name)
	if err != nil {
		return "", err
	}
	if !e.json {
		table(e.err, c.Table())
	}
	return c.Core, nil
}

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c command
	left := -1
	out := &output{w: stdout}
	parser, err := kong.New(&c, kong.Name("sinter"), kong.Writers(out, stderr),
		kong.Description("One program, every level of computing: language, unikernel, instruction set, core, gates; verified equal.\n\n"+exitHelp()),
		vars(),
		kong.Exit(func(code int) { left = code }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "sinter:", err)
		return exitFault
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	e := &env{ctx: ctx, stdin: stdin, out: out, err: stderr, json: slices.Contains(args, "--json")}
	parsed, err := parser.Parse(args)
	switch {
	case left >= 0 || out.err != nil: // --help has printed its text, or could not print it
		return e.close(max(left, exitOK))
	case err != nil:
		said := strings.Replace(err.Error(), `one of "",`, "one of ", 1) // "" stands for an omitted option
		return e.finish(flow.UserErrorf("%s; sinter --help lists the commands", said))
	}
	e.json = c.JSON
	return e.finish(guard(func() error { return parsed.Run(e) }))
}

// vars are values for help texts and enumerations. They come from the tables of the project.
func vars() kong.Vars {
	machines, cores, buses := flow.Names(flow.IsNamed), flow.AllCores(), flow.Buses()
	return kong.Vars{
		"machines":  strings.Join(machines, ","),
		"machine":   diag.AnyOf(machines),
		"cores":     strings.Join(cores, ","),
		"core_list": strings.Join(cores, ", "),
		"one_core":  diag.AnyOf(cores),
		"buses":     strings.Join(buses, ","),
		"bus":       diag.AnyOf(buses),
		"engines":   engines(),
		"boards":    strings.Join(flow.Boards(), ", "),
		"fuzzed":    strings.Join(checks.FuzzLevels(), ", "),
	}
}

// engines lists the engines of each machine.
func engines() string {
	var out []string
	for _, e := range flow.AllEngines() {
		out = append(out, fmt.Sprintf("%s (%s)", e.Name, e.Level))
	}
	return strings.Join(out, ", ")
}

// guard turns a panic into an error that contains the panic's origin. A panic is always a fault
// of the tool.
func guard(run func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("fault of the tool: %v; please report it with the program\n%s", r, debug.Stack())
		}
	}()
	return run()
}

// table prints rows in aligned columns, two spaces apart.
func table(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len(cell))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&b, "%-*s", widths[i]+2, cell)
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}
