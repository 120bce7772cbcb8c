package ir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

// sample has one of each construct that is allowed before the tasks pass.
const sample = `module demo
device 0 eth0 eth task 0 rx tx
chan 0 ch cap 4 (i32, i1) [16] writer 0 reader 1 as u:32 bool:1 bytes:12 in 0 at 0 i:32 in 0 at 15 size 1 @"a b.sn":3.4
mark 0 "kernel\n"
trap 0 index @demo.sn:10.8
trap 1 assert
log 0 "n = " u:64 ", b = " bytes:12 ""
const %tab 8 align 4 = $00010203 @demo.sn:1.1
const %host 4 align 4 = $0f02000a boot word "far" u 0 4294967295 at 0 size 4 @demo.sn:1.2
state %hits 64 align 4
task 0 left @left
task 1 right @right

func @count[%p 8 align 4 ro](v1: tok, v2: tok %hits, v3: i32 @demo.sn:9.9) -> (tok, tok %hits, i32) noinline @demo.sn:9.1 {
b0(v1, v2, v3):
  v4: i32 = const 16
  v5: i1 = ltu v3, v4 @demo.sn:10.3
  v6: tok = check v5, v1 !0 @demo.sn:10.8
  v7: i32 = const 2
  v8: i32 = shl v3, v7
  v9: i32 = load4 %hits[v8], v2
  v10: i32 = load4 %p[4]
  v11: i8 = slice v10, 8
  v12: i32 = zext v11
  v13: i32 = add v9, v12
  v14: tok %hits = store4 %hits[v8], v13, v2
  ret v6, v14, v13
}

func @left(v1: tok, v2: tok %hits) -> (tok, tok %hits) {
  local %buf 16 align 4
b0(v1, v2):
  v3: i32 = const 0
  v4: i1 = const 1
  v5: tok %buf = local %buf
  v6: tok %buf = clear %buf, v5, 16
  v7: tok, v8: tok %hits, v9: tok %buf = mark v1, v2, v6, 0
  jump b1(v3, v7, v8)
b1(v10: i32, v11: tok, v12: tok %hits):
  v13: tok, v14: tok %hits, v15: i32 = call @count %tab, v11, v12, v10
  v16: tok = chsend ch %buf, v15, v4, v13, v9 task 0
  v17: i1 = ltu v15, v3
  br v17, b1(v15, v16, v14), b2
b2:
  ret v16, v14
}

func @right(v1: tok) -> (tok) {
  local %buf 16 align 4
b0(v1):
  v2: tok %buf = local %buf
  jump b1(v1, v2)
b1(v3: tok, v4: tok %buf):
  v5: tok, v6: tok %buf = recv eth0 %buf, v3, v4, 12
  v7: i32, v8: i1, v9: tok, v10: tok %buf = chrecv ch %buf, v5, v6
  v11: i64 = zext v7
  v12: tok = log %buf, v11, v9, v10 !0 task 1
  v13: tok = send eth0 %buf, v12, v10
  v14: tok %buf = copy %buf[4], %tab[v7 - 4], v10, 8
  v15: i8 = load1 %tab[v7 + 4]
  v16: i8 = load1 %tab[v7 ++ 4]
  jump b1(v13, v14)
}
`

func parse(t *testing.T, src string) *Module {
	t.Helper()
	m, err := Parse(&diag.File{Name: "t.sir", Text: src})
	require.NoError(t, err)
	return m
}

func TestRoundTrip(t *testing.T) {
	m := parse(t, sample)
	require.Equal(t, sample, Print(m))
	require.Equal(t, sample, Print(parse(t, Print(m))))
	require.NoError(t, Verify(m))
}

func TestThreadFindsTheSameTokens(t *testing.T) {
	m := parse(t, sample)
	Thread(m)
	require.NoError(t, Verify(m))
	once := Print(parse(t, Print(m)))
	Thread(m)
	require.NoError(t, Verify(m))
	require.Equal(t, shapeOf(once), shapeOf(Print(m)))
}

// shapeOf removes the numbers of values from a text form.
func shapeOf(s string) string {
	var sb strings.Builder
	for k := 0; k < len(s); k++ {
		sb.WriteByte(s[k])
		if s[k] == 'v' {
			for k+1 < len(s) && '0' <= s[k+1] && s[k+1] <= '9' {
				k++
			}
		}
	}
	return sb.String()
}
