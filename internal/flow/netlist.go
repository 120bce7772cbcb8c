package flow

import (
	"github.com/sinter-lang/sinter/hwgen/ice40"
	"github.com/sinter-lang/sinter/hwgen/verilog"
)

// netlist adds the core, as cells of an iCE40, to the files. It adds the used resources to
// the figures.
func (p *Program) netlist(c *Core, files map[string]string, figures map[string]float64) error {
	d, err := ice40.Map(c.Circuit)
	if err != nil {
		return UserErrorf("%s has no netlist of iCE40 cells: %v", p.Name, err)
	}
	name := verilog.ModuleName(c.Circuit)
	lines := about(c, name)
	lines[len(lines)-1] = "Cells of an iCE40: place with yosys -p 'read_verilog -lib +/ice40/cells_sim.v; read_verilog " + NetlistName(name) +
		"; hierarchy -top " + name + "; proc; write_json " + name + ".json' and nextpnr-ice40 --json " + name + ".json."
	files[NetlistName(name)] = d.Verilog(lines)
	u := d.Usage()
	figures["netlist_cells"], figures["netlist_luts"], figures["netlist_block_rams"] = float64(u.Cells), float64(u.Tables), float64(u.Blocks)
	figures["netlist_mhz_estimated"] = 1e6 / float64(u.Picoseconds)
	return nil
}

// NetlistName is the name of the file with a module as cells.
func NetlistName(module string) string { return module + "_ice40.v" }
