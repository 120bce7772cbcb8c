package examples

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// storeRuns runs the store on the program IR, with disks of 8 sectors. The disks hold two
// areas of three records each, so three operations fill an area.
type storeRuns struct {
	t    *testing.T
	p    *flow.Program
	seen map[string][]string // answers of a store that starts on a disk
	lost []string            // acknowledged values that are missing
}

const storeSectors = 8

func newStoreRuns(t *testing.T, change func(text string) string) *storeRuns {
	var o flow.Options
	require.NoError(t, o.Set("keys=2"))
	require.NoError(t, o.Set("area=3"))
	files, err := flow.ReadFiles("kv")
	require.NoError(t, err)
	files[0].Text = change(files[0].Text)
	p, err := flow.LoadFiles(files, o)
	require.NoError(t, err)
	return &storeRuns{t: t, p: p, seen: map[string][]string{}}
}

// run sends requests to a store with a disk.
func (s *storeRuns) run(disk []byte, requests [][]byte) []trace.Event {
	script := &world.Script{Devices: []string{"disk", "nic"}, Disks: []*world.Disk{world.NewDisk(disk), nil}}
	for _, f := range spread(7, 7070, requests) {
		script.Inputs = append(script.Inputs, world.Input{Time: f.at, Device: 1, Data: f.data})
	}
	m, err := s.p.Machine(s.t.Context(), flow.IR, "", world.New(script), 0)
	require.NoError(s.t, err)
	tr, err := flow.Drive(s.t.Context(), m, flow.Bounds{Steps: 1 << 24, Events: 1 << 16})
	require.NoError(s.t, err)
	require.Equal(s.t, trace.Waiting, tr.Status, "%v", tr.Waits)
	return tr.Events
}

// answerOf is the text of an answer.
func answerOf(t *testing.T, e trace.Event) string {
	u, ok := world.Unwrap(e.Data)
	require.True(t, ok)
	return string(u.Body)
}

// after asks a store that starts on a disk for both keys, and whether it still accepts a value.
func (s *storeRuns) after(disk []byte) []string {
	if out, ok := s.seen[string(disk)]; ok {
		return out
	}
	var out []string
	for _, e := range s.run(disk, [][]byte{kvRequest(kvGet, "a", ""), kvRequest(kvGet, "b", ""), kvRequest(kvPut, "a", "more"), kvRequest(kvGet, "a", "")}) {
		if e.Kind == trace.Out && e.Port == "nic" {
			out = append(out, answerOf(s.t, e))
		}
	}
	require.Equal(s.t, []string{"ok", "=more"}, out[2:], "the store goes on")
	s.seen[string(disk)] = out[:2]
	return out[:2]
}

// operation is an operation of a workload.
type operation struct {
	op         byte
	key, value string
}

// apply is the effect of an operation on the two values.
func (o operation) apply(v [2]string) [2]string {
	k := int(o.key[0] - 'a')
	v[k] = "none"
	if o.op == kvPut {
		v[k] = "=" + o.value
	}
	return v
}

// torn is the position at which a sector tears: in the middle of a record.
const torn = 10

// crashes calls `with` for each disk that a power cut may leave. Each sector that was not
// flushed has the old contents, the new contents, or a part of both.
func crashes(durable []byte, pending map[uint32][]byte, with func([]byte)) {
	var sectors []uint32
	for k := range pending {
		sectors = append(sectors, k)
	}
	slices.Sort(sectors)
	for state := range 1 << (2 * len(sectors)) {
		disk := bytes.Clone(durable)
		for i, k := range sectors {
			at, written := int(k)*world.SectorSize, pending[k]
			if state>>(2*i)&1 == 1 {
				copy(disk[at:at+torn], written[:torn])
			}
			if state>>(2*i+1)&1 == 1 {
				copy(disk[at+torn:at+world.SectorSize], written[torn:])
			}
		}
		with(disk)
	}
}

