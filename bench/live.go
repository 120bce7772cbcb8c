package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"sort"
	"time"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/live"
	"github.com/sinter-lang/sinter/monitor"
)

// liveRounds is the number of measurements of each machine. The machines are measured in turn.
const liveRounds = 5

// liveFigures are the medians for the echo service on one machine.
type liveFigures struct {
	ImageBytes int     `json:"image_bytes"`
	MemoryKiB  int     `json:"memory_kib,omitempty"` // of a guest
	AnswerMS   float64 `json:"answer_ms"`            // from the start of the machine to the first answer of the service
	EchoUS     float64 `json:"echo_us"`              // the round trip of a datagram of 64 bytes, with one client
	answers    []float64
	echoes     []float64
}

// printLive runs the echo service on each machine and prints the figures.
func printLive(ctx context.Context, o options, w io.Writer) error {
	p, err := flow.Load(filepath.Join(o.root, "examples", "echo"), flow.Options{})
	if err != nil {
		return err
	}
	found, missing := map[string]*liveFigures{}, []string{}
	machines := []string{flow.Native, flow.Unikernel, flow.Monitor}
	for round := range liveRounds {
		for _, machine := range machines {
			if machine == flow.Monitor && monitor.Available() != nil {
				if round == 0 {
					missing = append(missing, "monitor: there is no /dev/kvm")
				}
				continue
			}
			if found[machine] == nil {
				found[machine] = &liveFigures{}
			}
			if err := found[machine].round(ctx, p, machine); err != nil {
				return fmt.Errorf("%s: %w", machine, err)
			}
		}
	}
	for _, f := range found {
		f.AnswerMS, f.EchoUS = middle(f.answers), middle(f.echoes)
	}
	g, err := measureGoals(ctx, o.root, o.peer)
	if err != nil {
		return err
	}
	return printJSON(w, map[string]any{"echo": found, "goals": g.found, "rounds": liveRounds, "accel": "tcg", "missing": append(missing, g.missing...)})
}

var reached = regexp.MustCompile(`udp (127\.0\.0\.1:\d+)`)

// round starts the service once and talks to it.
func (f *liveFigures) round(ctx context.Context, p *flow.Program, machine string) error {
	im, err := p.Outline(machine)
	if err != nil {
		return err
	}
	if err := p.Service(ctx, live.Options{Machine: machine}.Product(), im); err != nil {
		return err
	}
	ready := make(chan live.Started, 1)
	o := live.Options{Machine: machine, Accel: "tcg", Forwards: []live.Forward{{Guest: 7}}, Stdout: io.Discard, Ready: func(s live.Started) { ready <- s }}
	if machine == flow.Unikernel {
		if o.QEMU, err = flow.QEMU(); err != nil {
			return err
		}
	}
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	ended := make(chan error, 1)
	go func() {
		_, err := live.Run(ctx, im, o)
		ended <- err
	}()
	defer func() {
		stop()
		<-ended
	}()
	select {
	case err := <-ended:
		ended <- nil
		return fmt.Errorf("the service ended: %w", err)
	case s := <-ready:
		f.ImageBytes, f.MemoryKiB = s.Size, s.Memory
		f.answers = append(f.answers, float64(s.After.Microseconds())/1000)
		return f.echo(reached.FindStringSubmatch(s.String())[1])
	}
}

// echo sends datagrams one at a time.
func (f *liveFigures) echo(at string) error {
	conn, err := net.Dial("udp4", at)
	if err != nil {
		return err
	}
	defer conn.Close()
	var all []float64
	body, buf := make([]byte, 64), make([]byte, 2000)
	for range 500 {
		began := time.Now()
		if err := conn.SetDeadline(began.Add(10 * time.Second)); err != nil {
			return err
		}
		if _, err := conn.Write(body); err != nil {
			return err
		}
		if _, err := conn.Read(buf); err != nil {
			return err
		}
		all = append(all, float64(time.Since(began).Nanoseconds())/1000)
	}
	f.echoes = append(f.echoes, middle(all))
	return nil
}

// middle is the median.
func middle(all []float64) float64 {
	sort.Float64s(all)
	return all[len(all)/2]
}
