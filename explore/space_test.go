package explore_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/diag"
)

func read(text string) (*explore.Space, error) {
	return explore.ReadSpace(&diag.File{Name: "f.toml", Text: text})
}

func points(t *testing.T, text string) []string {
	t.Helper()
	s, err := read(text)
	require.NoError(t, err)
	var out []string
	for _, p := range s.Points() {
		out = append(out, p.String())
	}
	return out
}

func TestStandardSpace(t *testing.T) {
	var out []string
	for _, p := range explore.Standard().Points() {
		out = append(out, p.Get(explore.Organisation)+" "+p.Get(explore.Registers))
	}
	require.Equal(t, []string{"multi 8", "multi 16", "multi 24", "multi 32", "pipe3 8", "pipe3 16", "pipe3 24", "pipe3 32"}, out)
}

func TestSpaceOfTheKernelsHas48Points(t *testing.T) {
	text, err := os.ReadFile("../bench/space.toml")
	require.NoError(t, err)
	require.Len(t, points(t, string(text)), 48)
}

func TestConstraintsLeaveWhatTheyAllow(t *testing.T) {
	const axes = "[axes]\norganisation = ['multi', \"pipe3\"] # two\nregisters = [\n  8,\n  16, # the standard\n  32,\n]\n"
	require.Equal(t, []string{
		"organisation multi, registers 8", "organisation multi, registers 16", "organisation pipe3, registers 16", "organisation pipe3, registers 32",
	}, points(t, axes+"[[forbid]]\norganisation = 'multi'\nregisters = 32\n[[require]]\nwhen.organisation = 'pipe3'\nregisters = [16, 32]\n"))
}

func TestConfigsAreAxes(t *testing.T) {
	s, err := read("[config]\ntaps = { from = 8, to = 16, step = 4 }\nmode = 'fast'\nwide = true\n")
	require.NoError(t, err)
	list := s.Points()
	require.Len(t, list, 3)
	require.Equal(t, []string{"taps=12", "mode=fast", "wide=true"}, list[1].Settings())
	require.Equal(t, 16, list[1].Number(explore.Registers))
}

