package live

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// console forwards the output of an image, and keeps the last line about a crash.
type console struct {
	mu   sync.Mutex
	to   io.Writer
	line []byte
	last string // a line about a crash or fault
}

// mostLine is the largest number of bytes of a line that are kept.
const mostLine = 400

// Write forwards bytes.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range p {
		if b != '\n' {
			if len(c.line) < mostLine {
				c.line = append(c.line, b)
			}
			continue
		}
		if s := string(c.line); strings.HasPrefix(s, "CRASH ") || strings.HasPrefix(s, "FAULT ") || strings.HasPrefix(s, "trap in task ") {
			c.last = s
		}
		c.line = c.line[:0]
	}
	return c.to.Write(p)
}

// lastWords is the last line about a crash or fault of an image, or "" if there is no such line.
func (c *console) lastWords() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// place matches a source position in a message.
var place = regexp.MustCompile(` at (\S+?):(\d+)(?:\.(\d+))?(?: |$)`)

// Place finds the file and the line that a message about a trap or a crash names.
func Place(text string) (file string, line int, ok bool) {
	m := place.FindStringSubmatch(text)
	if m == nil {
		return "", 0, false
	}
	line, err := strconv.Atoi(m[2])
	return m[1], line, err == nil
}

// vectors are the names of CPU exceptions (Intel SDM volume 3, table 6-1).
var vectors = map[uint64]string{
	0: "division by zero", 3: "breakpoint", 6: "no such instruction", 7: "no floating point", 8: "double fault",
	12: "stack fault", 13: "general protection", 14: "page fault", 16: "floating point", 17: "alignment", 19: "SIMD floating point",
}

// Decode turns a console line about a crash or a fault of the guest into a sentence. The second
// result is false for any other line.
func Decode(line string, where func(uint64) string) (string, bool) {
	line = strings.TrimSuffix(line, "\r")
	var vector, code, rip, address uint64
	if n, _ := fmt.Sscanf(line, "CRASH %x %x %x %x", &vector, &code, &rip, &address); n == 4 {
		name := vectors[vector]
		if name == "" {
			name = fmt.Sprintf("exception %d", vector)
		}
		text := fmt.Sprintf("%s at %s (rip %#x", name, where(rip), rip)
		if vector == 14 {
			text += fmt.Sprintf(", address %#x, %s", address, access(code))
		}
		return text + ")", true
	}
	var text string
	if n, _ := fmt.Sscanf(line, "FAULT %q", &text); n == 1 {
		return "the program cannot go on: " + text, true
	}
	return "", false
}

// access explains the error code of a page fault.
func access(code uint64) string {
	switch {
	case code&16 != 0:
		return "executed"
	case code&2 != 0:
		return "written"
	}
	return "read"
}
