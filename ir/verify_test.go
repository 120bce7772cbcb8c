package ir

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// broken replaces one piece of the sample, and says what Parse must say then.
var broken = []struct{ old, new, want string }{
	{"module demo", "modul demo", "expected `module`"},
	{"trap 1 assert", "trap 2 assert", "the next trap has number 1, got 2"},
	{"align 4 = $00010203", "align 4 = $0001020", "pairs of hexadecimal digits"},
	{"align 4 = $00010203", "align 3 = $00010203", "aligned to 1, 2 or 4"},
	{"const %tab 8", "const %tab 2", "has 2 bytes and 4 initial ones"},
	{"task 1 right @right", "task 1 right @nobody", "@nobody is used and nowhere defined"},
	{"task 1 right @right", "task 1 left @right", "two of tasks have the name left"},
	{"state %hits 64", "state %tab 64", "defined twice"},
	{"bytes:12 in 0 at 0", "bytes:12 in 1 at 0", "cannot show bytes:12"},
	{"i:32 in 0 at 15 size 1", "i:32 in 0 at 15 size 2", "cannot show i:32"},
	{"i:32 in 0 at 15 size 1", "i:32 in 0 at 12 size 3", "cannot show i:32"},
	{"i:32 in 0 at 15 size 1", "i:16 in 0 at 12 size 2", "cannot show i:16"},
	{"v5: i1 = ltu v3, v4", "v5: i2 = ltu v3, v4", "do not give width 2"},
	{"v5: i1 = ltu v3, v4", "v5: i1 = ltu v3, v9", "does not come before its use"},
	{"v5: i1 = ltu v3, v4", "v5: i1 = ltx v3, v4", "there is no operation `ltx`"},
	{"v4: i32 = const 16", "v4: i3 = const 16", "one word that holds 16"},
	{"v4: i32 = const 16", "v5: i32 = const 16", "value v5 is defined twice"},
	{"v11: i8 = slice v10, 8", "v11: i8 = slice v10, 28", "slice"},
	{"check v5, v1 !0", "check v5, v1 !7", "names a trap site that the module does not have"},
	{"check v5, v1 !0", "check v3, v1 !0", "check takes (i1), got (i32)"},
	{"load4 %hits[v8], v2", "load4 %hits[64], v2", "needs 4 bytes at %hits[64]"},
	{"load4 %hits[v8], v2", "load4 %hits[v11], v2", "does not come before"},
	{"load4 %hits[v8], v2", "load4 %hits[v8]", "takes the tokens (tok %hits)"},
	{"load4 %hits[v8], v2", "load4 %hits[v8], v1", "takes the tokens (tok %hits)"},
	{"load4 %p[4]", "load4 %q[4]", "no object %q is defined"},
	{"store4 %hits[v8], v13, v2", "store4 %p, v13, v2", "constant or read-only"},
	{"ret v6, v14, v13", "ret v6, v2, v13", "the return takes v2, but the newest tok %hits is v14"},
	{"ret v6, v14, v13", "ret v6, v14", "returns 3 results, got 2"},
	{"ret v6, v14, v13", "ret v1, v14, v13", "the newest tok is v6"},
	{"call @count %tab, v11, v12, v10", "call @count %tab, v11, v2, v10", "call takes v2, but the newest tok %hits is v12"},
	{"call @count %tab, v11, v12, v10", "call @count %tab, v11, v10", "does not fit the signature of @count"},
	{"call @count %tab, v11, v12, v10", "call @count v11, v12, v10", "an object for each"},
	{"call @count %tab, v11, v12, v10", "call @left v11, v12", "calls itself"},
	{"jump b1(v3, v7, v8)", "jump b1(v3, v7)", "b1 takes 3 arguments, got 2"},
	{"jump b1(v3, v7, v8)", "jump b1(v3, v8, v7)", "b1 takes tok for v11"},
	{"br v17, b1(v15, v16, v14), b2", "br v17, b0(v16, v14), b2", "a jump leads to the entry block"},
	{"b1(v15, v16, v14), b2", "b3, b2\nb3:\n  v20: tok %hits = clear %hits, v14, 4\n  jump b2", "paths with different tokens tok %hits meet"},
	{"jump b1(v3, v7, v8)", "ret v7, v8", "not reachable"},
	{"br v17, b1(v15, v16, v14), b2", "br v15, b1(v15, v16, v14), b2", "needs a condition of type i1"},
	{"br v17, b1(v15, v16, v14), b2", "br v17, b1(v15, v16, v14), b9", "block b9 is used and nowhere defined"},
	{"chsend ch %buf, v15, v4", "chsend ch %buf, v4, v15", "channel ch moves 2 words"},
	{"(i32, i1) [16]", "(i32, i1) [17]", "needs 17 bytes at %buf"},
	{"chsend ch %buf", "chsend hc %buf", "there is no channel `hc`"},
	{"recv eth0 %buf, v3, v4, 12", "recv eth0 %buf, v3, v4, 13", "needs 17 bytes at %buf"},
	{"recv eth0 %buf, v3, v4, 12", "recv eth0 %buf, v3, v4", "recv ends with a number"},
	{"log %buf, v11, v9, v10 !0", "log %buf, v11, v9, v10 !1", "log site"},
	{"log %buf, v11, v9, v10 !0", "log %buf, v9, v10 !0", "log site 0 shows 1 words and 1 bytes"},
	{"v13: tok = send eth0 %buf, v12, v10", "v13: tok = halt v12", "halt in a module without Main"},
	{"task 1 right @right", "task 1 right @right\nmain @right", "in a module with Main"},
	{"task 1 right @right", "task 1 right @right\nmain @right\nmain @right", "each context has a function of its own"},
	{"%tab[v7 ++ 4]", "%tab[v7 ++ 0]", "has no sum that could wrap"},
	{"copy %buf[4], %tab[v7 - 4], v10, 8", "copy %buf[12], %tab[v7 - 4], v10, 8", "needs 8 bytes at %buf[12]"},
	{"@demo.sn:10.8", "@demo.sn:0.8", "line"},
	{`word "far" u 0`, `word far u 0`, "name of the word"},
	{`word "far" u 0`, `word "f r" u 0`, "has a word \"f r\", expected a name"},
	{`word "far" u 0`, `word "far" text 0`, "a word \"far\" that is \"text\""},
	{`word "far" u 0 4294967295`, `word "far" u 2 1`, "a word \"far\" that is \"u\" of 4 bytes at 0"},
	{`at 0 size 4 @demo.sn:1.2`, `at 1 size 4 @demo.sn:1.2`, "of 4 bytes at 1"},
	{`at 0 size 4 @demo.sn:1.2`, `at 0 size 3 @demo.sn:1.2`, "of 3 bytes at 0"},
}

