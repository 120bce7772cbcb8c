package cli

import (
	"fmt"
	"time"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
)

// buildCmd is `sinter build`.
type buildCmd struct {
	program `embed:""`
	Out     []string `short:"o" required:"" placeholder:"FILE" help:"What to make: .elf or no extension (executable for x86-64), .ll (its LLVM IR), .efi .raw (what a computer starts, alone and on a medium), .sir (program IR), .s .img (core's program), .isa, .design, .rtl, .v, .aag .aig (gates)."`
	Product string   `default:"linux" enum:"linux,mpi,pvh,pvh-pci,uefi,hvt" help:"Which x86-64 product: linux (process), mpi (for mpirun), pvh (unikernel with virtio-mmio), pvh-pci (with virtio over PCI), uefi (for a computer) or hvt (guest of the monitor)."`
	Layout  uint64   `default:"0" placeholder:"SEED" help:"Put a linux or hvt product at addresses of a seed; 0: the usual ones."`
	Strip   bool     `help:"Leave symbols and line tables out of an ELF."`
	Core    string   `default:"pipe3" enum:"auto,${cores}" help:"Organisation of the core: ${core_list}, or auto, the one that serves the goal best."`
	Stage   string   `default:"low" enum:"first,x86,low" help:"Which program IR a .sir shows: first (as lowered), x86, or low (for a core)."`
	Time    bool     `help:"Print how long each artefact took."`
	Plan    bool     `help:"List the copies over 64 bytes that are left."`
	Vmm     string   `default:"" enum:",qemu,qemu-q35,qemu-uefi,firecracker,cloud-hypervisor,monitor" help:"Write a folder for a hypervisor, qemu, qemu-q35, firecracker or cloud-hypervisor, or a computer, qemu-uefi: image, configuration, command."`
	Systemd bool     `help:"Write a folder with the Linux process and a unit of systemd for it."`
}

// Run makes each artefact.
func (c *buildCmd) Run(e *env) error {
	began := time.Now()
	p, err := c.load(e, func(o *flow.Options) { o.Layout = c.Layout })
	if err != nil {
		return err
	}
	if c.Layout != 0 && (c.Vmm != "" || c.Product != "linux" && c.Product != "hvt") {
		return flow.UserErrorf("--layout is for linux and hvt: a loader puts other images where memory is")
	}
	if c.Vmm != "" || c.Systemd {
		return c.bundle(e, p)
	}
	if c.Core, err = e.organisation(p, c.Core); err != nil {
		return err
	}
	type made struct {
		File    string      `json:"file"`
		Bytes   int         `json:"bytes"`
		Seconds float64     `json:"seconds"`
		Copies  []flow.Copy `json:"copies,omitempty"`
	}
	results := []made{}
	var files [][]byte
	for _, out := range c.Out {
		data, err := p.Artefact(e.ctx, out, flow.ArtefactOptions{Product: c.Product, Strip: c.Strip, Core: c.Core, Stage: c.Stage})
		if err != nil {
			return err
		}
		r := made{File: out, Bytes: len(data), Seconds: time.Since(began).Seconds()}
		if c.Plan {
			if r.Copies, err = p.Copies(out); err != nil {
				return err
			}
		}
		files, results = append(files, data), append(results, r)
		began = time.Now()
	}
	if err := flow.WriteArtefacts(c.Out, files); err != nil {
		return err
	}
	if e.json {
		e.printJSON(results)
		return nil
	}
	for _, r := range results {
		fmt.Fprintf(e.out, "%s: %d bytes", r.File, r.Bytes)
		if c.Time {
			fmt.Fprintf(e.out, ", %.3f s", r.Seconds)
		}
		fmt.Fprintln(e.out)
		for _, k := range r.Copies {
			atMost := ""
			if k.AtMost {
				atMost = "at most "
			}
			fmt.Fprintf(e.out, "  copies %s%d bytes at %s\n", atMost, k.Bytes, k.Place)
		}
	}
	return nil
}

// hwCmd is `sinter hw`.
type hwCmd struct {
	program  `embed:""`
	inputs   `embed:""`
	Out      string `short:"o" required:"" placeholder:"DIR" help:"Folder to write into; a missing folder is made."`
	Core     string `default:"pipe3" enum:"auto,${cores}" help:"Organisation of the core: ${core_list}, or auto, the one that serves the goal best."`
	Design   string `placeholder:"FILE" help:"Make the core of this design point (.design, as build writes it), not the program's own. The point names the organisation."`
	Full     bool   `help:"Make a core that is not specialised: all lines, 32 registers, all port registers, 16 KiB memories or more. It runs any image."`
	Netlist  bool   `help:"Write the core as cells of an iCE40, mapped by Sinter, too (NAME_ice40.v): nextpnr-ice40 places it as it is."`
	Wrappers bool   `help:"Also write files that connect the core to other designs: AXI4-Stream, FuseSoC, LiteX, cocotb."`
	AXIS     bool   `name:"axis" help:"Also write a module whose frames are AXI4-Stream (one of the files of --wrappers)."`
	Bus      string `default:"none" enum:"none,${buses}" placeholder:"BUS" help:"Also write the core as a slave of a host, with its log, frames and bytes as registers on a bus: ${bus}."`
	RVFI     bool   `name:"rvfi" help:"Give the core a trace port, the RISC-V Formal Interface: each executed instruction with its registers and its memory access."`
	Frames   int    `default:"64" placeholder:"N" help:"Frames of the captures that the test bench replays; 0: all."`
}

// Run writes the hardware.
func (c *hwCmd) Run(e *env) error {
	if c.Full && c.Mine == flow.Auto {
		c.Mine = "off"
	}
	p, err := c.load(e)
	if err != nil {
		return err
	}
	kind := c.Core
	switch {
	case c.Design != "" && c.Full:
		return flow.UserErrorf("--design and --full both say which core: give one")
	case c.Full && kind == flow.Auto:
		return flow.UserErrorf("--core auto chooses for one program, --full is for all: give multi or pipe3")
	case c.Design != "":
		kind, err = checks.UseDesign(e.ctx, p, c.Design)
	case c.Full:
		err = p.UseWhole(e.ctx, kind)
	default:
		kind, err = e.organisation(p, kind)
	}
	if err != nil {
		return err
	}
	o := flow.HardwareOptions{Dir: c.Out, Core: kind, World: c.world(), Frames: c.Frames, Wrappers: c.Wrappers, Netlist: c.Netlist, RVFI: c.RVFI, AXIS: c.AXIS}
	if c.Bus != "none" {
		o.Bus = c.Bus
	}
	r, err := p.Hardware(e.ctx, o)
	if err != nil {
		return err
	}
	if e.json {
		e.printJSON(r)
		return nil
	}
	for _, f := range r.Files {
		fmt.Fprintln(e.out, f)
	}
	for _, f := range sortedFigures(r.Figures) {
		fmt.Fprintln(e.out, f)
	}
	for _, l := range r.Mined {
		fmt.Fprintf(e.out, "%s: %s, at %s\n", l.Name, minedFigures(l), minedPlaces(l))
	}
	return nil
}
