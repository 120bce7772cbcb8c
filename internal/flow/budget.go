package flow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/tree"
)

// share is the contribution of one source line to a number.
type share struct {
	at diag.Span
	n  int
}

// maxShares is the number of source lines that the error for an exceeded budget shows.
const maxShares = 8

// withinBudget checks a number against the program's budget for it.
func (p *Program) withinBudget(kind tree.BudgetKind, what string, n int, unit string, shares []share) error {
	for _, b := range p.Tree.Budgets {
		if b.Kind == kind {
			if err := over(b, what, n, unit, shares); err != nil {
				return err
			}
		}
	}
	return nil
}

// over is the error for a number that exceeds a line of a budget, or nil if the number is
// within the budget. It shows the source lines that add most to the number, and the rest of
// the number, which belongs to no line.
func over(b tree.Budget, what string, n int, unit string, shares []share) error {
	if int64(n) <= b.Max {
		return nil
	}
	e := diag.Errorf(codes.OverBudget, b.Span, "%s has %d %s, the budget is %d", what, n, unit, b.Max)
	left := n
	for _, s := range shares[:min(len(shares), maxShares)] {
		e.Note(s.at, "%d %s", s.n, unit)
		left -= s.n
	}
	if len(shares) > 0 {
		e.Hint("the rest, %d %s, is in smaller parts and in parts without a source line", left, unit)
	}
	return diag.List{e}
}

// sharesOf adds the numbers of a text's words by source line, largest first.
func sharesOf(im *image.Image, of func(word int) int) []share {
	byLine := map[string]*share{}
	var order []*share
	for i, at := range im.Spans {
		if at.IsZero() || of(i) == 0 {
			continue
		}
		text := at.String()
		key := text[:max(strings.LastIndexByte(text, '.'), 0)]
		if byLine[key] == nil {
			byLine[key] = &share{at: at}
			order = append(order, byLine[key])
		}
		byLine[key].n += of(i)
	}
	slices.SortStableFunc(order, func(a, b *share) int { return cmp.Compare(b.n, a.n) })
	var out []share
	for _, s := range order {
		out = append(out, *s)
	}
	return out
}

// imageBudget checks the size of the image of a core.
func (p *Program) imageBudget(im *image.Image) error {
	text, data := 4*len(im.Text), int(im.DataEnd)
	what := fmt.Sprintf("the image of the core (%d of text, %d of data)", text, data)
	return p.withinBudget(tree.BudgetImage, what, text+data, "bytes", sharesOf(im, func(int) int { return 4 }))
}

// Price is the cost of a core, or an error if the cost exceeds the budget.
func (p *Program) Price(c *Core) (gate.Price, error) {
	price, err := c.Price()
	if err != nil {
		return price, err
	}
	err = p.withinBudget(tree.BudgetLUTs, "the core "+c.Kind, price.LUTs, "LUTs", nil)
	if list, ok := err.(diag.List); ok && len(list) > 0 && p.image.made && p.image.err == nil {
		all, wrong := p.candidates(context.Background(), organisations(Auto, GoalArea), GoalArea)
		if wrong != nil {
			return price, wrong
		}
		least := smallest(all)
		list[0].Hint("the smallest core that can be had is %s, with %d LUTs", least.text(), least.LUTs)
	}
	return price, err
}
