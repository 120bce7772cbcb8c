package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// browser is a headless Chromium that the DevTools protocol controls over two pipes. It reads
// commands at descriptor 3 and answers at 4. A zero byte ends each message.
type browser struct {
	t        *testing.T
	in       *os.File
	out      *bufio.Reader
	id       int
	session  string
	requests []string // requests of pages to a network
}

// newBrowser starts a browser and opens an empty page.
func newBrowser(t *testing.T) *browser {
	path := testkit.Tool(t, "chromium", "chromium-browser", "google-chrome")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
		"--disable-component-update", "--no-first-run", "--user-data-dir="+t.TempDir(), "about:blank")
	toBrowser, in, err := os.Pipe()
	require.NoError(t, err)
	out, fromBrowser, err := os.Pipe()
	require.NoError(t, err)
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser}
	require.NoError(t, cmd.Start())
	toBrowser.Close()
	fromBrowser.Close()
	b := &browser{t: t, in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		b.call("Browser.close", map[string]any{}, nil)
		cmd.Wait()
		cancel()
		in.Close()
		out.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.call("Network.enable", map[string]any{}, nil)
	b.size(1400, 900)
	return b
}

// size makes the window this many CSS pixels wide and high.
func (b *browser) size(width, height int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// message is an answer or an event.
type message struct {
	ID     int
	Method string
	Params struct {
		Request struct{ URL string }
	}
	Result json.RawMessage
	Error  *struct{ Message string }
}

// call sends a command and waits for its answer.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	b.id++
	command := map[string]any{"id": b.id, "method": method, "params": params}
	if b.session != "" && method != "Browser.close" {
		command["sessionId"] = b.session
	}
	data, err := json.Marshal(command)
	require.NoError(b.t, err)
	_, err = b.in.Write(append(data, 0))
	require.NoError(b.t, err)
	for {
		text, err := b.out.ReadBytes(0)
		require.NoError(b.t, err, "the browser has gone")
		var m message
		require.NoError(b.t, json.Unmarshal(text[:len(text)-1], &m))
		if m.Method == "Network.requestWillBeSent" {
			b.requests = append(b.requests, m.Params.Request.URL)
		}
		if m.ID != b.id {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			require.NoError(b.t, json.Unmarshal(m.Result, result))
		}
		return
	}
}

// eval returns the value of an expression in the page.
func (b *browser) eval(format string, args ...any) any {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": fmt.Sprintf(format, args...), "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", format, r.ExceptionDetails.Exception.Description)
	}
	return r.Result.Value
}

// open loads a page and waits until it can be used. It returns the number of milliseconds that
// this took, as the page reports it.
func (b *browser) open(url string) string {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	for range 600 {
		if failed, _ := b.eval(`document.body?.dataset.failed ?? ""`).(string); failed != "" {
			b.t.Fatal(failed)
		}
		if ready, _ := b.eval(`document.body?.dataset.ready ?? ""`).(string); ready != "" {
			return ready
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("the page does not become ready")
	return ""
}

// click presses the mouse in the middle of an element.
func (b *browser) click(selector string) {
	b.t.Helper()
	at, ok := b.eval(`(() => { const e = document.querySelector(%q); e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector).([]any)
	require.True(b.t, ok, selector)
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}, nil)
	}
}

// press types a key.
func (b *browser) press(key string) {
	b.t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		p := map[string]any{"type": kind, "key": key}
		if kind == "keyDown" && len(key) == 1 {
			p["text"] = key
		}
		b.call("Input.dispatchKeyEvent", p, nil)
	}
}

// text is the text that an element shows.
func (b *browser) text(selector string) string {
	b.t.Helper()
	s, _ := b.eval(`document.querySelector(%q)?.innerText ?? ""`, selector).(string)
	return s
}
