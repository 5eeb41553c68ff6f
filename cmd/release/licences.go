package main

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licenceFile matches the files that a licence wants passed on.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|copyright|ofl)([-.].*)?$`)

// licenceHead is the heading of a README under which the licence stands.
var licenceHead = regexp.MustCompile(`(?im)^#+ *licen[cs]e`)

// writeLicences writes THIRD-PARTY.txt: the licence of every module in any of the
// programs, of Go itself, and what is said of the data and fonts within.
func (r *release) writeLicences() error {
	modules := map[string]string{} // path to version
	for _, t := range targets {
		info, err := buildinfo.ReadFile(r.program(t))
		if err != nil {
			return err
		}
		for _, m := range info.Deps {
			if m.Replace != nil {
				return fmt.Errorf("%s is replaced: whose licence is it under?", m.Path)
			}
			modules[m.Path] = m.Version
		}
	}
	var b bytes.Buffer
	b.WriteString("What otpdoctor is made with, and the licences of it.\n")
	goroot, err := output("", nil, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	if err := addLicences(&b, "Go and its standard library", goroot); err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		dir, err := output(r.root, nil, "go", "list", "-m", "-f", "{{.Dir}}", path)
		if err != nil {
			return err
		}
		if err := addLicences(&b, path+" "+modules[path], dir); err != nil {
			return err
		}
	}
	for _, notice := range []string{"diagnostics/number/NOTICE", "diagnostics/carrier/NOTICE", "diagnostics/export/fonts/README.md"} {
		text, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(notice)))
		if err != nil {
			return err
		}
		part(&b, notice, text)
	}
	return os.WriteFile(filepath.Join(r.work, "THIRD-PARTY.txt"), b.Bytes(), 0o644)
}

// addLicences adds the licence files of a folder, else its README where that names
// the licence; there must be one.
func addLicences(b *bytes.Buffer, what, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	for _, wanted := range []func(name string, text []byte) bool{
		func(name string, _ []byte) bool { return licenceFile.MatchString(name) },
		func(name string, text []byte) bool { return name == "README.md" && licenceHead.Match(text) },
	} {
		found := false
		for _, e := range entries {
			if e.IsDir() || !licenceFile.MatchString(e.Name()) && e.Name() != "README.md" {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return err
			}
			if wanted(e.Name(), text) {
				found = true
				part(b, what+": "+e.Name(), text)
			}
		}
		if found {
			return nil
		}
	}
	return fmt.Errorf("%s has no licence in it", what)
}

func part(b *bytes.Buffer, head string, text []byte) {
	fmt.Fprintf(b, "\n%s\n%s\n\n%s\n", head, strings.Repeat("=", len(head)), bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
}
