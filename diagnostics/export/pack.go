package export

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/ticket"
)

// Manifest lists what is in an evidence pack.
type Manifest struct {
	Schema    string         `json:"schema"` // otpdoctor/pack/v1
	CreatedAt string         `json:"created_at"`
	Tool      string         `json:"tool"` // "otpdoctor 1.2.3"
	Subject   string         `json:"subject"`
	Inputs    []PackedInput  `json:"inputs"` // the logs that the report is of, which are not in the pack
	Files     []ManifestFile `json:"files"`
}

// PackedInput names a log by what cannot be faked: its SHA-256.
type PackedInput struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"` // empty where the log came through a pipe
}

// ManifestFile is one file of a pack.
type ManifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

const (
	packSchema   = "otpdoctor/pack/v1"
	manifestName = "manifest.json"
	// What a pack that is checked may hold: ours are far smaller, and a zip can
	// unpack to anything.
	mostPacked  = 512 << 20
	mostEntries = 1000
)

// Pack writes a zip for a provider to check: the report, its JSON and that of
// the analysis, the rows behind each finding, and a manifest with the SHA-256 of
// each file. Rows are always masked, the rest as the options say, with the same
// labels in all files. tool is the program's name and version.
func Pack(w io.Writer, t ticket.Ticket, o Options, tool string) error {
	o.pack = &packOptions{map[number.MSISDN]string{}, t.FirmURL}
	masked := o
	masked.Redact = true
	red := ticketRedactor(&t, masked) // the people are the first users
	type entry struct {
		name  string
		write func(io.Writer) error
	}
	entries := []entry{
		{"report.html", func(w io.Writer) error { return Ticket(w, "html", t, o) }},
		{"ticket.json", func(w io.Writer) error { return Ticket(w, "json", t, o) }},
	}
	if t.Report != nil && t.Report.Table != nil {
		entries = append(entries,
			entry{"analysis.json", func(w io.Writer) error { return Analysis(w, "json", t.Report, o) }},
			entry{"carriers.csv", func(w io.Writer) error { return Analysis(w, "csv", t.Report, o) }})
		for i := range t.Findings {
			f := &t.Findings[i]
			entries = append(entries, entry{fmt.Sprintf("finding-%d-%s.csv", i+1, strings.ReplaceAll(string(f.Cause), "_", "-")),
				func(w io.Writer) error { return attemptsCSV(w, t.Report, f, red) }})
			if slices.ContainsFunc(f.Users, func(m number.MSISDN) bool { _, ok := t.Report.Table.Watched(m); return ok }) {
				entries = append(entries, entry{fmt.Sprintf("finding-%d-messages.csv", i+1),
					func(w io.Writer) error { return findingCSV(w, t.Report, f, masked) }})
			}
		}
		if slices.ContainsFunc(t.People, func(p ticket.Person) bool { _, ok := t.Report.Table.Watched(p.Key()); return ok }) {
			entries = append(entries, entry{"messages.csv", func(w io.Writer) error { return peopleCSV(w, &t, masked) }})
		}
	}
	m := Manifest{Schema: packSchema, CreatedAt: stampOf(t.CreatedAt), Tool: Clean(tool), Inputs: []PackedInput{}, Files: []ManifestFile{}}
	if o.Redact {
		m.Subject = red.text(t.Subject)
	} else {
		m.Subject = Clean(t.Subject)
	}
	if t.Report != nil {
		for i := range t.Report.Inputs {
			in := &t.Report.Inputs[i]
			m.Inputs = append(m.Inputs, PackedInput{red.text(in.Name), word(in.Format), in.SHA256})
		}
	}
	z := zip.NewWriter(w)
	add := func(name string, data []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: t.CreatedAt.UTC()})
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return err
	}
	for _, e := range entries {
		var b bytes.Buffer
		if err := e.write(&b); err != nil {
			return err
		}
		if err := add(e.name, b.Bytes()); err != nil {
			return err
		}
		sum := sha256.Sum256(b.Bytes())
		m.Files = append(m.Files, ManifestFile{e.name, int64(b.Len()), hex.EncodeToString(sum[:])})
	}
	data, err := marshal(m, "  ")
	if err != nil {
		return err
	}
	if err := add(manifestName, data); err != nil {
		return err
	}
	return z.Close()
}