// cuts runs a workload on a disk and cuts the power at every command to the disk and at every
// answer. The result is the number of checked disks.
func (s *storeRuns) cuts(start []byte, values [2]string, ops []operation) (n int) {
	var requests [][]byte
	for _, o := range ops {
		requests = append(requests, kvRequest(o.op, o.key, o.value))
	}
	durable, pending, answered := bytes.Clone(start), map[uint32][]byte{}, 0
	look := func() {
		allowed := []string{fmt.Sprint(values)}
		if answered < len(ops) {
			allowed = append(allowed, fmt.Sprint(ops[answered].apply(values)))
		}
		crashes(durable, pending, func(disk []byte) {
			n++
			if found := fmt.Sprint([2]string(s.after(disk))); !slices.Contains(allowed, found) {
				s.lost = append(s.lost, fmt.Sprintf("%v, cut after %d answers: %s, expected one of %v", ops, answered, found, allowed))
			}
		})
	}
	for _, e := range s.run(start, requests) {
		switch {
		case e.Kind != trace.Out:
			continue
		case e.Port == "nic":
			values = ops[answered].apply(values)
			answered++
		case binary.LittleEndian.Uint32(e.Data) == world.DiskWrite:
			pending[binary.LittleEndian.Uint32(e.Data[4:])] = e.Data[8:]
		case binary.LittleEndian.Uint32(e.Data) == world.DiskFlush:
			for k, data := range pending {
				copy(durable[int(k)*world.SectorSize:], data)
			}
			clear(pending)
		}
		look()
	}
	require.Equal(s.t, len(ops), answered, "%v", ops)
	return n
}

// workloads lists all workloads of up to n operations. Each value is different.
func workloads(most int) (all [][]operation) {
	level := [][]operation{nil}
	for range most {
		var longer [][]operation
		for _, w := range level {
			for _, o := range []operation{{kvPut, "a", ""}, {kvPut, "b", ""}, {kvDelete, "a", ""}, {kvDelete, "b", ""}} {
				o.value = fmt.Sprintf("v%d", len(w))
				longer = append(longer, append(slices.Clone(w), o))
			}
		}
		all, level = append(all, longer...), longer
	}
	return all
}

// The store loses nothing that it has acknowledged. This holds at every position of the power
// cut, and for all combinations of unflushed sectors that are written, wholly or in part. The
// short test begins before an area is full, so that its workloads include the move to the
// other area.
func TestStoreSurvivesPowerCuts(t *testing.T) {
	s := newStoreRuns(t, func(text string) string { return text })
	empty := make([]byte, storeSectors*world.SectorSize)
	disk := bytes.Clone(empty)
	for _, e := range s.run(empty, [][]byte{kvRequest(kvPut, "a", "old"), kvRequest(kvPut, "b", "older")}) {
		if e.Kind == trace.Out && e.Port == "disk" && binary.LittleEndian.Uint32(e.Data) == world.DiskWrite {
			copy(disk[int(binary.LittleEndian.Uint32(e.Data[4:]))*world.SectorSize:], e.Data[8:])
		}
	}
	n, most := 0, 2
	if testkit.Full() {
		most = 3
		for _, w := range workloads(most) {
			n += s.cuts(empty, [2]string{"none", "none"}, w)
		}
	}
	for _, w := range workloads(most) {
		n += s.cuts(disk, [2]string{"=old", "=older"}, w)
	}
	require.Empty(t, s.lost)
	require.Greater(t, n, 500)
	for _, flush := range []string{"d.flush()  // durable before", "d.flush()  // before the head"} { // without this flush the test must fail
		broken := newStoreRuns(t, func(text string) string {
			require.Contains(t, text, flush)
			return strings.Replace(text, flush, "//", 1)
		})
		for _, w := range workloads(2) {
			if len(broken.lost) == 0 {
				broken.cuts(disk, [2]string{"=old", "=older"}, w)
			}
		}
		require.NotEmpty(t, broken.lost, flush)
	}
	t.Logf("%d disks, %d of them different", n, len(s.seen))
}
