package x86

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
)

// TestPageTables checks that a small image has one page table, and that a large image has
// enough page tables to map all of it. An image that is larger than a guest's memory gives an
// error that names the largest objects.
func TestPageTables(t *testing.T) {
	object := func(name string, size int) *ir.Object {
		return &ir.Object{Name: name, Kind: ir.StateObj, Size: size, Align: 4, Span: diag.Span{File: &diag.File{Name: "m.sn", Text: "state " + name}, Start: 6, End: 7}}
	}
	m := &ir.Module{Objects: []*ir.Object{object("a", 1000)}}
	n, err := pageTables(m, imageAt, 60_000)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	for _, size := range []int{1 << 20, 5 << 20, 300 << 20} {
		m.Objects = append(m.Objects, object("b", size))
		n, err = pageTables(m, imageAt, 60_000)
		require.NoError(t, err)
		require.GreaterOrEqual(t, n*tableMaps, imageAt+size+60_000)
	}
	m.Objects = append(m.Objects, object("c", 400<<20))
	_, err = pageTables(m, imageAt, 60_000)
	require.ErrorContains(t, err, "c takes 419430400")
	list := diag.AsList(err)
	require.Equal(t, "m.sn", list[0].Span.File.Name)
	require.Len(t, list[0].Notes, 2)
}