func TestBroken(t *testing.T) {
	for _, c := range broken {
		require.Contains(t, sample, c.old)
		_, err := Parse(&diag.File{Name: "t.sir", Text: strings.Replace(sample, c.old, c.new, 1)})
		if assert.Error(t, err, "%s", c.new) {
			assert.Contains(t, err.Error(), c.want, "%s", c.new)
		}
	}
}

func TestDocs(t *testing.T) {
	blocks := testkit.Blocks(t, "../docs/ir.md", "sir")
	require.NotEmpty(t, blocks)
	for _, src := range blocks {
		require.Equal(t, strings.TrimSpace(src), strings.TrimSpace(Print(parse(t, src))))
	}
}

func TestEveryOperationIsInTheDocs(t *testing.T) {
	data, err := os.ReadFile("../docs/ir.md")
	require.NoError(t, err)
	page := string(data)
	for op := Op(0); op < NumOps; op++ {
		if op != OpWord && op != OpFloat {
			require.Contains(t, page, "`"+op.String(), "%s", op)
		}
	}
	for op := Float(0); op < NumFloats; op++ {
		require.Contains(t, page, "`"+op.String()+"`", "%s", op)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	for _, c := range broken {
		f.Add(strings.Replace(sample, c.old, c.new, 1))
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, err := Parse(&diag.File{Name: "f.sir", Text: src})
		if err != nil {
			return
		}
		text := Print(m)
		again, err := Parse(&diag.File{Name: "f.sir", Text: text})
		require.NoError(t, err)
		require.Equal(t, text, Print(again))
		Thread(again)
		require.NoError(t, Verify(again))
	})
}
