package checks_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/lang/lower"
)

// The limits for checking one source with any content.
const (
	mostTime   = 2 * time.Second
	mostMemory = 512 << 20
)

// hostile is the number of sources of each kind that are tried.
func hostile() int {
	if testkit.Full() {
		return 100_000
	}
	return 4000
}

// TestRandomBytesAsSource checks that random bytes give a diagnostic, or by chance a program.
func TestRandomBytesAsSource(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	judge(t, hostile(), func() string {
		b := make([]byte, r.IntN(1<<r.IntN(13)))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return string(b)
	})
}

// TestMutatedSources changes tokens of programs. The checker reports a diagnostic or accepts
// the changed source. An accepted source can also be lowered.
func TestMutatedSources(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	sources := manySources(t)
	words := testkit.Tokens(strings.Join(sources, "\n"))
	accepted := judge(t, hostile(), func() string { return testkit.Mutate(r, testkit.Tokens(sources[r.IntN(len(sources))]), words) })
	require.Greater(t, accepted, hostile()/50, "some changes leave a program")
}

// judge checks sources one by one. It measures the slowest check and the memory.
func judge(t *testing.T, n int, next func() string) (accepted int) {
	t.Helper()
	old := debug.SetMemoryLimit(mostMemory / 2)
	defer debug.SetMemoryLimit(old)
	stop, peak := make(chan struct{}), make(chan uint64)
	go watchMemory(stop, peak)
	slowest, most := time.Duration(0), ""
	for range n {
		text := next()
		began := time.Now()
		ok, err := compiled(text)
		if err != nil {
			keep(t, text)
			t.Fatalf("%v", err)
		}
		if ok {
			accepted++
		}
		if took := time.Since(began); took > slowest {
			slowest, most = took, text
		}
	}
	close(stop)
	used := <-peak
	t.Logf("%d sources, %d accepted, slowest %v, at most %d MiB", n, accepted, slowest.Round(time.Millisecond), used>>20)
	if slowest > mostTime {
		keep(t, most)
	}
	require.Less(t, slowest, mostTime)
	require.Less(t, used, uint64(mostMemory))
	return accepted
}

// watchMemory samples the heap until it is stopped.
func watchMemory(stop chan struct{}, peak chan uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	most := uint64(0)
	for {
		metrics.Read(sample)
		most = max(most, sample[0].Value.Uint64())
		select {
		case <-stop:
			peak <- most
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// compiled checks a source and lowers it if the checker accepts it. A panic is an error.
func compiled(text string) (ok bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	p, err := flow.LoadFiles([]*diag.File{{Name: "in.sn", Text: text}}, flow.Options{})
	if err != nil {
		if diag.Render(err) == "" {
			return false, fmt.Errorf("an error without a text")
		}
		return false, nil
	}
	if p.Tree.System != nil {
		_, err = lower.Lower(p.Tree)
	}
	return true, err
}

// keep writes a failing source to a file for inspection.
func keep(t *testing.T, text string) {
	t.Helper()
	f, err := os.CreateTemp("", "hostile-*.sn")
	if err == nil {
		_, err = f.WriteString(text)
		t.Logf("the source is %s", f.Name())
	}
	require.NoError(t, err)
}

// manySources are the examples, the library's tests, and the programs of the checker's tests.
func manySources(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{
		"../../examples/*/*.sn", "../../examples/testdata/*/*.sn", "../../std/*/*.sn", "../../lang/lower/testdata/*.sn",
		"../../lang/types/testdata/*/*.txtar",
	} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names, pattern)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			text := string(data)
			if filepath.Ext(name) == ".txtar" {
				text = string(txtar.Parse(data).Files[0].Data)
			}
			out = append(out, text)
		}
	}
	return out
}
