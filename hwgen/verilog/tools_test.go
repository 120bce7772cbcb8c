package verilog_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/core"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// load reads an image of testdata.
func load(t testing.TB, name string) *image.Image {
	data, err := os.ReadFile(filepath.Join("testdata", name+".image"))
	require.NoError(t, err)
	im, err := image.ParseFor(design.Default(), &diag.File{Name: name + ".image", Text: string(data)})
	require.NoError(t, err)
	return im
}

// frames are inputs of the echo program: some longer than its buffer.
func frames() *world.Script {
	s := &world.Script{Devices: []string{"eth0"}}
	for i, n := range []int{3, 9, 8, 1, 40, 5, 4} {
		data := make([]byte, n)
		for k := range data {
			data[k] = byte(16*i + k + 1)
		}
		s.Inputs = append(s.Inputs, world.Input{Time: uint64(7 * i), Data: data})
	}
	return s
}

// files generates a core and writes its files into a new folder.
func files(t testing.TB, name, organisation string, o verilog.Options) (dir string) {
	im := load(t, name)
	p, err := plan.Make(im, plan.Options{Core: organisation})
	require.NoError(t, err)
	c, err := core.Generate(im, p)
	require.NoError(t, err)
	script := frames()
	if len(im.Devices) == 0 {
		script = &world.Script{}
	}
	var inputs []verilog.Input
	for _, in := range script.Inputs {
		inputs = append(inputs, verilog.Input{Device: in.Device, Time: in.Time, Data: in.Data})
	}
	m, err := iss.New(im, world.New(script))
	require.NoError(t, err)
	tr, err := sim.Run(m, 0)
	require.NoError(t, err)
	v, err := verilog.NewVectors(im, inputs, world.New(script).End(), tr)
	require.NoError(t, err)
	_, list := verilog.Memories(c)
	list[name+".v"] = verilog.Write(c, o)
	list[name+"_tb.v"] = verilog.Testbench(c, im, v, 100*m.Instructions()+1000)
	list[verilog.VectorsName(name)] = verilog.VectorsFile(im, v)
	dir = t.TempDir()
	for file, content := range list {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644))
	}
	return dir
}

// run executes an outside tool in a folder and returns what it printed.
func run(t testing.TB, dir string, args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func cases() [][2]string {
	return [][2]string{{"hello", design.Pipe3}, {"hello", design.Multi}, {"echo", design.Pipe3}, {"echo", design.Multi}, {"trap", design.Pipe3}, {"trap", design.Multi}}
}

// icarus runs the testbench of a folder.
func icarus(t testing.TB, dir, name string) string {
	out, err := run(t, dir, testkit.Tool(t, "iverilog"), "-Wall", "-g2012", "-o", "tb", name+".v", name+"_tb.v")
	require.NoError(t, err, out)
	require.Empty(t, out)
	out, _ = run(t, dir, testkit.Tool(t, "vvp"), "-N", "tb")
	return out
}

func TestIcarusAgrees(t *testing.T) {
	for _, c := range cases() {
		out := icarus(t, files(t, c[0], c[1], verilog.Options{}), c[0])
		require.Regexp(t, `^PASS [0-9]+ events\n`, out, c)
	}
}

func TestVerilatorAgrees(t *testing.T) {
	tool := testkit.Tool(t, "verilator")
	for _, c := range cases()[2:3] {
		dir := files(t, c[0], c[1], verilog.Options{})
		elsewhere := t.TempDir() // files are found through the parameter
		out, err := run(t, elsewhere, tool, "--binary", `-GDIR="`+dir+`/"`, "-Wno-lint", "-fno-reorder", "-fno-split", "-CFLAGS", "-O0",
			"--top-module", c[0]+"_tb", dir+"/"+c[0]+".v", dir+"/"+c[0]+"_tb.v")
		require.NoError(t, err, out)
		out, err = run(t, elsewhere, "./obj_dir/V"+c[0]+"_tb")
		require.NoError(t, err, out)
		require.Contains(t, out, "PASS ", c)
	}
}

// TestFilesFromElsewhere checks that the parameter DIR finds the files from any folder. If DIR
// is missing, the bench reports the missing file at once.
func TestFilesFromElsewhere(t *testing.T) {
	dir, elsewhere := files(t, "echo", design.Pipe3, verilog.Options{}), t.TempDir()
	bench := func(args ...string) string {
		args = append(append([]string{testkit.Tool(t, "iverilog"), "-g2005", "-o", "tb"}, args...), dir+"/echo.v", dir+"/echo_tb.v")
		out, err := run(t, elsewhere, args...)
		require.NoError(t, err, out)
		out, _ = run(t, elsewhere, testkit.Tool(t, "vvp"), "-N", "tb")
		return out
	}
	require.Regexp(t, `^PASS [0-9]+ events\n`, bench(`-Pecho_tb.DIR="`+dir+`/"`))
	require.Contains(t, bench(), "FAIL no vectors: set DIR to the folder of the .hex files, with a slash at its end\n")
}

// TestPlacesInTheFile checks that attributes name rows of the design point in the same folder.
func TestPlacesInTheFile(t *testing.T) {
	im := load(t, "echo")
	p, err := plan.Make(im, plan.Options{Core: design.Pipe3})
	require.NoError(t, err)
	c, err := core.Generate(im, p)
	require.NoError(t, err)
	text := verilog.Write(c, verilog.Options{About: []string{"echo", "core pipe3"}})
	require.True(t, strings.HasPrefix(text, "// echo\n// core pipe3\nmodule echo #(\n  parameter DIR = \"./\"\n) ("), text[:80])
	require.Regexp(t, `\(\* src = "echo\.design:\d+\.\d+" \*\) reg x_\w+;`, text)
	require.Regexp(t, `\(\* src = "echo\.design:\d+\.\d+" \*\) wire `, text)
}

func TestLint(t *testing.T) {
	for _, c := range cases() {
		dir := files(t, c[0], c[1], verilog.Options{})
		out, err := run(t, dir, testkit.Tool(t, "verilator"), "--lint-only", "-Wall", c[0]+".v")
		require.NoError(t, err, out)
		require.Empty(t, out, c)
		out, err = run(t, dir, testkit.Tool(t, "iverilog"), "-Wall", "-g2005", "-t", "null", c[0]+".v")
		require.NoError(t, err, out)
		require.Empty(t, out, c)
		out, err = run(t, dir, testkit.Tool(t, "yosys"), "-q", "-p", "read_verilog "+c[0]+".v; proc; check -assert")
		require.NoError(t, err, out)
		require.Empty(t, out, c)
	}
}

// TestPrinterFaultsAreFound plants faults in the templates of operators that the program needs.
func TestPrinterFaultsAreFound(t *testing.T) {
	for op, wrong := range map[word.Op]string{
		word.Add: "$0 - $1", word.Mux: "$0 ? $2 : $1", word.Eq: "$0 != $1", word.Not: "$0",
		word.Cat: "{$1, $0}", word.Sext: "{{$x{1'b0}}, $0}",
	} {
		dir := files(t, "echo", design.Pipe3, verilog.Options{Templates: map[word.Op]string{op: wrong}})
		out := icarus(t, dir, "echo")
		require.True(t, strings.HasPrefix(out, "FAIL "), "%s: %s", op, out)
	}
}
