package driver

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// Options are the parameters of a test run.
type Options struct {
	// Start makes the machine for an epoch (the tasks between two crashes).
	Start func(epoch int, w *world.World) (sim.Machine, error)
	// Drive runs a machine to its end, or until a limit of steps.
	Drive func(m sim.Machine) (*trace.Trace, error)
	Draws *Draws
	Traps []tree.TrapSite
}

// Outcome is the result of a run of a test.
type Outcome struct {
	Failure *Failure // nil if the test passed
	Chosen  [][]byte // the values of its generators, in the form in which a task receives them
	Traces  []*trace.Trace
}

// Failure describes why a test failed: a diagnostic, and a source position. Failures with the
// same position count as failures for the same reason.
type Failure struct {
	Error *diag.Error
	At    diag.Span
}

// waitKind is the kind of event that the body of a test waits for.
type waitKind uint8

const (
	forNothing waitKind = iota // nothing: the body has ended
	forMessage                 // a message, or time passing
	forTime
	forCrash
)

// run is the state of one run of a test.
type run struct {
	test  *tree.Test
	opts  Options
	next  func() (struct{}, bool)
	yield func(struct{}) bool

	kind    waitKind
	dev     int    // device of a forMessage wait
	within  uint64 // duration of the wait
	until   uint64 // time at which the wait ends
	silent  bool   // the wait ended without a message
	failure *Failure
	ticks   int
	chosen  []note
	outcome Outcome

	epoch   int // the epoch that was started last, -1 for none
	world   *world.World
	machine sim.Machine
	seen    int           // number of trace events that are already in sent
	sent    [][]message   // messages by device of the test, then the log
	early   []message     // messages put before the machine was made
	disks   []*world.Disk // for each device of the test; nil if it is not a disk
	buses   []*world.Bus  // for each device of the test; nil if it is not a bus
}

// message is a message that is on its way to or from a device of the test.
type message struct {
	dev  int
	data []byte
}

// note is a value that a generator gave, for failure reports.
type note struct {
	at   diag.Span
	text string
}

// stopped is the panic value that ends a body after its run has ended.
type stopped struct{}

// Run runs a test once. The result of the test is in the Outcome. An error means that Sinter or
// an external tool has failed.
func Run(t *tree.Test, o Options) (*Outcome, error) {
	r := &run{test: t, opts: o, epoch: -1, sent: make([][]message, len(t.Devices)+1)}
	for _, d := range t.Devices {
		var disk *world.Disk
		var bus *world.Bus
		if port.KeepsBlocks(d.Kind) {
			disk = world.NewDisk(make([]byte, d.Sectors*world.SectorSize))
		} else if port.Exchanges(d.Kind) {
			bus = world.NewBus(port.Find(d.Kind))
		}
		r.disks, r.buses = append(r.disks, disk), append(r.buses, bus)
	}
	var fault error
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		r.yield = func(v struct{}) bool { return yield(v) }
		defer func() {
			if p := recover(); p != nil && p != any(stopped{}) {
				panic(p)
			}
		}()
		fault = r.body()
	})
	defer stop()
	r.next = next
	for r.resume() {
		if err := r.outside(); err != nil {
			return nil, err
		}
	}
	if fault != nil {
		return nil, fault
	}
	r.outcome.Failure = r.failure
	return &r.outcome, nil
}

// body runs the statements of the test.
func (r *run) body() error {
	err := eval.NewTest(r.test, r).Run()
	var trap *eval.Trap
	switch {
	case errors.As(err, &trap):
		if r.failure == nil {
			site := r.opts.Traps[trap.Site]
			r.fail(site.Span, "the test itself traps: %s", site.Code)
		}
		return nil
	case err != nil:
		return err
	}
	r.settle()
	return nil
}

// resume lets the body continue until it waits. resume returns false if the test is over.
func (r *run) resume() bool {
	if r.failure != nil {
		return false
	}
	r.kind = forNothing
	_, more := r.next()
	return more && r.failure == nil
}

// outside brings about the event that the body waits for.
func (r *run) outside() error {
	if r.kind == forCrash {
		r.epoch = -1
		return nil
	}
	if r.epoch < 0 { // no machine runs, so time just passes
		r.silent = true
		return nil
	}
	return r.play()
}

// play runs the machine of the epoch until the test body ends or crashes the machine. Meanwhile
// the body runs as a coroutine.
func (r *run) play() error {
	if err := r.begin(); err != nil {
		return err
	}
	if c, ok := r.machine.(interface{ Close() }); ok {
		defer c.Close()
	}
	tr, err := r.opts.Drive(r.machine)
	if err != nil {
		return err
	}
	r.outcome.Traces = append(r.outcome.Traces, tr)
	if r.trapped(tr) {
		return nil
	}
	if tr.Status == trace.Limit {
		r.fail(r.test.Epochs[r.epoch].Span, "the tasks do not stop running")
		return nil
	}
	for r.kind == forMessage || r.kind == forTime { // all tasks have ended, so time just passes
		if _, more := r.ask(true); !more {
			break
		}
	}
	if r.kind == forCrash {
		r.epoch = -1
	}
	return nil
}