// The error for a mistake in a space shows its position and a correct form.
func TestMistakesInSpaces(t *testing.T) {
	for _, c := range []struct{ name, text, place, message, hint string }{
		{"unknown axis", "[axes]\nregister = 8\n", "2:1", "there is no axis register", "did you mean `registers`?"},
		{"unknown section", "[axis]\n", "1:1", "a space has no section axis", "did you mean `axes`?"},
		{"unknown value", "[axes]\nshifter = [\"auto\", \"barel\"]\n", "2:20", "barel is not a shifter", "did you mean `barrel`?"},
		{"number out of range", "[axes]\nregisters = [8, 64]\n", "2:17", "registers are 5 to 32, got 64", ""},
		{"no number", "[axes]\nregisters = ['all']\n", "2:14", "registers are 5 to 32, got all", ""},
		{"empty axis", "[axes]\nregisters = []\n", "2:13", "the space is empty", ""},
		{"empty range", "[axes]\nregisters = { from = 32, to = 8 }\n", "2:13", "registers from 32 to 8 has no value", ""},
		{"step of nothing", "[axes]\nregisters = { from = 8, to = 16, step = 0 }\n", "2:13", "the step of a range is at least 1", ""},
		{"unknown part of a range", "[axes]\nregisters = { form = 8, to = 16 }\n", "2:15", "from, to and step, not form", "did you mean `from`?"},
		{"huge range", "[config]\nn = { from = 0, to = 9000000 }\n", "2:5", "at most", ""},
		{"range of huge numbers", "[config]\nn = { from = -1, to = 9223372036854775807 }\n", "2:23", "to wants a whole number of 32 bits", ""},
		{"huge space", "[config]\na = { from = 1, to = 9999 }\nb = { from = 1, to = 9999 }\n", "2:1", "more than 1048576 points", ""},
		{"value twice", "[axes]\nregisters = [8, 16, 8]\n", "2:21", "has the value 8 twice", ""},
		{"axis twice", "[axes]\nregisters = 8\nregisters = 16\n", "3:1", "registers is given twice", ""},
		{"axis twice in two sections", "[axes]\nregisters = 8\n[axes]\nregisters = 16\n", "4:1", "registers is given twice", ""},
		{"axis in no section", "registers = 8\n", "1:1", "registers stands in no section", ""},
		{"single rule", "[forbid]\n", "1:1", "the section is written [[forbid]]", ""},
		{"rule without axis", "[[forbid]]\n", "1:1", "names at least one axis", ""},
		{"condition alone", "[[require]]\nwhen.registers = 16\n", "1:1", "names at least one axis without when", ""},
		{"condition of a forbid", "[[forbid]]\nwhen.registers = 16\n", "2:1", "a [[forbid]] has no when", ""},
		{"rule of an unknown axis", "[[forbid]]\nconfig.tap = 8\n[config]\ntaps = 8\n", "2:1", "the space has no axis config.tap", "did you mean `config.taps`?"},
		{"rule of an unknown value", "[axes]\nregisters = [8, 16]\n[[forbid]]\nregisters = 24\n", "4:13", "registers has no value 24 in this space; it has 8, 16", ""},
		{"all forbidden", "[[forbid]]\nshifter = 'auto'\n", "1:1", "the constraints leave no point", ""},
		{"contradiction", "[axes]\nregisters = [8, 16]\n[[require]]\nregisters = 8\n[[require]]\nregisters = 16\n", "3:1", "constraints contradict", ""},
		{"no value", "[axes]\nregisters =\n", "2:12", "expected a string, a number", ""},
		{"bare word", "[axes]\nshifter = auto\n", "2:11", "auto is not a number; a text stands in quotes", ""},
		{"open string", "[axes]\nshifter = \"auto\n", "2:16", "a string is not closed", ""},
		{"escape", "[axes]\nshifter = \"\\n\"\n", "2:13", "the escapes of a string", ""},
		{"open array", "[axes]\nregisters = [8\n", "3:1", "expected", ""},
		{"open table", "[axes]\nregisters = { from = 8\n", "2:23", "expected `,` or `}`", ""},
		{"deep", "[axes]\nregisters = [[[[[[[[[[[[8]]]]]]]]]]]]\n", "2:22", "in each other", ""},
		{"nested", "[axes]\nregisters = [[8]]\n", "2:14", "is a string, a number or a boolean", ""},
		{"two on a line", "[axes] registers = 8\n", "1:8", "expected the end of the line", ""},
		{"no name", "[axes]\n= 8\n", "2:1", "expected a name", ""},
		{"open header", "[axes\n", "1:6", "expected `]`", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.text)
			require.Error(t, err)
			list := diag.AsList(err)
			require.Contains(t, list[0].Error(), "f.toml:"+c.place+": error: ", "%v", err)
			require.Contains(t, list[0].Message, c.message)
			require.Equal(t, c.hint, strings.Join(list[0].Hints, ""))
		})
	}
}

func TestContradictionNamesBothConstraints(t *testing.T) {
	_, err := read("[axes]\norganisation = ['multi', 'pipe3']\nregisters = [8, 16]\n[[require]]\nwhen.organisation = 'multi'\nregisters = 8\n[[forbid]]\norganisation = 'multi'\nregisters = 8\n")
	require.ErrorContains(t, err, "constraints contradict")
	notes := diag.AsList(err)[0].Notes
	require.Len(t, notes, 1)
	require.Equal(t, "f.toml:7.1", notes[0].Span.String())
}

func FuzzReadSpace(f *testing.F) {
	f.Add("[axes]\nregisters = { from = 8, to = 32, step = 8 }\n[[require]]\nwhen.organisation = 'multi'\nregisters = [8, 16]\n")
	f.Add("[config]\nx = [1, true, \"a\\\"b\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := read(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, s.Points(), "a space that is read has points")
	})
}
