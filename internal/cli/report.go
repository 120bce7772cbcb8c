package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/web"
)

// reported holds the common flags of the commands that make the page.
type reported struct {
	program `embed:""`
	inputs  `embed:""`
	Core    string   `default:"pipe3" enum:"${cores}" help:"Organisation of the core: ${one_core}."`
	Checks  []string `default:"trace,removal" placeholder:"CHECK" help:"Checks of the verification on the page, as verify has them; none for no verification."`
	NoX86   bool     `name:"no-x86" help:"Leave the native process and the unikernel out of the verification."`
	Window  string   `default:"400" placeholder:"[FROM:]CYCLES" help:"Cycles of the pipeline and the waveform; without FROM, beginning with the costliest line."`
	Sweep   string   `placeholder:"DIR" help:"Show the points of a sweep that explore made, or makes."`
}

// page collects the data and makes the page.
func (c *reported) page(e *env, follow int) ([]byte, error) {
	o := checks.ReportOptions{Core: c.Core, World: c.world(), Checks: c.Checks, NoX86: c.NoX86, Sweep: c.Sweep}
	if len(c.Checks) == 1 && c.Checks[0] == "none" {
		o.Checks = nil
	}
	var err error
	if o.From, o.Window, err = reportWindow(c.Window); err != nil {
		return nil, err
	}
	if !e.json {
		progress := newProgress(e.err)
		defer progress.step("")
		o.Progress = progress.step
	}
	p, err := c.load(e)
	if err != nil {
		return nil, err
	}
	data, err := checks.Page(e.ctx, p, o)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return web.Page(text, follow)
}

// maxReportWindow is the largest window. Each of its cycles is a column of a picture.
const maxReportWindow = 5000

// reportWindow reads [FROM:]CYCLES. Without FROM, from is -1.
func reportWindow(s string) (from int64, length uint64, err error) {
	from = -1
	first, rest, both := strings.Cut(s, ":")
	if both {
		if from, err = strconv.ParseInt(first, 10, 62); err != nil || from < 0 {
			return 0, 0, flow.UserErrorf("--window wants [FROM:]CYCLES, got %q", s)
		}
		first = rest
	}
	length, err = strconv.ParseUint(first, 10, 31)
	if err != nil || length == 0 || length > maxReportWindow {
		return 0, 0, flow.UserErrorf("--window wants [FROM:]CYCLES with 1 to %d cycles, got %q", maxReportWindow, s)
	}
	return from, length, nil
}

// reportCmd is `sinter report`.
type reportCmd struct {
	reported `embed:""`
	Out      string `short:"o" required:"" placeholder:"FILE.html" help:"The page: one file that needs nothing else."`
}

// Run writes the page.
func (c *reportCmd) Run(e *env) error {
	if !strings.HasSuffix(c.Out, ".html") {
		return flow.UserErrorf("report writes a page: -o FILE.html, got %s", c.Out)
	}
	page, err := c.page(e, 0)
	if err != nil {
		return err
	}
	if err := flow.WriteFile(c.Out, page); err != nil {
		return err
	}
	if e.json {
		e.printJSON(map[string]any{"file": c.Out, "bytes": len(page)})
		return nil
	}
	fmt.Fprintf(e.out, "%s: %d bytes\n", c.Out, len(page))
	return nil
}

// serveCmd is `sinter serve`.
type serveCmd struct {
	reported `embed:""`
	Listen   string `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where the page is served; another address than loopback shows it to others."`
}

// followEvery is the time in milliseconds between two requests of a page for the sweep's state.
const followEvery = 1000

// Run makes the page once and serves it until an interrupt. Each request reads the results of
// the sweep again.
func (c *serveCmd) Run(e *env) error {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return flow.UserErrorf("cannot listen on %s: %s", c.Listen, flow.Reason(err))
	}
	defer l.Close()
	page, err := c.page(e, followEvery)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: c.handler(page), ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(e.ctx, func() { s.Close() })
	defer stop()
	fmt.Fprintf(e.out, "http://%s/\n", l.Addr())
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return e.ctx.Err()
}

// handler serves only the page and the sweep. Requests that name another host are refused,
// so a page of another site gets nothing.
func (c *serveCmd) handler(page []byte) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(page)
	})
	mux.HandleFunc("GET /sweep.json", func(w http.ResponseWriter, _ *http.Request) {
		var sweep *checks.PageSweep
		if c.Sweep != "" {
			var err error
			if sweep, err = checks.SweepOf(c.Sweep); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(sweep)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); err != nil || host != "localhost" && net.ParseIP(host) == nil {
			http.Error(w, "this page is served under its address only", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
