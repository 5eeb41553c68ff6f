package diagnostics

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"cli.otpdoctor/diagnostics/carrier"
)

// ReadLookup reads a lookup file of any known kind.
func ReadLookup(path string) (*carrier.Lookup, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return carrier.ReadLookup(filepath.Base(path), &bounded{r: f, left: maxLookup})
}

// Bounds of a lookup file, whose results are held in memory: some millions of
// numbers. In JSON, all of them may stand on one line.
const (
	maxLookup     = 512 << 20
	maxLookupLine = 1 << 20
	maxLookupJSON = 64 << 20
)

// bounded is a text file that must end: more bytes, a longer line, or a byte of
// no text, are errors.
type bounded struct {
	r    io.Reader
	left int64
	line int64 // bytes of the present line
	most int64 // of a line; 0 before the first byte was read
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("is larger than %d MiB", maxLookup>>20)
	}
	if start := bytes.TrimLeft(p[:n], "\xef\xbb\xbf \t\r\n"); b.most == 0 && len(start) > 0 {
		if b.most = maxLookupLine; start[0] == '{' || start[0] == '[' {
			b.most = maxLookupJSON
		}
	}
	if i := bytes.LastIndexByte(p[:n], '\n'); i >= 0 {
		b.line = int64(n - 1 - i)
	} else if b.line += int64(n); b.most > 0 && b.line > b.most {
		return 0, fmt.Errorf("has a line of more than %d MiB", b.most>>20)
	}
	if bytes.IndexByte(p[:n], 0) >= 0 {
		return 0, errors.New("is binary, not the results of lookups")
	}
	return n, err
}
