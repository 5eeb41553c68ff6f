package diagnostics

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"

	"cli.otpdoctor/faq"
)

// caseVersion is the version of the case file form that this program writes. A
// file of a newer version is not read.
const caseVersion = 1

// KeepCases is how long a case is kept after its last change.
const KeepCases = 30 * 24 * time.Hour

const caseSuffix = ".case.jsonl"

// ErrInUse says that another window has the case open.
var ErrInUse = errors.New("open in another window")

// Store is the folder of saved cases: one file a case, one event a line, mode
// 0600. An event is on the disk when Append returns, and a torn last line loses
// that event alone.
type Store struct{ dir string }

// NewStore uses a folder, which is made at the first save.
func NewStore(dir string) *Store { return &Store{dir} }

// CasesDir is where cases are kept where nobody says otherwise.
func CasesDir() string { return filepath.Join(xdg.StateHome, "otpdoctor", "cases") }

// Path is the file of a case.
func (s *Store) Path(id string) string { return filepath.Join(s.dir, id+caseSuffix) }

// Saved is a case in a list.
type Saved struct {
	ID, Path string
	Created  time.Time
	Changed  time.Time
	Topic    string   // topic id
	Masked   []string // numbers, masked
	Answered int      // of the thirteen
	Step     string   // title of the open step, empty at an outcome
	StepNo   int
	Finding  string // title of the first finding that concerns the caller
	Exported bool
	Closed   bool // left on purpose
}

// State is what a saved event says of the case as a whole, for lists.
type State struct {
	Answered int      `json:"answered"`
	Masked   []string `json:"masked,omitempty"`
	Step     string   `json:"step,omitempty"`
	StepNo   int      `json:"step_no,omitempty"`
	Finding  string   `json:"finding,omitempty"`
}

// List gives the saved cases, the one changed last first. A file that cannot be
// read is named in the error beside what could be.
func (s *Store) List() ([]Saved, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, pathError(err)
	}
	var out []Saved
	var problems []error
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), caseSuffix) {
			continue
		}
		saved, err := readSaved(filepath.Join(s.dir, e.Name()))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		out = append(out, saved)
	}
	slices.SortStableFunc(out, func(a, b Saved) int { return b.Changed.Compare(a.Changed) })
	return out, errors.Join(problems...)
}

// Delete removes a case for good.
func (s *Store) Delete(id string) error {
	err := os.Remove(s.Path(id))
	os.Remove(s.Path(id) + ".lock")
	if err != nil {
		return pathError(err)
	}
	return nil
}

// Purge deletes the cases not changed since before, and says how many. A file
// that cannot be read as a case, damaged or of a newer version, goes by its own
// age: what it holds is as personal.
func (s *Store) Purge(before time.Time) (int, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, pathError(err)
	}
	n := 0
	var problems []error
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), caseSuffix)
		if !ok {
			continue
		}
		saved, err := readSaved(s.Path(id))
		changed := saved.Changed
		if info, ierr := e.Info(); err != nil && ierr == nil {
			changed = info.ModTime()
		}
		if !changed.Before(before) {
			continue
		}
		if err := s.Delete(id); err != nil {
			problems = append(problems, err)
			continue
		}
		n++
	}
	return n, errors.Join(problems...)
}

// Journal is a case file open for writing. It is locked against a second window.
type Journal struct {
	path string
	file *os.File
	lock *flock.Flock
}

// OpenJournal opens a case file, new or old, to add to it. A torn last line is
// cut off first. ErrInUse: another window has it.
func OpenJournal(path string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, pathError(err)
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, pathError(err)
	}
	if !locked {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), ErrInUse)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		err = cutTornLine(f)
	}
	if err != nil {
		lock.Unlock()
		return nil, pathError(err)
	}
	return &Journal{path: path, file: f, lock: lock}, nil
}

// cutTornLine leaves the file at its end, behind the last whole line.
func cutTornLine(f *os.File) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	keep, buf := end, make([]byte, 4096)
	for keep > 0 {
		n := min(int64(len(buf)), keep)
		if _, err := f.ReadAt(buf[:n], keep-n); err != nil {
			return err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			keep = keep - n + int64(i) + 1
			break
		}
		keep -= n
	}
	if keep < end {
		if err := f.Truncate(keep); err != nil {
			return err
		}
	}
	_, err = f.Seek(keep, io.SeekStart)
	return err
}