// begin makes the machine of the epoch.
func (r *run) begin() error {
	script := &world.Script{}
	for _, d := range r.test.Epochs[r.epoch].Devices {
		script.Devices = append(script.Devices, d.Name)
		for i := range r.test.Devices {
			if r.test.Devices[i].Name == d.Name {
				script.Disks = append(script.Disks, r.disks[i])
				script.Buses = append(script.Buses, r.buses[i])
				script.Streams = append(script.Streams, r.isStream(i))
			}
		}
	}
	r.world, r.seen = world.New(script), 0 // its clock begins at 0
	r.world.Drive(r.ask)
	for _, m := range r.early {
		r.arrive(m)
	}
	r.early, r.until = nil, r.within
	var err error
	r.machine, err = r.opts.Start(r.epoch, r.world)
	return err
}

// ask is the driver of the world. It lets the body run and handles the requests of the body
// until the body waits. The result is the time at which this wait ends.
func (r *run) ask(elapsed bool) (until uint64, more bool) {
	for {
		r.collect()
		ready := r.kind == forMessage && len(*r.queue(r.dev)) > 0
		if !ready && !elapsed {
			return r.until, true
		}
		r.silent, elapsed = !ready, false
		if !r.resume() || r.kind == forCrash {
			return 0, false
		}
		r.until = r.world.Now() + min(r.within, ^uint64(0)-r.world.Now())
	}
}

// collect adds the messages that the tasks have sent since the last call.
func (r *run) collect() {
	events := r.machine.Trace().Events
	for ; r.seen < len(events); r.seen++ {
		e := events[r.seen]
		if e.Kind == trace.Log {
			log := r.queue(tree.LogOfTest)
			*log = append(*log, message{data: []byte(e.Text)})
		}
		for i, d := range r.test.Devices {
			if e.Kind == trace.Out && d.Name == e.Port {
				data := e.Data
				if r.buses[i] != nil {
					data = r.buses[i].SentBy(data)
				}
				r.sent[i] = append(r.sent[i], message{i, data})
			}
		}
	}
}

// queue returns the messages that the body has not taken yet: messages sent to a device of
// the test, or logged lines.
func (r *run) queue(dev int) *[]message {
	if dev == tree.LogOfTest {
		dev = len(r.sent) - 1
	}
	return &r.sent[dev]
}

// nameOf is the name of a device in error messages.
func (r *run) nameOf(dev int) string {
	if dev == tree.LogOfTest {
		return "log"
	}
	return r.test.Devices[dev].Name
}

// trapped fails the test if a task has trapped.
func (r *run) trapped(tr *trace.Trace) bool {
	for _, e := range tr.Events {
		if e.Kind == trace.Trap {
			site := r.opts.Traps[e.Site]
			r.fail(site.Span, "task %s traps: %s", e.Task, site.Code)
			return true
		}
	}
	return false
}

// arrive delivers a message to the machine.
func (r *run) arrive(m message) {
	name := r.test.Devices[m.dev].Name
	for i, d := range r.world.Devices() {
		if d == name {
			if port.ShapeOf(r.test.Devices[m.dev].Kind) == port.Level {
				r.world.SetLevel(i, world.LevelOf(m.data))
				continue
			}
			r.world.Put(i, m.data)
		}
	}
}

// fail ends the test with a failure. Only the first failure counts.
func (r *run) fail(at diag.Span, format string, args ...any) *diag.Error {
	e := diag.Errorf("", at, "test %q: %s", r.test.Name, fmt.Sprintf(format, args...))
	if r.failure == nil {
		r.failure = &Failure{Error: e, At: at}
		for i, n := range r.chosen {
			if i == maxNotes {
				e.Notes = append(e.Notes, diag.Note{Text: fmt.Sprintf("and %d more values", len(r.chosen)-maxNotes)})
				break
			}
			e.Notes = append(e.Notes, diag.Note{Span: n.at, Text: n.text})
		}
	}
	return e
}

// maxNotes bounds the generator values that a failure shows.
const maxNotes = 8

// pause suspends the body, so that the machine can run.
func (r *run) pause(k waitKind) {
	r.kind = k
	if !r.yield(struct{}{}) {
		panic(stopped{})
	}
}

// settle lets the tasks handle everything that has arrived so far.
func (r *run) settle() {
	if r.epoch >= 0 {
		r.within = 0
		r.pause(forTime)
	}
}

// peerSize is the number of bytes of the peer, which precedes a datagram.
const peerSize = 8

func withPeer(peer uint64, data []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, peer), data...)
}
