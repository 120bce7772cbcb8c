package explore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/explore"
)

func open(t *testing.T) *explore.Folder {
	f, err := explore.Open(filepath.Join(t.TempDir(), "sweep"))
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

func manifest() *explore.Manifest {
	s := explore.Standard()
	m := &explore.Manifest{Format: explore.Format, Axes: s.Axes, Programs: []explore.Program{{Name: "p"}, {Name: "q", Files: []explore.Input{{Name: "q.sn", Hash: "1"}}}}}
	m.SetPoints(s.Points())
	return m
}

func TestSecondSweepInAFolderIsRefused(t *testing.T) {
	f := open(t)
	_, err := explore.Open(f.Dir)
	require.ErrorContains(t, err, "another sweep is at work in "+f.Dir)
	f.Close()
	g, err := explore.Open(f.Dir)
	require.NoError(t, err)
	g.Close()
}

func TestResultsAreKeptWholeOrNotAtAll(t *testing.T) {
	f, m := open(t), manifest()
	for i := range m.Points {
		require.NoError(t, f.Put(m.Points[i].Key, explore.Figures{Cycles: uint64(i)}))
	}
	path := func(i int) string { return filepath.Join(f.Dir, "points", m.Points[i].Key+".json") }
	cut, err := os.ReadFile(path(3))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path(3), cut[:len(cut)/2], 0o644)) // a full disk
	other, err := os.ReadFile(path(5))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path(4), other, 0o644))                                 // the result of another point
	require.NoError(t, os.WriteFile(path(6), append(other, make([]byte, 1<<17)...), 0o644)) // no result at all
	require.NoError(t, os.Remove(path(7)))
	rows, absent, broken := f.Rows(m)
	require.Equal(t, []int{3, 4, 6, 7}, absent)
	require.Equal(t, 3, broken)
	require.Len(t, rows, len(m.Points)-4)
	require.Equal(t, uint64(5), rows[3].Figures.Cycles)
}

func TestAFlippedFigureIsNoResult(t *testing.T) {
	f, m := open(t), manifest()
	require.NoError(t, f.Put(m.Points[0].Key, explore.Figures{Cycles: 1234}))
	path := filepath.Join(f.Dir, "points", m.Points[0].Key+".json")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range data {
		bad := append([]byte{}, data...)
		bad[i] ^= 1
		require.NoError(t, os.WriteFile(path, bad, 0o644))
		if rows, _, _ := f.Rows(m); len(rows) > 0 {
			require.Equal(t, uint64(1234), rows[0].Figures.Cycles, "byte %d", i)
		}
	}
}

// The files of an interrupted writer are removed, and no other files.
func TestCleanRemovesParts(t *testing.T) {
	f := open(t)
	part := filepath.Join(f.Dir, "parts", "part-1")
	require.NoError(t, os.WriteFile(part, nil, 0o644))
	hash, err := f.Keep([]byte("text"))
	require.NoError(t, err)
	require.NoError(t, f.Clean())
	require.NoFileExists(t, part)
	data, err := f.Input(hash)
	require.NoError(t, err)
	require.Equal(t, "text", string(data))
}

