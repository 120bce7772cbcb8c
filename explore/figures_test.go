package explore_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/explore"
)

// placed lists cores that nextpnr placed on an iCE40 HX8K, with medians of three seeds.
var placed = []struct{ depth, mhz int }{
	{8, 75}, {8, 65}, {8, 59}, {57, 40}, {8, 62}, {8, 65}, {57, 40}, // multi: crc32 crc32t sha256 matmul firewall sort fir
	{9, 60}, {9, 60}, {9, 59}, {57, 36}, {9, 56}, {9, 62}, {57, 37}, // pipe3
}

func TestClockIsWithinAFifthOfPlacedCores(t *testing.T) {
	for _, p := range placed {
		estimate := 1e6 / float64(explore.Period(p.depth))
		require.Less(t, math.Abs(estimate/float64(p.mhz)-1), 0.2, "depth %d: %.0f MHz, placed %d", p.depth, estimate, p.mhz)
	}
}

func objectives(t *testing.T, names ...string) []explore.Objective {
	by, err := explore.Objectives(names)
	require.NoError(t, err)
	return by
}

func rows() []explore.Row {
	s := explore.Standard()
	var out []explore.Row
	for i, p := range s.Points() {
		out = append(out, explore.Row{Program: `a,"b`, Point: p, Key: strconv.Itoa(i), Figures: explore.Figures{
			Cycles: uint64(1000 - 100*(i%4)), Cells: 300 + 50*(i%4) + 400*(i/4), Depth: 8, Shifts: "none",
		}})
	}
	return out
}

func TestFrontHasWhatNothingBeats(t *testing.T) {
	list := rows()
	list = append(list, list[0])                                                                                                  // equal to another row
	list = append(list, explore.Row{Program: "other", Point: list[0].Point, Figures: explore.Figures{Cycles: 9999, Cells: 9999}}) // better only in another program
	explore.MarkFronts(list, objectives(t, "cycles", "area"))
	var front []int
	for i, r := range list {
		if r.Front {
			front = append(front, i)
		}
	}
	require.Equal(t, []int{0, 1, 2, 3, 8, 9}, front)
}

func TestObjectivesAreNamed(t *testing.T) {
	for list, message := range map[string]string{"time": "two objectives", "time,time": "twice", "time,are": `no objective "are"`} {
		_, err := explore.Objectives(strings.Split(list, ","))
		require.ErrorContains(t, err, message, list)
	}
}

func TestTablesAreReadByOthers(t *testing.T) {
	list := rows()
	by := objectives(t, "time", "area")
	explore.MarkFronts(list, by)
	table, err := csv.NewReader(strings.NewReader(string(explore.CSV(list)))).ReadAll()
	require.NoError(t, err)
	require.Len(t, table, 1+len(list))
	require.Equal(t, []string{"program", "organisation", "registers", "multiplier", "shifter", "codegen", "mining", "cycles"}, table[0][:8])
	require.Equal(t, []string{`a,"b`, "multi", "16", "hard", "auto", "cg", "off", "900"}, table[2][:8])
	lines := strings.Split(strings.TrimSpace(string(explore.Lines(list))), "\n")
	require.Len(t, lines, len(list))
	for i, line := range lines {
		row := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		for k, name := range table[0] {
			v, err := json.Marshal(row[name])
			require.NoError(t, err)
			require.Equal(t, table[i+1][k], strings.ReplaceAll(strings.Trim(string(v), `"`), `\"`, `"`), name)
		}
	}
}

func TestPictureShowsEachPoint(t *testing.T) {
	list := append(rows(), explore.Row{Program: "one", Point: rows()[0].Point, Figures: explore.Figures{Cycles: math.MaxUint32, Cells: 1, Depth: 57}})
	by := objectives(t, "time", "area")
	explore.MarkFronts(list, by)
	circles, fronts := 0, 0
	dec := xml.NewDecoder(strings.NewReader(string(explore.SVG(list, by))))
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "circle":
			circles++
			for _, a := range e.Attr {
				if a.Name.Local == "cx" || a.Name.Local == "cy" {
					v, err := strconv.ParseFloat(a.Value, 64)
					require.NoError(t, err)
					require.True(t, v >= 0 && v <= 920, "%s is in the picture", a.Value)
				}
			}
		case "path":
			for _, a := range e.Attr {
				if a.Value == "front" {
					fronts++
				}
			}
		}
	}
	require.Equal(t, len(list)+2, circles, "two more in the legend")
	require.Equal(t, 3, fronts, "one in the legend")
	require.Equal(t, explore.SVG(list, by), explore.SVG(list, by))
}
