package export

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
)

func packed(t *testing.T, o Options) []byte {
	t.Helper()
	k, _ := personalTicket()
	var b bytes.Buffer
	if err := Pack(&b, k, o, "otpdoctor test"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPack(t *testing.T) {
	data := packed(t, Options{Redact: true})
	if !bytes.Equal(data, packed(t, Options{Redact: true})) {
		t.Error("two packs of one case differ")
	}
	c, err := VerifyPack(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(c.Problems) > 0 || len(c.Manifest.Files) != 7 {
		t.Fatalf("%v, %v, %d files", err, c.Problems, len(c.Manifest.Files))
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, _ := f.Open()
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		lower := strings.ToLower(opened(t, content))
		for _, p := range personal {
			if strings.Contains(lower, p) {
				t.Errorf("%s gives away %q", f.Name, p)
			}
		}
		if f.Name == "finding-1-messages.csv" {
			// The messages of its users whom the reading kept, in its window.
			rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
			if err != nil || len(rows) < 2 {
				t.Errorf("%s: %d rows, %v", f.Name, len(rows), err)
			}
			continue
		}
		if strings.HasPrefix(f.Name, "finding-1") {
			rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
			// The figures of the finding are of these rows.
			if want := madeReport().Findings[0].Figures.Affected; err != nil || len(rows)-1 != want {
				t.Errorf("%s: %d rows, want %d: %v", f.Name, len(rows)-1, want, err)
			}
		}
	}
}

func TestVerifyFindsChanges(t *testing.T) {
	data := packed(t, Options{})
	rebuilt := func(change func(name string, content []byte) (string, []byte), more ...string) []byte {
		z, _ := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, f := range z.File {
			r, _ := f.Open()
			content, _ := io.ReadAll(r)
			name, content := change(f.Name, content)
			if name == "" {
				continue
			}
			out, _ := w.Create(name)
			out.Write(content)
		}
		for _, m := range more {
			out, _ := w.Create(m)
			out.Write([]byte("x"))
		}
		w.Close()
		return b.Bytes()
	}
	same := func(name string, content []byte) (string, []byte) { return name, content }
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"one byte", rebuilt(func(n string, c []byte) (string, []byte) {
			if n == "ticket.json" {
				c[len(c)/2] ^= 1
			}
			return n, c
		}), "ticket.json is not what was packed: its SHA-256 differs"},
		{"missing", rebuilt(func(n string, c []byte) (string, []byte) { return strings.TrimPrefix(n, "carriers.csv"), c }), "carriers.csv is missing"},
		{"added", rebuilt(same, "more.exe"), "more.exe is not in the manifest"},
		{"out of the folder", rebuilt(func(n string, c []byte) (string, []byte) {
			if n == manifestName {
				c = bytes.Replace(c, []byte(`"report.html"`), []byte(`"../report.html"`), 1)
			}
			return n, c
		}), "../report.html: not the name of a file"},
	} {
		got, err := VerifyPack(bytes.NewReader(c.data), int64(len(c.data)))
		if err != nil || len(got.Problems) == 0 || got.Problems[0] != c.want {
			t.Errorf("%s: %v, %q", c.name, err, got.Problems)
		}
	}
	for name, d := range map[string][]byte{"not a zip": []byte("hello"), "no manifest": rebuilt(func(n string, c []byte) (string, []byte) { return strings.TrimPrefix(n, manifestName), c })} {
		if _, err := VerifyPack(bytes.NewReader(d), int64(len(d))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
