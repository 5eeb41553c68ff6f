package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 3, 3, 7, 44, 0, 0, time.UTC)

// testFiles are a program and a page, written now: when that was must not show.
func testFiles(t *testing.T) []entry {
	t.Helper()
	dir := t.TempDir()
	list := []entry{{"otpdoctor", filepath.Join(dir, "a"), 0o755}, {"docs/page.md", filepath.Join(dir, "b"), 0o644}}
	for _, e := range list {
		if err := os.WriteFile(e.from, []byte("of "+e.name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

func TestTarGz(t *testing.T) {
	var first, second bytes.Buffer
	if err := writeTarGz(&first, "f/", testFiles(t), at); err != nil {
		t.Fatal(err)
	}
	if err := writeTarGz(&second, "f/", testFiles(t), at); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same files give other bytes")
	}
	z, err := gzip.NewReader(&first)
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(z)
	for _, want := range []struct {
		name string
		mode int64
	}{{"f/otpdoctor", 0o755}, {"f/docs/page.md", 0o644}} {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != want.name || h.Mode != want.mode || !h.ModTime.Equal(at) {
			t.Errorf("got %s, mode %o, %s; want %s, mode %o", h.Name, h.Mode, h.ModTime, want.name, want.mode)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("more than two files: %v", err)
	}
}

func TestZip(t *testing.T) {
	var first, second bytes.Buffer
	if err := writeZip(&first, "f/", testFiles(t), at); err != nil {
		t.Fatal(err)
	}
	if err := writeZip(&second, "f/", testFiles(t), at); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same files give other bytes")
	}
	r, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Open("f/docs/page.md")
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(f); string(text) != "of docs/page.md\r\n" {
		t.Errorf("a page for Windows is %q", text)
	}
}

func TestManagersNameEveryArchive(t *testing.T) {
	r := release{version: "1.2.3", url: "https://otpdoctor.example/r/"}
	sums := map[target]string{}
	for i, tg := range targets {
		sums[tg] = strings.Repeat(string(rune('a'+i)), 64)
	}
	formula := r.formula(sums)
	manifest, err := r.manifest(sums)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(manifest) {
		t.Errorf("the manifest is no JSON: %s", manifest)
	}
	for _, tg := range targets {
		where := formula
		if tg.system == "windows" {
			where = string(manifest)
		}
		address := "https://otpdoctor.example/r/otpdoctor-1.2.3-" + tg.String()
		i, j := strings.Index(where, address), strings.Index(where, sums[tg])
		if i < 0 || j < i || j-i > 200 {
			t.Errorf("%s: no address with its sum behind it", tg)
		}
	}
	opened := 0
	for line := range strings.Lines(formula) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "class "), strings.HasPrefix(line, "def "), strings.HasSuffix(line, " do"):
			opened++
		case line == "end":
			opened--
		}
	}
	if opened != 0 {
		t.Errorf("the formula leaves %d blocks open", opened)
	}
}

func TestEveryModuleHasALicence(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             bool
	}{
		{"a licence", "LICENSE", "MIT", true},
		{"a British one", "licence.txt", "MIT", true},
		{"a README that names it", "README.md", "# x\n\n## License\n\nMIT\n", true},
		{"a README that does not", "README.md", "# x\n", false},
		{"none", "x.go", "package x", false},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := addLicences(&b, "x", dir); (err == nil) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.want && !strings.Contains(b.String(), strings.TrimSpace(c.text)) {
			t.Errorf("%s: got %q", c.name, &b)
		}
	}
}
