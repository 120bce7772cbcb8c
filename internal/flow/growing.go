package flow

import (
	"bufio"
	"os"
)

// growing is a file that is written while a run goes on. It gets its name when the run
// is over. A run that fails leaves nothing.
type growing struct {
	*bufio.Writer
	path, part string
	file       *os.File
}

func newGrowing(path string) (*growing, error) {
	g := &growing{path: path}
	var err error
	if isDevice(path) {
		g.file, err = os.OpenFile(path, os.O_WRONLY, 0)
	} else if g.part, err = writePart(path, nil, 0o644); err == nil {
		g.file, err = os.OpenFile(g.part, os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, err
	}
	g.Writer = bufio.NewWriterSize(named{g.file, path}, 1<<16)
	return g, nil
}

// named is a file whose errors say what the user calls it.
type named struct {
	file *os.File
	path string
}

func (n named) Write(b []byte) (int, error) {
	k, err := n.file.Write(b)
	return k, cannotWrite(n.path, err)
}

// end completes the content.
func (g *growing) end() error {
	err := g.Flush()
	if e := g.file.Close(); err == nil {
		err = cannotWrite(g.path, e)
	}
	return err
}

// name gives the completed file its name.
func (g *growing) name() error {
	if g.part == "" {
		return nil
	}
	part := g.part
	g.part = ""
	return commit(part, g.path)
}

// drop removes what has no name yet.
func (g *growing) drop() {
	if g.part != "" {
		g.file.Close()
		os.Remove(g.part)
	}
}
