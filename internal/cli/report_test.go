package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// report writes a page and returns its path.
func report(t *testing.T, args ...string) string {
	path := filepath.Join(t.TempDir(), "page.html")
	var out, err bytes.Buffer
	code := Run(context.Background(), append([]string{"report", "-o", path}, args...), strings.NewReader(""), &out, &err)
	require.Zero(t, code, err.String())
	require.Contains(t, out.String(), " bytes\n")
	return path
}

// TestPageByClicks clicks on a line of the page. The page shows the line's instructions, its
// IR, its waveform and the cells of the core that exist for them. The other views lead back to
// the line.
func TestPageByClicks(t *testing.T) {
	b := newBrowser(t)
	sweep := smallSweep(t)
	b.open("file://" + report(t, "../../examples/pipeline", "--no-x86", "--sweep", sweep))
	require.Equal(t, "pipeline", b.eval(`document.querySelector("h1").firstChild.textContent`))

	b.click(`.line[data-line="29"]`)
	require.Equal(t, "true", b.eval(`document.querySelector('.line[data-line="29"]').getAttribute("aria-selected")`))
	require.Contains(t, b.text(".detail h2"), "to.send(x * x)")
	require.Contains(t, b.text("#level-ir"), "mul ")
	require.Contains(t, b.text("#level-asm"), "mul x")
	require.Contains(t, b.text("#level-asm"), "kept because 1 in the image, first at")
	require.Contains(t, b.text("#level-gates"), "mul")
	require.NotZero(t, b.eval(`document.querySelectorAll("#level-wave svg path").length`))
	require.Contains(t, b.text("#level-cost"), "cycles")

	b.click("#tab-system")
	require.EqualValues(t, 3, b.eval(`document.querySelectorAll("#view-system .box.task").length`))
	require.EqualValues(t, 2, b.eval(`document.querySelectorAll("#view-system .wire.chan").length`))
	b.click("#view-system .box.task:last-of-type")
	require.Equal(t, false, b.eval(`document.querySelector("#view-source").hidden`))
	require.Contains(t, b.text(".detail h2"), "task sum")

	b.press("3")
	require.NotZero(t, b.eval(`document.querySelectorAll("#view-pipeline .stay").length`))
	const some = `#view-pipeline .stay[data-key^="0:"] .asm`
	key := b.eval(`document.querySelector(%q).textContent`, some)
	b.click(some)
	require.Contains(t, b.text("#level-asm"), key)

	b.press("4")
	require.Contains(t, b.text("#view-verify"), "No row differs.")
	require.Contains(t, b.text("#view-verify"), "what the core lacks is needed by no word of the image")

	b.press("5")
	require.Contains(t, b.text("#progress"), "2 of 2")
	require.EqualValues(t, 2, b.eval(`document.querySelectorAll(".dot").length`))

	b.press("1")
	b.press("j")
	before := b.text(".detail h2")
	b.press("k")
	require.NotEqual(t, before, b.text(".detail h2"))
	was := b.eval(`getComputedStyle(document.body).backgroundColor`)
	b.press("t")
	require.NotEqual(t, was, b.eval(`getComputedStyle(document.body).backgroundColor`))
	for _, url := range b.requests {
		require.Regexp(t, `^(file|data|blob|about):`, url, "the page asks nobody")
	}
}

// TestPageInANarrowWindow checks that every view fits into windows of 320 and 420 pixels: the document
// is not wider than the window, no part sticks out, and each tab can be clicked.
func TestPageInANarrowWindow(t *testing.T) {
	b := newBrowser(t)
	page := "file://" + report(t, "../../examples/pipeline", "--no-x86", "--sweep", smallSweep(t))
	for _, width := range []int{320, 420, 1200} {
		b.size(width, 800)
		b.open(page)
		for _, view := range []string{"source", "system", "pipeline", "verify", "sweep"} {
			b.click("#tab-" + view)
			require.Equal(t, false, b.eval(`document.querySelector("#view-%s").hidden`, view), "%d: a click on the tab %s shows its view", width, view)
			require.EqualValues(t, width, b.eval(`document.documentElement.scrollWidth`), "%s: the document", view)
			require.Empty(t, b.eval(tooWide), "%d, %s: parts that stick out of the window", width, view)
			if view == "verify" {
				require.EqualValues(t, 0, b.eval(`(e => e.scrollWidth - e.clientWidth)(document.querySelector("#view-verify"))`), "%d: the table is read without a movement to the side", width)
			}
		}
	}
}

// tooWide lists the elements that stick out of the window, except those inside a part that scrolls by itself.
const tooWide = `(() => {
  const scrolls = (e) => e && (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX) && e.tagName !== "BODY" || scrolls(e.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 0.5 && !scrolls(e.parentElement))
    .map((e) => e.tagName + "#" + e.id + "." + e.getAttribute("class")).join(", ");
})()`

// smallSweep makes a sweep of two points.
func smallSweep(t *testing.T) string {
	dir := t.TempDir()
	space := filepath.Join(dir, "space.toml")
	require.NoError(t, os.WriteFile(space, []byte("[axes]\norganisation = [\"multi\", \"pipe3\"]\n"), 0o644))
	var out, err bytes.Buffer
	folder := filepath.Join(dir, "sweep")
	code := Run(context.Background(), []string{"explore", "../../examples/hello", "--space", space, "-o", folder}, strings.NewReader(""), &out, &err)
	require.Zero(t, code, err.String())
	return folder
}

