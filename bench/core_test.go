package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPeers reads the table of other cores. It checks that the table is complete and that
// each kernel has a goal. A core that is both larger and slower than ours must count as
// beaten.
func TestPeers(t *testing.T) {
	table, err := peersOf(peersText)
	require.NoError(t, err)
	require.Len(t, table.Peers, 24)
	require.NotEmpty(t, table.Flow)
	for _, k := range table.Kernels {
		require.Positive(t, table.Goals[k].Cells, k)
		require.Positive(t, table.Goals[k].US, k)
	}
	for _, p := range table.Peers {
		require.NotEmpty(t, p.Version, p.Name)
	}
	require.Equal(t, 24, table.beaten("crc32", 300, 100))
	require.Equal(t, 0, table.beaten("crc32", 7000, 100))
	require.Equal(t, 21, table.beaten("crc32", 625, 600), "all but the four serial cores below 655 cells, less the one at 655")
	for _, bad := range []string{"{", `{"kernels": ["a"], "peers": [{"name": "x", "cells": 1, "mhz": 1, "cycles": [1, 2]}]}`} {
		_, err := peersOf([]byte(bad))
		require.ErrorContains(t, err, "peers.json")
	}
}

// TestCoreRows checks that a row marks the figures that miss their goals.
func TestCoreRows(t *testing.T) {
	table, err := peersOf(peersText)
	require.NoError(t, err)
	row := coreRow{kernel: "crc32", core: "pipe3", mine: 16, cells: 640, rams: 5, mhz: 50, cycles: 10000}
	require.Equal(t, "| crc32 | pipe3 --mine 16 | 640 | 5 | 50.0 | 10000 | 200 ! | 640 / 105 | 21 |\n", row.text(table))
	rows, err := coresOf("pipe3,multi+mine,pipe3+netlist,pipe3+mine+netlist")
	require.NoError(t, err)
	require.Equal(t, []string{"pipe3", "multi --mine 16", "pipe3 --netlist", "pipe3 --mine 16 --netlist"},
		[]string{rows[0].name(), rows[1].name(), rows[2].name(), rows[3].name()})
	_, err = coresOf("fast")
	require.ErrorContains(t, err, "-kinds wants multi, pipe3")
}