func TestInputsAreWhatTheyWere(t *testing.T) {
	f := open(t)
	hash, err := f.Keep([]byte("text"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(f.InputPath(hash), []byte("changed"), 0o644))
	_, err = f.Input(hash)
	require.ErrorContains(t, err, "has changed")
	_, err = f.Input("../../secret")
	require.ErrorContains(t, err, "is not the hash of an input")
}

func TestWhatCannotBeWrittenIsSaid(t *testing.T) {
	f, m := open(t), manifest()
	require.NoError(t, os.Mkdir(filepath.Join(f.Dir, "points", m.Points[0].Key+".json"), 0o755))
	require.ErrorContains(t, f.Put(m.Points[0].Key, explore.Figures{}), "cannot write")
	left, err := os.ReadDir(filepath.Join(f.Dir, "parts"))
	require.NoError(t, err)
	require.Empty(t, left)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	_, err = explore.Open(file)
	require.ErrorContains(t, err, "cannot make")
}

func TestManifestsBelongToTheirPoints(t *testing.T) {
	f, m := open(t), manifest()
	require.NoError(t, f.WriteManifest(m))
	again, err := explore.ReadManifest(f.ManifestPath())
	require.NoError(t, err)
	require.Equal(t, m.Points, again.Points)
	again.Points[2].Values[0] = "other"
	require.NoError(t, f.WriteManifest(again))
	_, err = explore.ReadManifest(f.ManifestPath())
	require.ErrorContains(t, err, "the key of point 2 does not fit")
	require.NoError(t, os.WriteFile(f.ManifestPath(), []byte("{}"), 0o644))
	_, err = explore.ReadManifest(f.ManifestPath())
	require.ErrorContains(t, err, "not the manifest of a sweep")
}

// A key depends on everything that a result depends on, and on nothing more.
func TestKeysDependOnInputs(t *testing.T) {
	base := manifest()
	key := base.Points[0].Key
	seen := map[string]string{key: "nothing"}
	for name, change := range map[string]func(m *explore.Manifest){
		"tool": func(m *explore.Manifest) { m.Tool.Hash = "x" }, "text": func(m *explore.Manifest) { m.Programs[0].Files = []explore.Input{{Hash: "2"}} },
		"setting": func(m *explore.Manifest) { m.Settings = []string{"a=1"} }, "until": func(m *explore.Manifest) { m.World.Until = "1s" },
		"capture": func(m *explore.Manifest) { m.World.Captures = []explore.Input{{Name: "nic", Hash: "3"}} }, "value": func(m *explore.Manifest) { m.Points[0].Values = m.Points[1].Values },
	} {
		m := manifest()
		change(m)
		k := m.KeyOf(&m.Points[0])
		require.Empty(t, seen[k], "%s and %s give the same key", name, seen[k])
		seen[k] = name
	}
	m := manifest()
	m.Programs[0].Path, m.Objectives = "elsewhere", []string{"luts"}
	require.Equal(t, key, m.KeyOf(&m.Points[0]))
}

func TestLocalDoesEachOnceAndEndsEarly(t *testing.T) {
	var calls [100]atomic.Int32
	require.NoError(t, explore.Local(t.Context(), len(calls), 7, func(_ context.Context, k int) error { calls[k].Add(1); return nil }))
	for k := range calls {
		require.Equal(t, int32(1), calls[k].Load(), k)
	}
	broken := errors.New("broken")
	var n atomic.Int32
	require.ErrorIs(t, explore.Local(t.Context(), 1000, 2, func(ctx context.Context, k int) error {
		if n.Add(1); k == 3 {
			return broken
		}
		if k < 3 {
			return nil
		}
		select { // the other worker waits for the end, so that its share does not depend on the load
		case <-ctx.Done():
			return nil
		case <-time.After(time.Minute):
			return errors.New("an error does not end the other worker")
		}
	}), broken)
	require.LessOrEqual(t, n.Load(), int32(5), "three that work, the broken one, and the one beside it")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, explore.Local(ctx, 5, 2, func(context.Context, int) error { t.Error("called"); return nil }), context.Canceled)
	require.Panics(t, func() { _ = explore.Local(t.Context(), 5, 2, func(context.Context, int) error { panic("x") }) })
}

func TestUnitsShareAnImage(t *testing.T) {
	m := manifest()
	all := make([]int, len(m.Points))
	for i := range all {
		all[i] = i
	}
	units := m.Units(all)
	require.Len(t, units, 2*4, "programs and registers")
	for _, u := range units {
		require.Len(t, u, 2)
		require.Equal(t, m.Points[u[0]].Program, m.Points[u[1]].Program)
		require.Equal(t, m.Points[u[0]].Values[1], m.Points[u[1]].Values[1])
	}
}

// The cost of a point besides the measurement itself is at most 5 ms.
func TestOverheadOfAPoint(t *testing.T) {
	f := open(t)
	const n = 200
	began := time.Now()
	var mu sync.Mutex
	require.NoError(t, explore.Local(t.Context(), n, 2, func(_ context.Context, k int) error {
		mu.Lock()
		defer mu.Unlock()
		return f.Put(explore.Hash([]byte(fmt.Sprint(k))), explore.Figures{Cycles: uint64(k)})
	}))
	each := time.Since(began) / n
	t.Logf("%v a point", each)
	require.Less(t, each, 50*time.Millisecond, "ten times the promise: this computer may be busy")
}
