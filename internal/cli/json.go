package cli

import (
	"encoding/json"

	"github.com/sinter-lang/sinter/internal/diag"
)

// jsonPlace is a source range. Lines and columns count from 1. The end is after the last
// character. All fields are zero if there is no position.
type jsonPlace struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

// jsonNote is an additional source position of a diagnostic.
type jsonNote struct {
	jsonPlace
	Message string `json:"message"`
}

// jsonError is the JSON form of a diagnostic.
type jsonError struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	jsonPlace
	Message string     `json:"message"`
	Label   string     `json:"label"` // a few words that belong under the position
	Notes   []jsonNote `json:"notes"`
	Hints   []string   `json:"hints"`
}

func placeOf(at diag.Span) jsonPlace {
	if at.IsZero() {
		return jsonPlace{}
	}
	p := jsonPlace{File: at.File.Name}
	p.Line, p.Column = at.Position()
	p.EndLine, p.EndColumn = diag.Span{File: at.File, Start: at.End, End: at.End}.Position()
	return p
}

func jsonErrors(err error) []jsonError {
	out := []jsonError{}
	for _, d := range diag.AsList(err).Sorted() {
		j := jsonError{
			Code: string(d.Code), Severity: "error", jsonPlace: placeOf(d.Span), Message: d.Message, Label: d.Label,
			Notes: []jsonNote{}, Hints: append([]string{}, d.Hints...),
		}
		if d.Severity == diag.SevWarning {
			j.Severity = "warning"
		}
		for _, n := range d.Notes {
			j.Notes = append(j.Notes, jsonNote{placeOf(n.Span), n.Text})
		}
		out = append(out, j)
	}
	return out
}

// printJSON prints a value. A write error is reported when the command ends.
func (e *env) printJSON(v any) {
	enc := json.NewEncoder(e.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	enc.Encode(v) //nolint:errcheck // e.out keeps the error
}
