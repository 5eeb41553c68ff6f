package deliverylog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
)

// Log is one input. Open may be called more than once only if the caller made
// it so; reading a log opens it once. Where what Open gives is also an
// io.ReaderAt, workbooks and zip archives are read in place, otherwise through
// a temporary file.
type Log struct {
	Name string // as the user gave it; the last path element is shown
	Open func() (io.ReadCloser, error)
	Size int64 // bytes, 0 where not known
}

// File is the log at a path. That the file is missing or no file is said when
// it is opened. Standard input is no path: pass it as a Log of its own.
func File(path string) Log {
	l := Log{Name: path}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		l.Size = info.Size()
	}
	l.Open = func() (io.ReadCloser, error) {
		f, err := os.Open(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, &InputError{File: path, Reason: "there is no such file", Hint: nearbyFile(path)}
		case errors.Is(err, fs.ErrPermission):
			return nil, &InputError{File: path, Reason: "may not be read: permission denied"}
		case err != nil:
			return nil, &InputError{File: path, Reason: "cannot be opened", Err: err}
		}
		info, err := f.Stat()
		if err == nil && info.IsDir() {
			f.Close()
			return nil, &InputError{File: path, Reason: "is a folder, not a log", Hint: "name the files in it: " + filepath.Join(path, "*")}
		}
		return f, nil
	}
	return l
}

// nearbyFile hints at a file whose name differs by case or has more at its end,
// such as log.csv.gz for log.csv, else at one within two keys of it.
func nearbyFile(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	want := strings.ToLower(filepath.Base(path))
	near, slips := "", 3
	for _, e := range entries {
		have := strings.ToLower(e.Name())
		if have == want || strings.HasPrefix(have, want+".") {
			near, slips = e.Name(), 0
			break
		}
		if d := levenshtein.ComputeDistance(have, want); d < slips && d < len(want)/2 {
			near, slips = e.Name(), d
		}
	}
	if near == "" {
		return ""
	}
	return "there is " + filepath.Join(filepath.Dir(path), near)
}

// InputError says why an input cannot be read at all.
type InputError struct {
	File   string
	Reason string
	Hint   string // what to do next, or empty
	Err    error  // cause, or nil
}

func (e *InputError) Error() string {
	s := shortName(e.File) + ": " + e.Reason
	if e.Err != nil {
		var p *fs.PathError
		if errors.As(e.Err, &p) {
			return s + ": " + p.Err.Error()
		}
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *InputError) Unwrap() error { return e.Err }

// Hints gives what to do next, one line each.
func (e *InputError) Hints() []string {
	if e.Hint == "" {
		return nil
	}
	return []string{e.Hint}
}

func shortName(name string) string {
	if name == "-" || name == "" {
		return "standard input"
	}
	return filepath.Base(name)
}

// Options say how a log is to be read. The zero value reads every known format.
type Options struct {
	Format    string            // format name, or empty: by content
	Map       map[string]string // our name of a field to the log's own column, see [ParseMap]
	TZ        *time.Location    // for times without a zone; nil is UTC
	MaxRecord int64             // longest record in bytes; 0 is [DefaultMaxRecord]

	MaxUnpacked int64 // most bytes that a packed log may unpack to; 0 is [DefaultMaxUnpacked]
	MaxRatio    int64 // how many times its size a packed log may unpack to; 0 is [DefaultMaxRatio]
	MaxColumns  int   // most cells of a row; 0 is [DefaultMaxColumns]

	Sum       bool // give the input's SHA-256: it costs about as much as finding the rows
	BlockSize int  // bytes of a log that a worker reads at a time; 0: half a MiB. It changes no answer

	logins bool // the formats of login logs are the known ones, see [ReadIdentity]
}

// formats are the formats among which an input is looked for.
func (o *Options) formats() []*Format {
	if o.logins {
		return identityFormats
	}
	return formats
}

// formatNamed finds a format by name, without case.
func (o *Options) formatNamed(s string) *Format {
	for _, f := range o.formats() {
		if strings.EqualFold(f.Name, s) {
			return f
		}
	}
	return nil
}

// Limits where nobody says otherwise. What reaches one is told with the name of
// its flag: --max-record, --max-unpacked, --max-ratio, --max-columns.
const (
	DefaultMaxRecord   = 2 << 20
	DefaultMaxUnpacked = 64 << 30 // a month of the largest senders, in any format
	DefaultMaxRatio    = 1000     // gzip's own limit is 1032, which only a file of one repeated byte reaches
	DefaultMaxColumns  = 4096     // no export comes near it
)

// Limits of --max-record: what a record needs at least, and what memory allows.
const (
	minMaxRecord = 1 << 10
	maxMaxRecord = 64 << 20
)

func (o Options) maxRecord() int {
	if o.MaxRecord == 0 {
		return DefaultMaxRecord
	}
	return int(min(max(o.MaxRecord, minMaxRecord), maxMaxRecord))
}

func (o Options) maxUnpacked() int64 { return cmp.Or(o.MaxUnpacked, DefaultMaxUnpacked) }

func (o Options) maxRatio() int64 { return cmp.Or(o.MaxRatio, DefaultMaxRatio) }

func (o Options) maxColumns() int { return cmp.Or(o.MaxColumns, DefaultMaxColumns) }

func (o Options) block() int {
	if o.BlockSize > 0 {
		return o.BlockSize
	}
	return blockSize
}

// Progress is how far reading one input has come.
type Progress struct {
	Name        string
	Bytes, Size int64 // of the input as it lies on disk; Size is 0 where not known
	Rows        int64
	Rejected    int64
}

// ParseMap reads --map: FIELD=COLUMN pairs with commas between. Fields are
// ours (message_id, to, status …), columns are as the log's header
// writes them. A column with a comma in its name is put in double quotes.
func ParseMap(s string) (map[string]string, error) {
	m := make(map[string]string)
	for rest := strings.TrimSpace(s); rest != ""; {
		field, after, ok := strings.Cut(rest, "=")
		field = strings.ToLower(strings.TrimSpace(field))
		if !ok || field == "" {
			return nil, fmt.Errorf("map %q: want FIELD=COLUMN, such as to=Phone", rest)
		}
		if !slices.Contains(MapFields(), field) {
			return nil, fmt.Errorf("map %q: no such field; fields are %s", field, strings.Join(MapFields(), ", "))
		}
		var column string
		if after = strings.TrimLeft(after, " "); strings.HasPrefix(after, `"`) {
			end := strings.Index(after[1:], `"`)
			if end < 0 {
				return nil, fmt.Errorf("map %s: the quote is not closed", field)
			}
			column, rest = after[1:1+end], strings.TrimLeft(after[2+end:], " ")
			if rest != "" && rest[0] != ',' {
				return nil, fmt.Errorf("map %s: want a comma after %q", field, column)
			}
			rest = strings.TrimPrefix(rest, ",")
		} else {
			column, rest, _ = strings.Cut(after, ",")
			column = strings.TrimSpace(column)
		}
		if column == "" {
			return nil, fmt.Errorf("map %s: no column named", field)
		}
		if _, twice := m[field]; twice {
			return nil, fmt.Errorf("map %s: named twice", field)
		}
		m[field] = column
		rest = strings.TrimSpace(rest)
	}
	return m, nil
}
