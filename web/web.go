// Package web makes the HTML page of a report. The package contains the page's script and
// style, which are bundled from the sources in web/src.
//
//	html, err := web.Page(data, 0)   // one file that needs nothing else
//
// The data is JSON, packed with gzip and written as base64, so no text of a program can be
// taken for a part of the page. A page in a file makes no network requests: its content
// security policy forbids them. A page from a server requests only the sweep from that
// server.
//
// The bundle is committed, so building the tool needs only Go. `npm ci && npm run build`
// in this folder makes the bundle again, and a test fails if it is stale. Start reading
// at src/main.js.
package web

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"fmt"
)

//go:embed dist/app.js
var script string

//go:embed dist/app.css
var style string

// Page returns the page that shows some data. If follow is above 0, the page follows a sweep:
// it requests the sweep from its server every `follow` milliseconds. If follow is 0, the page
// is for a file.
func Page(data []byte, follow int) ([]byte, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	const frame = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="live" content="%d">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src %s; base-uri 'none'; form-action 'none'">
<link rel="icon" href="data:,">
<title>Sinter</title>
<style>%s</style>
</head>
<body>
<script id="data" type="text/plain">%s</script>
<script>%s</script>
</body>
</html>
`
	connect := "'none'"
	if follow > 0 {
		connect = "'self'"
	}
	return fmt.Appendf(nil, frame, follow, connect, style, base64.StdEncoding.EncodeToString(packed.Bytes()), script), nil
}
