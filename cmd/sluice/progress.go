package main

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress draws how far a file is read, on a terminal. The zero value draws nothing.
type progress struct {
	container *mpb.Progress
	bar       *mpb.Bar
	done      chan struct{}
	stopped   chan struct{}
}

// progressTick is the time between two looks at the file.
const progressTick = 150 * time.Millisecond

// newProgress begins a bar on w for the file. Where w is no terminal, or the file has no size (a pipe; nil is standard
// input), it draws nothing.
func newProgress(w io.Writer, name string, file *os.File) *progress {
	if file == nil || !isTerminal(w) {
		return &progress{}
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return &progress{}
	}
	p := &progress{
		container: mpb.New(mpb.WithOutput(w), mpb.WithWidth(72), mpb.WithRefreshRate(progressTick)),
		done:      make(chan struct{}),
		stopped:   make(chan struct{}),
	}
	p.bar = p.container.AddBar(info.Size(),
		mpb.PrependDecorators(decor.Name(printable(filepath.Base(name))+"  ")),
		mpb.AppendDecorators(decor.CountersKibiByte(" % .1f of % .1f"), decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8})))
	go p.follow(file, info.Size())
	return p
}

// follow moves the bar to where the file is read. Bytes of the packed file count, so that the end is known.
func (p *progress) follow(file *os.File, size int64) {
	defer close(p.stopped)
	tick := time.NewTicker(progressTick)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
			if at, err := file.Seek(0, io.SeekCurrent); err == nil {
				p.bar.SetCurrent(min(at, size-1)) // reading the last byte is not the end of the work
			}
		}
	}
}

// end removes the bar, and leaves the line free for what is printed next. The file may be closed afterwards.
func (p *progress) end() {
	if p.bar == nil {
		return
	}
	close(p.done)
	<-p.stopped
	p.bar.Abort(true)
	p.container.Wait()
}
