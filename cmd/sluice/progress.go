package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress draws how far a file is read, on a terminal. The zero value draws nothing.
type progress struct {
	container *mpb.Progress
	bar       *mpb.Bar
	file      *os.File
}

// newProgress begins a bar on w for the file. Where w is no terminal, or the file has no size (a pipe; nil is standard input), it draws
// nothing.
func newProgress(w io.Writer, name string, file *os.File) *progress {
	if file == nil || !isTerminal(w) {
		return &progress{}
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return &progress{}
	}
	c := mpb.New(mpb.WithOutput(w), mpb.WithWidth(72))
	bar := c.AddBar(info.Size(), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(printable(filepath.Base(name))+"  ")),
		mpb.AppendDecorators(decor.CountersKibiByte(" % .1f of % .1f"), decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8})))
	return &progress{c, bar, file}
}

// update moves the bar to where the file is read. Bytes of the packed file count, so that the end is known.
func (p *progress) update() {
	if p.bar == nil {
		return
	}
	if at, err := p.file.Seek(0, io.SeekCurrent); err == nil {
		p.bar.SetCurrent(at)
	}
}

// end removes the bar, and leaves the line free for what is printed next.
func (p *progress) end() {
	if p.bar == nil {
		return
	}
	p.bar.Abort(true)
	p.container.Wait()
}