// line is an event as it stands in the file.
type line struct {
	Version int `json:"version,omitempty"` // in the first line
	Event
	State *State `json:"state,omitempty"`
}

// Append writes events and waits until they are on the disk. State may be nil.
// After an error the file is as it was.
func (j *Journal) Append(events []Event, state *State) error {
	if len(events) == 0 {
		return nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	for i, e := range events {
		l := line{Event: e}
		if e.Kind == EventBegan {
			l.Version = caseVersion
		}
		if i == len(events)-1 {
			l.State = state
		}
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	start, err := j.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return pathError(err)
	}
	if _, err = j.file.Write(buf.Bytes()); err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		// A disk that is full may have taken half a line. It goes, so that the
		// same events can be written again.
		j.file.Truncate(start)
		j.file.Seek(start, io.SeekStart)
		return pathError(err)
	}
	return nil
}

// Close lets the case go.
func (j *Journal) Close() error {
	err := j.file.Close()
	// Removed while it is held, so that nobody takes a lock that is about to go;
	// where an open file cannot be removed, afterwards.
	removed := os.Remove(j.path + ".lock")
	j.lock.Unlock()
	if removed != nil {
		os.Remove(j.path + ".lock")
	}
	return err
}

// LoadCase reads a case file. The logs it names are not read; see [Case.Reading].
func LoadCase(path string, set *faq.Set, o Options, now func() time.Time) (*Case, error) {
	c := &Case{set: set, now: now, Options: o}
	err := readEvents(path, func(l line) { c.apply(l.Event) })
	if err != nil {
		return nil, err
	}
	c.UseOptions(o)
	return c, nil
}

func readEvents(path string, each func(line)) error {
	f, err := Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	name := filepath.Base(path)
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := readLine(r)
		if err == io.EOF {
			// What has no line end was being written when the program was ended.
			if n == 1 {
				return fmt.Errorf("%s: is empty, not a case", name)
			}
			return nil
		}
		if err == errLongLine {
			return fmt.Errorf("%s:%d: is not an event of a case", name, n)
		}
		if err != nil {
			return pathError(err)
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("%s:%d: is not an event of a case", name, n)
		}
		if n == 1 && l.Kind != EventBegan {
			return fmt.Errorf("%s: is not a case file", name)
		}
		if l.Version > caseVersion {
			return fmt.Errorf("%s: was written by a newer otpdoctor (case version %d, this one reads up to %d)", name, l.Version, caseVersion)
		}
		each(l)
	}
}

// maxLine bounds an event. The longest has the numbers of a case.
const maxLine = 16 << 20

var errLongLine = errors.New("line too long")

// readLine reads a line with its end; io.EOF says that the end is missing.
func readLine(r *bufio.Reader) (text []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case err != bufio.ErrBufferFull:
			return text, err
		case len(text) > maxLine:
			return nil, errLongLine
		}
	}
}

func readSaved(path string) (Saved, error) {
	s := Saved{Path: path, ID: strings.TrimSuffix(filepath.Base(path), caseSuffix)}
	err := readEvents(path, func(l line) {
		s.Changed = l.At
		s.Closed = l.Kind == EventClosed
		switch l.Kind {
		case EventBegan:
			s.Created = l.At
		case EventTopic:
			s.Topic = l.Value
		case EventExported:
			s.Exported = true
		}
		if l.State != nil {
			s.Answered, s.Masked, s.Step, s.StepNo, s.Finding = l.State.Answered, l.State.Masked, l.State.Step, l.State.StepNo, l.State.Finding
		}
	})
	return s, err
}

// ChangedLogs names the logs of the case that are not what was read of them, by
// their last path element. One that is gone is told when it is read. It reads
// the files; run it beside a face's loop.
func (c *Case) ChangedLogs() []string {
	var names []string
	for _, f := range slices.Concat(c.logs, c.identity) {
		if differs, err := f.Changed(); err == nil && differs {
			names = append(names, filepath.Base(f.Path))
		}
	}
	return names
}

// Changed says whether a log differs from what was read of it. A log that is
// gone is an error. It reads the file; run it beside a face's loop.
func (f FileRef) Changed() (bool, error) {
	file, err := Open(f.Path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && f.Size > 0 && info.Size() != f.Size {
		return true, nil
	}
	if f.SHA256 == "" {
		return false, nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return false, pathError(err)
	}
	return hex.EncodeToString(h.Sum(nil)) != f.SHA256, nil
}
