package x86

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	comments    = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	definitions = regexp.MustCompile(`(?m)^(?:[A-Za-z_][\w *()]*[ *])?(\w+)\([^;{}]*\) *\{|^\.globl (\w+)`)
	prototypes  = regexp.MustCompile(`(?m)^[A-Za-z_][\w *]*[ *](\w+)\([^;{}]*\);`)
	calls       = regexp.MustCompile(`(\w+)\(|(?:call |\$)(\w+)`)
)

// defined lists the functions of a file, as C or as global labels.
func defined(text string) []string {
	var names []string
	for _, m := range definitions.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1]+m[2])
	}
	return names
}

// upward lists the calls from a file to functions of later files.
func upward(files []string, text func(string) string) []string {
	var out []string
	for i, name := range files {
		var called []string
		for _, m := range calls.FindAllStringSubmatch(text(name), -1) {
			called = append(called, m[1]+m[2])
		}
		for _, later := range files[i+1:] {
			for _, f := range defined(text(later)) {
				if slices.Contains(called, f) && !slices.Contains(defined(text(name)), f) {
					out = append(out, fmt.Sprintf("%s calls %s of %s", name, f, later))
				}
			}
		}
	}
	return out
}

func withoutComments(name string) string { return comments.ReplaceAllString(source(name), "") }

// TestLayersDoNotCallUpwards checks that each file of a product calls only functions of this
// file and of earlier files, so no circle is possible. The only prototype is that of sn_main,
// the program.
func TestLayersDoNotCallUpwards(t *testing.T) {
	used := map[string]bool{"pvh.ld": true, "hvt.ld": true, "efi.ld": true, "font.txt": true}
	for _, files := range [][]string{linuxFiles, pvhFiles, pciFiles, uefiFiles, hvtFiles, mpiFiles, efiFiles} {
		total := 0
		for _, name := range files {
			used[name] = true
			total += len(defined(withoutComments(name)))
			for _, m := range prototypes.FindAllStringSubmatch(withoutComments(name), -1) {
				require.Equal(t, "sn_main", m[1], "%s declares a function that comes later", name)
			}
		}
		require.Greater(t, total, 9, "the functions were not found")
		require.Empty(t, upward(files, withoutComments))
	}
	entries, err := fs.ReadDir(hal, "hal")
	require.NoError(t, err)
	for _, e := range entries {
		require.True(t, used[e.Name()], "no product uses hal/%s", e.Name())
	}
}

// TestPlantedCallUpwards checks that a call of a later file and a changed order are found.
func TestPlantedCallUpwards(t *testing.T) {
	planted := func(name string) string {
		text := withoutComments(name)
		if name == "virtio_queue.c" {
			text = strings.Replace(text, "q->avail.idx++;", "q->avail.idx++;\n  notify(0, 0);", 1)
		}
		return text
	}
	require.Equal(t, []string{"virtio_queue.c calls notify of virtio_mmio.c"}, upward(pvhFiles, planted))
	turned := slices.Clone(linuxFiles)
	slices.Reverse(turned)
	require.NotEmpty(t, upward(turned, withoutComments))
}