// bigProgram has some 2,000 lines and runs for more than 1e5 cycles.
func bigProgram() string {
	var b strings.Builder
	fmt.Fprintln(&b, "config rounds: u32 = 36")
	const functions = 140
	for i := range functions {
		fmt.Fprintf(&b, "\n// Step %d of the mixture.\nfn step%d(a: u32, b: u32) -> u32 {\n  var x = a\n  var y = b\n", i, i)
		for k := range 6 {
			fmt.Fprintf(&b, "  x = (x << %d) ^ (y >> %d)\n", 1+(i+k)%7, 1+(i*3+k)%9)
		}
		fmt.Fprintf(&b, "  if x & %d == 0 {\n    y = y ^ x\n  }\n  return x ^ y\n}\n", 1<<(i%9))
	}
	fmt.Fprint(&b, "\ntask main() {\n  var x: u32 = 1\n  for r in 0..rounds {\n")
	for i := range functions {
		fmt.Fprintf(&b, "    x = step%d(x, r)\n", i)
	}
	fmt.Fprint(&b, "  }\n  log.print(\"{x}\")\n}\nsystem big {\n  run main()\n}\n")
	return b.String()
}

// TestPageOfABigProgram checks that a page of 2,000 lines and 1e5 cycles is smaller than 3 MB.
// The test prints how soon the page can be used, but on a busy computer this time means
// little.
func TestPageOfABigProgram(t *testing.T) {
	if !testkit.Full() {
		t.Skip("SINTER_FULL=1 runs it")
	}
	text := bigProgram()
	require.GreaterOrEqual(t, strings.Count(text, "\n"), 2000)
	path := filepath.Join(t.TempDir(), "big.sn")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	page := report(t, path, "--checks", "none")
	info, err := os.Stat(page)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(3<<20))
	b := newBrowser(t)
	ready := b.open("file://" + page)
	cycles, _ := b.eval(`+document.querySelector(".figures dd").textContent.replaceAll(",", "")`).(float64)
	require.Greater(t, cycles, 1e5)
	t.Logf("%d lines, %.0f cycles: %d bytes, usable after %s ms", strings.Count(text, "\n"), cycles, info.Size(), ready)
}

// TestServe checks that the page follows a running sweep, and that the server serves nothing
// else.
func TestServe(t *testing.T) {
	sweep := smallSweep(t)
	points, err := filepath.Glob(filepath.Join(sweep, "points", "*.json"))
	require.NoError(t, err)
	require.Len(t, points, 2)
	later, err := os.ReadFile(points[1])
	require.NoError(t, err)
	require.NoError(t, os.Remove(points[1])) // this point is not measured yet

	ctx, stop := context.WithCancel(context.Background())
	r, w := io.Pipe()
	done := make(chan int)
	go func() {
		done <- Run(ctx, []string{"serve", "../../examples/hello", "--checks", "none", "--sweep", sweep, "--listen", "127.0.0.1:0"}, strings.NewReader(""), w, io.Discard)
	}()
	url, err := bufio.NewReader(r).ReadString('\n')
	require.NoError(t, err)
	url = strings.TrimSpace(url)
	get := func(path string) (int, string) {
		resp, err := http.Get(url + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
	code, body := get("sweep.json")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `"points":2`)
	require.Equal(t, 1, strings.Count(body, `"program":"hello"`))
	code, _ = get("manifest.json")
	require.Equal(t, http.StatusNotFound, code)
	code, body = get("")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, "<!doctype html>")
	req, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Host = "elsewhere.example"
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusForbidden, resp.StatusCode, "a name of another site")
	if testkit.Full() {
		t.Run("browser", func(t *testing.T) { follows(t, url, points[1], later) })
	}
	stop()
	require.Equal(t, exitSignal, <-done)
}

// follows checks that the page shows a new point.
func follows(t *testing.T, url, path string, data []byte) {
	b := newBrowser(t)
	b.open(url)
	b.click("#tab-sweep")
	require.Equal(t, false, b.eval(`document.querySelector("#view-sweep").hidden`))
	require.Contains(t, b.text("#progress"), "1 of 2")
	require.EqualValues(t, 1, b.eval(`document.querySelectorAll("#view-sweep .dot").length`))
	b.click("#tab-source")
	b.click("#tab-sweep") // the sweep goes on while the user looks elsewhere
	require.NoError(t, os.WriteFile(path, data, 0o644))
	for range 100 {
		if strings.Contains(b.text("#progress"), "2 of 2") {
			require.EqualValues(t, 2, b.eval(`document.querySelectorAll("#view-sweep .dot").length`))
			b.click("#theme")
			require.Contains(t, b.text("#progress"), "2 of 2")
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the page does not follow the sweep")
}

// TestReportsThatCannotBe checks that a mistake is reported and leaves no file.
func TestReportsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "p.html")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"report", "../../examples/hello", "-o", filepath.Join(dir, "p.pdf")}, "-o FILE.html"},
		{[]string{"report", "../../examples/hello", "-o", page, "--window", "0"}, "--window wants [FROM:]CYCLES"},
		{[]string{"report", "../../examples/hello", "-o", page, "--window=-1:9"}, "--window wants [FROM:]CYCLES"},
		{[]string{"report", "../../examples/hello", "-o", page, "--window", "99999:9"}, "before the window"},
		{[]string{"report", "../../examples/hello", "-o", page, "--sweep", dir}, "holds no sweep"},
		{[]string{"report", "../../examples/hello", "-o", page, "--checks", "magic"}, "magic"},
		{[]string{"serve", "../../examples/hello", "--listen", "nowhere:x"}, "cannot listen on nowhere:x"},
	} {
		var out, err bytes.Buffer
		require.Equal(t, exitUser, Run(context.Background(), c.args, strings.NewReader(""), &out, &err), c.args)
		require.Contains(t, err.String(), c.want)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}
