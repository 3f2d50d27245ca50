package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Main measures what the options say, writes rows or tables to w, and files to the folder. progress is as in [Run]; with
// JSON each row is written as soon as it is there.
func Main(ctx context.Context, o *Options, w io.Writer, progress func(Event)) error {
	if o.Out != "" {
		if err := os.MkdirAll(o.Out, 0o755); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var broken error
	r, err := Run(ctx, o.Config, func(e Event) {
		if progress != nil {
			progress(e)
		}
		if o.JSON && broken == nil {
			if broken = writeLines(w, e); broken != nil {
				cancel() // nobody reads
			}
		}
	})
	if broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	if !o.JSON {
		if err := WriteMarkdown(w, []*Result{r}); err != nil {
			return err
		}
	}
	if o.Out == "" {
		return nil
	}
	return errors.Join(
		create(filepath.Join(o.Out, "result.json"), func(w io.Writer) error { return WriteJSON(w, r) }),
		create(filepath.Join(o.Out, "report.md"), func(w io.Writer) error { return WriteMarkdown(w, []*Result{r}) }),
		create(filepath.Join(o.Out, "report.html"), func(w io.Writer) error { return WriteHTML(w, []*Result{r}) }),
	)
}

// create writes a file as a whole.
func create(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("bench: write %s: %w", path, err)
	}
	return nil
}

// writeLines writes the new rows, each on a line.
func writeLines(w io.Writer, e Event) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range e.Rows {
		if err := enc.Encode(&e.Rows[i]); err != nil {
			return err
		}
	}
	for i := range e.Latency {
		if err := enc.Encode(&e.Latency[i]); err != nil {
			return err
		}
	}
	return nil
}

// WriteJSON writes the result as one indented JSON object.
func WriteJSON(w io.Writer, r *Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(r)
}

// ReadJSON reads a result. Unknown keys, of a later version of the same schema, are left out. Errors: ErrSchema, and those
// of the reader and of encoding/json.
func ReadJSON(r io.Reader) (*Result, error) {
	var res Result
	if err := json.NewDecoder(r).Decode(&res); err != nil {
		return nil, fmt.Errorf("bench: read a result: %w", err)
	}
	if res.Schema != Schema {
		return nil, fmt.Errorf("%w: %q, want %q", ErrSchema, res.Schema, Schema)
	}
	return &res, nil
}

// ErrSchema: a file is no result, or one of another schema.
var ErrSchema = errors.New("bench: unknown schema")

// Progress draws on a terminal how far a run is, on one line that it leaves empty at the end. It draws only between
// measurements, when Run calls it: a drawing goroutine would take time from what is measured.
func Progress(w io.Writer) func(Event) {
	return func(e Event) {
		if e.Doing == "" {
			fmt.Fprint(w, "\r\x1b[K")
			return
		}
		fmt.Fprintf(w, "\r\x1b[K%d/%d  %s", e.Done+1, e.Total, e.Doing)
	}
}
