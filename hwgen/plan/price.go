package plan

import (
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// Built returns a circuit in the form that is built and priced: without probes and claims, and
// without logic that only probes and claims read.
func Built(c *rtl.Circuit) *rtl.Circuit {
	d := *c
	d.Asserts, d.Probes = nil, nil
	return d.Prune()
}

// Price maps a circuit in the form that is built.
func Price(c *rtl.Circuit) (gate.Price, error) {
	g, err := gate.Build(Built(c), gate.Options{})
	if err != nil {
		return gate.Price{}, err
	}
	n, err := gate.Map(g)
	if err != nil {
		return gate.Price{}, err
	}
	return gate.Prices(n), nil
}
