package text

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

func scanner(src string) *Scanner { return New(&diag.File{Name: "t", Text: src}) }

// dump lists the tokens of a text, with one word for each token.
func dump(sc *Scanner) string {
	var out []string
	for {
		t := sc.Next()
		switch t.Kind {
		case EOF:
			return strings.Join(out, " ")
		case Newline:
			out = append(out, "NL")
		case Number:
			out = append(out, fmt.Sprintf("n%d", t.Value))
		case String:
			out = append(out, fmt.Sprintf("s%q", t.Str))
		case Bad:
			out = append(out, "BAD<"+t.Str+">")
		case Ident:
			out = append(out, "i"+t.Text)
		default:
			out = append(out, t.Text)
		}
	}
}

var tokenCases = []struct{ src, want string }{
	{"%2 8 = add count 8'255 // c\n", "i%2 n8 = iadd icount n8 ' n255 NL"},
	{"a.b$c.d a. .b a..b", "ia.b$c.d ia . . ib ia .. ib"},
	{"@x.1 @ % %%3 $y _z", "i@x.1 @ % % i%3 i$y i_z"},
	{"0x1F 0b101 007 1_000 18446744073709551615", "n31 n5 n7 n1000 n18446744073709551615"},
	{"18446744073709551616 0x 12ab 0b2", "BAD<a number of more than 64 bits> BAD<`0x`, which is neither a number nor a name> " +
		"BAD<`12ab`, which is neither a number nor a name> BAD<`0b2`, which is neither a number nor a name>"},
	{`"a\n\"b" "x`, `s"a\n\"b" BAD<a string without its closing quote>`},
	{`"\q" 1`, `BAD<a string with an unknown escape> n1`},
	{"a # x\n# y\n\tb", "ia NL NL ib"},
	{"-> => .. == != <= >= << >> < > - ->>", "-> => .. == != <= >= << >> < > - -> >"},
	{"a / b // c", "ia / ib"},
	{"ä \x00 \xff x", "BAD<the character 'ä'> BAD<the character '\\x00'> BAD<a byte that is not UTF-8 text> ix"},
	{"if c: pc = (rs1 + imm) and 0xfffffffe", "iif ic : ipc = ( irs1 + iimm ) iand n4294967294"},
	{"", ""},
}

func TestTokens(t *testing.T) {
	for _, c := range tokenCases {
		require.Equal(t, c.want, dump(scanner(c.src)), "%q", c.src)
	}
}

func TestNewlinesOff(t *testing.T) {
	sc := scanner("a\nb\n\nc")
	sc.NewlinesOff(true)
	sc.Next()
	require.Equal(t, "b", sc.Peek().Text)
	sc.NewlinesOff(false)
	require.Equal(t, Newline, sc.Peek().Kind)
	require.NoError(t, sc.EndLine())
	require.Equal(t, "b", sc.Next().Text)
	require.NoError(t, sc.EndLine())
	require.Equal(t, "c", sc.Next().Text)
	require.NoError(t, sc.EndLine())
	require.True(t, sc.AtEnd())
}

func TestExpectations(t *testing.T) {
	sc := scanner("point p -5 0110 00ffAB \"s\" rest of  it // c\nnext")
	require.NoError(t, sc.Expect("point"))
	name, err := sc.Ident("a name")
	require.NoError(t, err)
	require.Equal(t, "p", name.Text)
	v, err := sc.Int("number", -5, 5)
	require.NoError(t, err)
	require.Equal(t, int64(-5), v)
	at := sc.Pos()
	b, err := sc.Bits("funct", 4)
	require.NoError(t, err)
	require.Equal(t, uint32(6), b)
	sc.Reset(at)
	n, err := sc.Number("n", 110)
	require.NoError(t, err)
	require.Equal(t, uint64(110), n.Value)
	w, err := sc.Word("bytes")
	require.NoError(t, err)
	require.Equal(t, "00ffAB", w.Text)
	q, err := sc.Quoted("string")
	require.NoError(t, err)
	require.Equal(t, "s", q.Str)
	require.Equal(t, "rest of  it", sc.Line().Text)
	require.NoError(t, sc.EndLine())
	require.Equal(t, "next", sc.Next().Text)
}

func TestErrors(t *testing.T) {
	cases := []struct {
		src  string
		do   func(*Scanner) error
		want string
	}{
		{"\n x", func(s *Scanner) error { s.SkipNewlines(); return s.Expect("end") }, "t:2:2: error: expected `end`, found `x`"},
		{"12", func(s *Scanner) error { _, err := s.Ident("a name"); return err }, "t:1:1: error: expected a name, found `12`"},
		{"", func(s *Scanner) error { _, err := s.Quoted("a reason"); return err }, "t:1:1: error: expected a reason, found end of text"},
		{"\n", func(s *Scanner) error { _, err := s.Word("bytes"); return err }, "t:1:1: error: expected bytes, found end of line"},
		{"33", func(s *Scanner) error { _, err := s.Number("register", 31); return err }, "t:1:1: error: register is at most 31, got 33"},
		{"- 9", func(s *Scanner) error { _, err := s.Int("imm", -8, 7); return err }, "t:1:1: error: imm is in -8..7, got - 9"},
		{"9223372036854775808", func(s *Scanner) error { _, err := s.Int("imm", 0, 1<<62); return err }, "t:1:1: error: imm is in 0..4611686018427387904, got 9223372036854775808"},
		{"012", func(s *Scanner) error { _, err := s.Bits("funct3", 3); return err }, "t:1:1: error: expected funct3 of 3 binary digits, found `012`"},
		{"a b", func(s *Scanner) error { s.Next(); return s.EndLine() }, "t:1:3: error: expected the end of the line, found `b`"},
		{"\"x", func(s *Scanner) error { return s.Expect("x") }, "t:1:1: error: expected `x`, found a string without its closing quote"},
	}
	for _, c := range cases {
		require.EqualError(t, c.do(scanner(c.src)), c.want)
	}
}

func FuzzScan(f *testing.F) {
	for _, c := range tokenCases {
		f.Add(c.src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		sc := scanner(src)
		last := 0
		for n := 0; ; n++ {
			tok := sc.Next()
			if tok.Kind == EOF {
				require.Equal(t, EOF, sc.Next().Kind)
				return
			}
			require.GreaterOrEqual(t, tok.Span.Start, last)
			require.Greater(t, tok.Span.End, tok.Span.Start, "no progress")
			require.Equal(t, src[tok.Span.Start:tok.Span.End], tok.Text)
			last = tok.Span.End
		}
	})
}

func TestNames(t *testing.T) {
	for _, c := range [][2]string{{"a.b", "a.b"}, {"end", `"end"`}, {"", `""`}, {"a b", `"a b"`}, {"a ", `"a "`}, {"7", `"7"`}, {"ä", `"ä"`}} {
		require.Equal(t, c[1], QuoteName(c[0], "begin", "end"))
		name, err := scanner(c[1]).Name("a name")
		require.NoError(t, err)
		require.Equal(t, c[0], name.Str)
	}
	_, err := scanner("7").Name("a name")
	require.EqualError(t, err, "t:1:1: error: expected a name, found `7`")
}