// attemptsCSV has the late and failed attempts of the users that a finding
// counts, within its window and scope: one row an attempt, the unit of its figures.
func attemptsCSV(w io.Writer, r *finding.Report, f *finding.Finding, red *redactor) error {
	c := newCSV(w, "user", "country", "carrier", "first_message_at", "last_message_at", "messages", "delivered", "outcome", "reason", "code", "message_id")
	users := map[number.MSISDN]bool{f.Scope.Key: true}
	for _, m := range f.Users {
		users[m] = true
	}
	group := -1
	if f.Scope.Carrier != "" {
		group = r.Table.GroupIndex(f.Scope.Country, f.Scope.Carrier)
	}
	for i := range r.Table.Bad {
		a := &r.Table.Bad[i]
		if !users[a.Number] || group >= 0 && int(a.Group) != group {
			continue
		}
		if !f.Window.Whole && f.Window.From.Known() && (a.First < f.Window.From || f.Window.To.Known() && a.First > f.Window.To) {
			continue
		}
		g := r.Table.Groups[a.Group]
		c.row(red.e164(a.Number), word(g.Country), red.text(g.Carrier), known(stamp(a.First)), known(stamp(a.Last)), strconv.Itoa(int(a.Messages)), strconv.Itoa(int(a.Delivered)),
			a.Outcome.String(), a.Reason.String(), word(r.Table.Code(a)), red.id(r.Table.MessageID(a)))
	}
	return c.close()
}

// findingCSV has the messages behind a finding, as far as the reading kept them:
// those to its users within its window, as convert writes them.
func findingCSV(w io.Writer, r *finding.Report, f *finding.Finding, o Options) error {
	mw, err := NewMessageWriter(w, "csv", o)
	if err != nil {
		return err
	}
	for _, user := range f.Users {
		watched, _ := r.Table.Watched(user)
		if watched == nil {
			continue
		}
		for i := range watched.Messages {
			m := &watched.Messages[i]
			if !f.Window.Whole && m.Submitted.Known() && (f.Window.From.Known() && m.Submitted < f.Window.From || f.Window.To.Known() && m.Submitted > f.Window.To) {
				continue
			}
			if err := mw.Write(m); err != nil {
				return err
			}
		}
	}
	return mw.Close()
}

// peopleCSV has every message to the people of a ticket, as convert writes them.
func peopleCSV(w io.Writer, t *ticket.Ticket, o Options) error {
	mw, err := NewMessageWriter(w, "csv", o)
	if err != nil {
		return err
	}
	for _, p := range t.People {
		for _, key := range p.Keys {
			watched, ok := t.Report.Table.Watched(key)
			if !ok {
				continue
			}
			for i := range watched.Messages {
				m := &watched.Messages[i]
				if err := mw.Write(m); err != nil {
					return err
				}
			}
		}
	}
	return mw.Close()
}

// PackCheck is what verifying a pack came to.
type PackCheck struct {
	Manifest Manifest
	Problems []string // empty: every file is as it was written
}

// VerifyPack reads an evidence pack again and compares each file with the
// manifest. An error means that it is no pack; what does not fit is a problem.
func VerifyPack(r io.ReaderAt, size int64) (PackCheck, error) {
	var c PackCheck
	z, err := zip.NewReader(r, size)
	if err != nil {
		return c, fmt.Errorf("not a zip: %w", err)
	}
	if len(z.File) > mostEntries {
		return c, fmt.Errorf("%d entries: no pack has so many", len(z.File))
	}
	files := map[string]*zip.File{}
	for _, f := range z.File {
		if files[f.Name] != nil {
			c.Problems = append(c.Problems, Clean(f.Name)+" is in it twice")
		}
		files[f.Name] = f
	}
	f := files[manifestName]
	if f == nil {
		return c, errors.New("no manifest.json in it: this is no evidence pack")
	}
	left := int64(mostPacked)
	data, err := unpacked(f, &left)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c.Manifest); err != nil {
		return c, fmt.Errorf("manifest.json: %w", err)
	}
	if c.Manifest.Schema != packSchema {
		return c, fmt.Errorf("manifest.json: schema %q, not %q", Clean(c.Manifest.Schema), packSchema)
	}
	listed := map[string]bool{manifestName: true}
	for _, m := range c.Manifest.Files {
		name := Clean(m.Name)
		listed[m.Name] = true
		f := files[m.Name]
		switch {
		case m.Name != path.Base(m.Name):
			c.Problems = append(c.Problems, name+": not the name of a file")
			continue
		case f == nil:
			c.Problems = append(c.Problems, name+" is missing")
			continue
		}
		data, err := unpacked(f, &left)
		if err != nil {
			c.Problems = append(c.Problems, name+": "+err.Error())
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != m.SHA256 || int64(len(data)) != m.Size {
			c.Problems = append(c.Problems, name+" is not what was packed: its SHA-256 differs")
		}
	}
	for _, f := range z.File {
		if !listed[f.Name] {
			c.Problems = append(c.Problems, Clean(f.Name)+" is not in the manifest")
		}
	}
	return c, nil
}

func unpacked(f *zip.File, left *int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, *left+1))
	if err != nil {
		return nil, err
	}
	if *left -= int64(len(data)); *left < 0 {
		return nil, errors.New("unpacks to more than a pack can hold")
	}
	return data, nil
}
