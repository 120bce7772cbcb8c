package pass

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim/world"
)

// compile lowers a program.
func compile(t *testing.T, name string) *ir.Module {
	t.Helper()
	m, err := lower.Lower(check(t, name))
	require.NoError(t, err)
	return m
}

func check(t *testing.T, names ...string) *tree.Program {
	t.Helper()
	var files []*syntax.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		f, errs := syntax.Parse(&diag.File{Name: filepath.Base(name), Text: string(text)})
		require.NoError(t, errs.Err())
		files = append(files, f)
	}
	p, errs := types.Check(files, types.Options{})
	require.NoError(t, errs.Err())
	return p
}

// soft is the float library.
func soft(t *testing.T) func() *ir.Module {
	return func() *ir.Module {
		m, err := lower.Library(check(t, "../../std/rt/f32.sn", "../../std/rt/f64.sn"))
		require.NoError(t, err)
		return m
	}
}

// examples lists the programs and the worlds in which they run.
func examples(t *testing.T) map[string]*world.Script {
	t.Helper()
	files, err := filepath.Glob("../../examples/*/*.sn")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out := map[string]*world.Script{}
	for _, f := range files {
		out[f] = nil
	}
	data, err := os.ReadFile("../../examples/filter/office.pcap")
	require.NoError(t, err)
	s, err := world.FromCaptures([]string{"inside", "outside"}, []world.Capture{{Device: 0, Name: "office.pcap", Data: data}})
	require.NoError(t, err)
	out["../../examples/filter/filter.sn"] = s
	for _, name := range []string{"queue", "kv"} {
		out["../../examples/"+name+"/"+name+".sn"] = &world.Script{Devices: []string{"disk"}, Disks: []*world.Disk{world.NewDisk(make([]byte, 1<<20))}}
	}
	return out
}

// fresh is a script whose disks have never been written.
func fresh(s *world.Script) *world.Script {
	if s == nil {
		return nil
	}
	out := *s
	out.Disks = nil
	for range s.Disks {
		out.Disks = append(out.Disks, world.NewDisk(make([]byte, 1<<20)))
	}
	return &out
}

func TestExamplesThroughEachPass(t *testing.T) {
	for name, script := range examples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			want := play(t, compile(t, name), fresh(script))
			for _, env := range []Env{{}, {XLen: 32, Has: bare, Soft: soft(t)}} {
				m := compile(t, name)
				require.NoError(t, Run(m, Stages(), Options{Env: env, Check: true, Seed: 1}))
				require.Equal(t, want, play(t, m, fresh(script)), "stages")
				m = compile(t, name)
				require.NoError(t, Run(m, List(), Options{
					Env: env, Check: true, Seed: 2,
					After: func(n int, p *Pass, m *ir.Module) error {
						if env.XLen == 0 && n%5 != 0 { // the other targets check after every pass
							return nil
						}
						require.Equal(t, want, play(t, m, fresh(script)), "after %s", p.Name)
						return nil
					},
				}))
			}
		})
	}
}

func TestRandomModulesThroughTheStages(t *testing.T) {
	for seed := uint64(0); seed < 40; seed++ {
		want := play(t, irtest.Random(seed), nil)
		for _, env := range []Env{{}, {XLen: 32}} {
			m := irtest.Random(seed)
			require.NoError(t, Run(m, append([]Pass{{Name: "inline", Run: inline}}, Stages()...), Options{Env: env, Check: true, Seed: seed}))
			require.Equal(t, want, play(t, m, nil), "seed %d", seed)
		}
	}
}

// TestRandomTasks runs tasks that communicate over channels and devices. They may get stuck.
func TestRandomTasks(t *testing.T) {
	ends := map[string]int{}
	for seed := uint64(0); seed < 80; seed++ {
		o := irtest.Options{Tasks: 2 + int(seed%3), Size: 15, Selects: seed%5 > 1}
		s := &world.Script{}
		for k := range o.Tasks {
			s.Devices = append(s.Devices, fmt.Sprintf("d%d", k))
		}
		for k := range 12 {
			data := bytes.Repeat([]byte{byte(k), byte(seed)}, 1+k*7%15)
			s.Inputs = append(s.Inputs, world.Input{Time: uint64(k), Device: k * 5 % o.Tasks, Data: data})
		}
		want := play(t, irtest.RandomWith(seed, o), s)
		ends[want[strings.LastIndex(want, "status"):]]++
		env := []Env{{}, {XLen: 32}}[seed/2%2]
		passes := Stages()
		if seed%4 == 0 {
			passes = List()
		}
		m := irtest.RandomWith(seed, o)
		require.NoError(t, Run(m, passes, Options{Env: env, Check: true, Seed: seed}), "seed %d", seed)
		require.Equal(t, want, play(t, m, s), "seed %d", seed)
	}
	require.Greater(t, len(ends), 2, "%v", ends)
}

// TestSavedWhereItIsComputed checks that a value that a task computes before its loop is saved
// once, and not at each wait.
func TestSavedWhereItIsComputed(t *testing.T) {
	m := ir.MustParse("early.sir", `module early
device 0 d eth task 0 rx
state %b 20 align 4
task 0 a @a
task 1 z @z

func @a(v1: tok, v2: tok %b) -> (tok, tok %b) {
b0(v1, v2):
  v3: i32 = load4 %b[0], v2
  v4: i32 = mul v3, v3
  jump b1(v1, v2, v4)
b1(v5: tok, v6: tok %b, v12: i32):
  v7: tok, v8: tok %b = recv d %b, v5, v6, 16 task 0
  v9: i32 = load4 %b[4], v8
  v10: i32 = add v9, v4
  v13: i32 = add v12, v10
  v11: tok %b = store4 %b[4], v13, v8
  jump b1(v7, v11, v13)
}

func @z(v1: tok) -> (tok) {
b0(v1):
  ret v1
}
`)
	require.NoError(t, Run(m, []Pass{{Name: "tasks", Run: tasks}}, Options{Env: Env{XLen: 32}}))
	require.NoError(t, ir.Verify(m))
	text := ir.Print(m)
	found := regexp.MustCompile(`(v\d+): i32 = mul .*\n  v\d+: tok %frame\.a = store4 (%frame\.a\[\d+\]), (v\d+), `).FindStringSubmatch(text)
	require.NotNil(t, found, text)
	require.Equal(t, found[1], found[3])
	require.Equal(t, 1, strings.Count(text, "store4 "+found[2]), text)
}
