package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// entry is a file in an archive or package.
type entry struct {
	name string // with slashes, from the archive's folder
	from string // on this machine
	mode int64
}

// archiveName is that of a target's archive: what people download.
func (r *release) archiveName(t target) string {
	ending := ".tar.gz"
	if t.system == "windows" {
		ending = ".zip"
	}
	return fmt.Sprintf("otpdoctor-%s-%s%s", r.version, t, ending)
}

func (r *release) writeArchives() error {
	var all sync.WaitGroup
	failed := make([]error, len(targets))
	for i, t := range targets {
		all.Go(func() { failed[i] = r.writeArchive(t) })
	}
	all.Wait()
	return errors.Join(failed...)
}

func (r *release) writeArchive(t target) error {
	entries, err := r.archiveEntries(t)
	if err != nil {
		return err
	}
	folder := fmt.Sprintf("otpdoctor-%s-%s/", r.version, t)
	f, err := os.Create(filepath.Join(r.out, r.archiveName(t)))
	if err != nil {
		return err
	}
	defer f.Close()
	write := writeTarGz
	if t.system == "windows" {
		write = writeZip
	}
	if err := write(f, folder, entries, r.epoch); err != nil {
		return err
	}
	return f.Close()
}

func (r *release) archiveEntries(t target) ([]entry, error) {
	list := []entry{
		{t.programName(), r.program(t), 0o755},
		{"man/otpdoctor.1", filepath.Join(r.work, "otpdoctor.1"), 0o644},
		{"completions/otpdoctor.bash", filepath.Join(r.work, "otpdoctor.bash"), 0o644},
		{"completions/_otpdoctor", filepath.Join(r.work, "_otpdoctor"), 0o644},
		{"completions/otpdoctor.fish", filepath.Join(r.work, "otpdoctor.fish"), 0o644},
		{"completions/otpdoctor.ps1", filepath.Join(r.work, "otpdoctor.ps1"), 0o644},
	}
	documents, err := r.documents()
	return append(list, documents...), err
}

// documents are the pages that go with the program, by the names that they have
// in the repository, so that their links to one another hold.
func (r *release) documents() ([]entry, error) {
	pages, err := filepath.Glob(filepath.Join(r.root, "docs", "*.md"))
	if err != nil {
		return nil, err
	}
	screens, err := filepath.Glob(filepath.Join(r.root, "docs", "screens", "*.svg"))
	if err != nil {
		return nil, err
	}
	list := []entry{{"THIRD-PARTY.txt", filepath.Join(r.work, "THIRD-PARTY.txt"), 0o644}}
	for _, name := range []string{"README.md", "CHANGELOG.md", "LICENSE", "NOTICE"} {
		list = append(list, entry{name, filepath.Join(r.root, name), 0o644})
	}
	for _, page := range slices.Concat(pages, screens) {
		name, err := filepath.Rel(r.root, page)
		if err != nil {
			return nil, err
		}
		list = append(list, entry{filepath.ToSlash(name), page, 0o644})
	}
	return list, nil
}

// writeTarGz writes files in the order given; whoever unpacks owns them.
func writeTarGz(w io.Writer, folder string, list []entry, at time.Time) error {
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	for _, e := range list {
		data, err := os.ReadFile(e.from)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: folder + e.name, Mode: e.mode, Size: int64(len(data)), ModTime: at, Format: tar.FormatUSTAR, Uname: "root", Gname: "root"}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(data); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

// writeZip writes the same for Windows, texts with its line ends.
func writeZip(w io.Writer, folder string, list []entry, at time.Time) error {
	z := zip.NewWriter(w)
	for _, e := range list {
		data, err := os.ReadFile(e.from)
		if err != nil {
			return err
		}
		if strings.HasSuffix(e.name, ".md") || strings.HasSuffix(e.name, ".txt") || !strings.Contains(filepath.Base(e.name), ".") {
			data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
		}
		h := &zip.FileHeader{Name: folder + e.name, Method: zip.Deflate, Modified: at}
		h.SetMode(os.FileMode(e.mode))
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(data); err != nil {
			return err
		}
	}
	return z.Close()
}
