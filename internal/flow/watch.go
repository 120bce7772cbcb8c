package flow

import (
	"bytes"
	"debug/elf"
	"fmt"
	"slices"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/live"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/types"
)

// settings are the user's settings. In a watched program, stacks also count dropped packets by
// default.
func (o *Options) settings() []types.Setting {
	const counts = "net.counts"
	for _, s := range o.Settings {
		if s.Name == counts {
			return o.Settings
		}
	}
	if !o.Watched {
		return o.Settings
	}
	return append(slices.Clip(o.Settings), types.Setting{Name: counts, Value: "true"})
}

// watch finds the readable state of the program in an image. Parts that the image lacks are
// omitted. For example, a task that is the only one has no frame.
func (p *Program) watch(img *x86.Image) (*live.Watch, error) {
	m, err := p.bareOr().ForX86()
	if err != nil {
		return nil, err
	}
	at, err := objects(img.ELF)
	if err != nil {
		return nil, err
	}
	w := &live.Watch{}
	for _, t := range m.Tasks {
		if a, ok := at["frame."+t.Name]; ok {
			w.Tasks = append(w.Tasks, live.WatchedTask{Name: t.Name, Service: t.Service, Waits: placesOf(t), At: a})
		}
	}
	for _, c := range m.Chans {
		if a, ok := at["chan."+c.Name]; ok {
			w.Channels = append(w.Channels, live.WatchedChannel{Name: c.Name, Cap: c.Cap, At: a})
		}
	}
	for _, d := range m.Devices {
		if a, ok := at["state.stack."+d.Name+".drops"]; ok {
			w.Stacks = append(w.Stacks, live.WatchedStack{Device: d.Name, At: a})
		}
	}
	return w, nil
}

// bareOr returns the program from which products are made. If there is a version of the program
// without start addresses, bareOr returns that version.
func (p *Program) bareOr() *Program {
	if p.bare != nil {
		return p.bare
	}
	return p
}

func placesOf(t ir.Task) (all []string) {
	for _, s := range t.Waits {
		line, _ := s.Position()
		all = append(all, fmt.Sprintf("%s:%d", s.File.Name, line))
	}
	return all
}

// objects maps the names of an executable's objects to their addresses.
func objects(executable []byte) (map[string]uint64, error) {
	f, err := elf.NewFile(bytes.NewReader(executable))
	if err != nil {
		return nil, err
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, err
	}
	at := map[string]uint64{}
	for _, s := range symbols {
		if len(s.Name) > 4 && s.Name[:4] == "obj." {
			at[s.Name[4:]] = s.Value
		}
	}
	return at, nil
}
