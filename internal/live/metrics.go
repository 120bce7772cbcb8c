package live

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// count is the number of frames or datagrams in one direction, and their bytes.
type count struct{ n, bytes atomic.Int64 }

func (c *count) add(bytes int) {
	c.n.Add(1)
	c.bytes.Add(int64(bytes))
}

// serveMetrics answers /metrics with the counters of the service, in the text form of
// Prometheus.
func (s *service) serveMetrics() error {
	l, err := net.Listen("tcp", s.o.Metrics)
	if err != nil {
		return wrong("--metrics %s: cannot listen there: %s", s.o.Metrics, reason(err))
	}
	s.closers = append(s.closers, l)
	s.scrape = "http://" + l.Addr().String() + "/metrics"
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Write([]byte(s.metrics())) //nolint:errcheck // the client has gone
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 1 << 14}
	go server.Serve(l) //nolint:errcheck // the server ends with the listener
	return nil
}

// family is a metric with all its samples.
type family struct {
	name, kind, help string
	samples          []string
}

func (f *family) add(value any, labels ...string) {
	var l []string
	for i := 0; i < len(labels); i += 2 {
		l = append(l, fmt.Sprintf("%s=%q", labels[i], labels[i+1]))
	}
	text := strings.Join(l, ",")
	if text != "" {
		text = "{" + text + "}"
	}
	f.samples = append(f.samples, fmt.Sprintf("%s%s %v", f.name, text, value))
}

// metrics writes all counters, in the order of the program's devices.
func (s *service) metrics() string {
	info := &family{"sinter_info", "gauge", "The program and the machine that it runs on.", nil}
	info.add(1, "machine", s.o.Machine, "program", s.im.Name)
	up := &family{"sinter_uptime_seconds", "gauge", "Since the start of the machine.", nil}
	up.add(fmt.Sprintf("%.3f", time.Since(s.started()).Seconds()))
	image := &family{"sinter_image_bytes", "gauge", "Size of the image, without symbols.", nil}
	image.add(s.im.Size)
	frames := &family{"sinter_frames_total", "counter", "Frames to the program (in) and from it (out).", nil}
	bytes := &family{"sinter_frame_bytes_total", "counter", "Bytes of these frames.", nil}
	lost := &family{"sinter_frames_dropped_total", "counter", "Frames that were lost on the way to the program, by reason.", nil}
	for _, l := range s.links {
		if l.device == "" {
			continue // the outer end of a relay
		}
		for _, d := range []struct {
			name string
			c    *count
		}{{"in", &l.in}, {"out", &l.out}} {
			frames.add(d.c.n.Load(), "device", l.device, "direction", d.name)
			bytes.add(d.c.bytes.Load(), "device", l.device, "direction", d.name)
		}
		lost.add(l.dropped.Load(), "device", l.device, "reason", "no room")
		lost.add(l.long.Load(), "device", l.device, "reason", "too long")
	}
	datagrams := &family{"sinter_datagrams_total", "counter", "Datagrams of forwarded ports, to the program (in) and from it (out).", nil}
	clients := &family{"sinter_clients", "gauge", "Clients of a forwarded port that are remembered.", nil}
	for _, g := range s.gateways {
		g.count(datagrams, clients)
	}
	spoilt := &family{"sinter_wire_faults_total", "counter", "What the bad wire has done to frames to the program (in) and from it (out).", nil}
	for _, w := range s.wires {
		w.count(spoilt)
	}
	exits := &family{"sinter_exits_total", "counter", "Exits of the guest to the monitor.", nil}
	if s.o.Machine == Monitor {
		exits.add(s.exits.Load())
	}
	var b strings.Builder
	for _, f := range append([]*family{info, up, image, frames, bytes, lost, datagrams, clients, spoilt, exits}, s.watched()...) {
		if len(f.samples) == 0 {
			continue
		}
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n%s\n", f.name, f.help, f.name, f.kind, strings.Join(f.samples, "\n"))
	}
	return b.String()
}

// count adds the counters of a gateway's forwards.
func (g *gateway) count(datagrams, clients *family) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.forwards {
		port := fmt.Sprint(f.port)
		datagrams.add(f.in.n.Load(), "device", g.link.device, "port", port, "direction", "in")
		datagrams.add(f.out.n.Load(), "device", g.link.device, "port", port, "direction", "out")
		clients.add(len(f.oldest), "device", g.link.device, "port", port)
	}
}

// started is the time when the machine began, or now if it has not begun.
func (s *service) started() time.Time {
	if at := s.beganAt.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Now()
}
