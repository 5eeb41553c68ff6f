package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cli.otpdoctor/testdata"
)

// systems are those that the program is built for.
var systems = []string{"linux", "darwin", "windows"}

// dependency is a package of the program, as go list tells it.
type dependency struct {
	ImportPath string
	Standard   bool
	Imports    []string
	CgoFiles   []string
	SysoFiles  []string
	Module     *struct{ Path, Version, Dir string }
}

// notRaced skips what looks at packages and files, in which there is no race.
func notRaced(t *testing.T) {
	if raced {
		t.Skip("there is no race in what packages import")
	}
}

// dependencies are the packages of the program on one system.
func dependencies(t *testing.T, system string) (list []dependency) {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports,CgoFiles,SysoFiles,Module", ".")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for %s: %v", system, err)
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var d dependency
		switch err := dec.Decode(&d); {
		case errors.Is(err, io.EOF):
			return list
		case err != nil:
			t.Fatal(err)
		}
		list = append(list, d)
	}
}

// outward are the packages by which a program reaches the network, runs others
// or loads code.
var outward = []string{"net", "net/http", "net/rpc", "net/smtp", "crypto/tls", "os/exec", "plugin", "golang.org/x/net/websocket"}

// mayImport says which packages import such a one, and for what.
var mayImport = map[string]string{
	"github.com/andybalholm/brotli -> net/http":        "offers compression to servers; none is linked",
	"github.com/xuri/excelize/v2 -> net/http":          "asks what kind of picture a file is; no client is linked",
	"github.com/google/uuid -> net":                    "reads the addresses of network cards for version 1 of UUIDs, which nobody makes",
	"github.com/spf13/pflag -> net":                    "has flags of addresses; there is none here",
	"golang.org/x/sys/windows -> net":                  "types of addresses",
	"cli.otpdoctor/wizard -> os/exec":                  "runs --copy-command, which the user names, and nothing else",
	"github.com/atotto/clipboard -> os/exec":           "runs the system's own clipboard program when something is copied",
	"github.com/charmbracelet/bubbletea -> os/exec":    "can run an editor, which nobody asks it to",
	"github.com/charmbracelet/colorprofile -> os/exec": "asks tmux for its colours",
}

// TestNoNetwork holds that nothing in the program can open a connection: which
// packages import what could is written down, and the client, the server and TLS
// of the standard library are not in the binary at all.
func TestNoNetwork(t *testing.T) {
	notRaced(t)
	seen := map[string]bool{}
	packages := 0
	for _, system := range systems {
		for _, d := range dependencies(t, system) {
			if d.Standard {
				continue
			}
			packages++
			for _, imported := range d.Imports {
				edge := d.ImportPath + " -> " + imported
				if slices.Contains(outward, imported) && !seen[edge] {
					seen[edge] = true
					if mayImport[edge] == "" {
						t.Errorf("%s, and nobody has said what for", edge)
					}
				}
			}
		}
	}
	if packages < 300 {
		t.Errorf("looked at %d packages only", packages)
	}
	for edge := range mayImport {
		if strings.HasPrefix(edge, "cli.otpdoctor/") && !seen[edge] {
			t.Errorf("%s is not so any more", edge)
		}
	}

	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "nm", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	symbols := string(out)
	if !strings.Contains(symbols, "cli.otpdoctor/diagnostics.Analyze") {
		t.Fatal("the binary has no symbols to look at")
	}
	for _, name := range []string{"net/http.(*Transport).RoundTrip", "net/http.(*Client).do", "net/http.(*Server).Serve", "net/http.Get", "net/rpc.", "net/smtp.", "crypto/tls.(*Conn).", "plugin.Open"} {
		if strings.Contains(symbols, " "+name) {
			t.Errorf("%s is in the binary", name)
		}
	}
	t.Logf("count: %d packages on %d systems, %d imports of what could reach out, each with its reason; no client, server or TLS in the binary", packages, len(systems), len(seen))
}

// TestNoCgo holds that no package outside of the standard library has C in it,
// and so no system's compiler is trusted.
func TestNoCgo(t *testing.T) {
	notRaced(t)
	for _, system := range systems {
		for _, d := range dependencies(t, system) {
			if !d.Standard && (len(d.CgoFiles) > 0 || slices.Contains(d.Imports, "C") || len(d.SysoFiles) > 0) {
				t.Errorf("%s: %s has C or object files in it", system, d.ImportPath)
			}
		}
	}
}

// TestPinned holds that every module is one that go.sum names, and none is
// replaced by something else.
func TestPinned(t *testing.T) {
	notRaced(t)
	root := testdata.Root(t)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`(?m)^\s*replace\b`).Match(mod) {
		t.Error("go.mod replaces a module")
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for module, version := range modules(t) {
		if !bytes.Contains(sum, []byte(module+" "+version+" h1:")) {
			t.Errorf("go.sum does not have %s %s", module, version)
		}
	}
}

// modules are those of the program on any system, with their versions.
func modules(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, system := range systems {
		for _, d := range dependencies(t, system) {
			if d.Module != nil && d.Module.Version != "" {
				all[d.Module.Path] = d.Module.Version
			}
		}
	}
	if len(all) < 40 {
		t.Fatalf("found %d modules only", len(all))
	}
	return all
}

// licences are the ones that a module may have, by words that no other one has.
// The first that fits counts.
var licences = []struct {
	name  string
	words []string
}{
	{"OFL-1.1", []string{"sil open font license"}},
	{"Apache-2.0", []string{"apache license", "version 2.0"}},
	{"MPL-2.0", []string{"mozilla public license", "version 2.0"}},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "neither the name"}},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "the names of its contributors"}},
	{"BSD-2-Clause", []string{"redistribution and use in source and binary forms"}},
	{"CC-BY-4.0", []string{"creative commons attribution 4.0"}},
	{"CC-BY-3.0", []string{"creative commons attribution 3.0"}},
	{"ISC", []string{"permission to use, copy, modify, and/or distribute this software"}},
	{"FTL", []string{"the freetype project license"}},
	{"FTL or GPL-2.0-or-later", []string{"freetype license", "gnu general public license"}},
	{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy", "the software is provided \"as is\""}},
	{"MIT", []string{"licensed under mit", "mattn"}}, // a README that says so in a word
	{"MIT", []string{"## license\n\nmit"}},
}

var licenceName = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying)`)

// licenceOf reads the licence of a module from its files, "" where it has none
// that is known.
func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, pass := range []func(string) bool{licenceName.MatchString, func(n string) bool { return n == "README.md" }} {
		for _, e := range entries {
			if e.IsDir() || !pass(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if name := classify(string(text)); name != "" && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
		if len(found) > 0 {
			return strings.Join(found, ", ")
		}
	}
	return ""
}

func classify(text string) string {
	text = strings.ToLower(text)
	flat := strings.Join(strings.Fields(text), " ")
	for _, l := range licences {
		if !slices.ContainsFunc(l.words, func(w string) bool { return !strings.Contains(flat, w) && !strings.Contains(text, w) }) {
			return l.name
		}
	}
	return ""
}

// TestLicences holds that docs/licences.md names every module of the program with
// the licence that its files say, and that each is one that lets others use it.
// -update writes the page.
func TestLicences(t *testing.T) {
	notRaced(t)
	dirs := map[string]string{}
	on := map[string][]string{}
	for _, system := range systems {
		for _, d := range dependencies(t, system) {
			if d.Module == nil || d.Module.Version == "" {
				continue
			}
			name := d.Module.Path + " " + d.Module.Version
			dirs[name] = d.Module.Dir
			if !slices.Contains(on[name], system) {
				on[name] = append(on[name], system)
			}
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	page.WriteString(`# Licences of what otpdoctor is made of

The modules in the program on Linux, macOS or Windows, and the licence that the
files of each say. Data and fonts of others that are in the program stand in
[NOTICE](../NOTICE); the texts of all licences go with every release, in
THIRD-PARTY.txt.

A test writes this page and reads it again (go test ./cmd/otpdoctor -run
TestLicences -update): a module that is new, or whose licence is none of these,
fails it.

| module | version | licence |
| --- | --- | --- |
`)
	fmt.Fprintf(&page, "| Go and its standard library | of the build | %s |\n", classify(readAll(t, filepath.Join(strings.TrimSpace(string(root)), "LICENSE"))))
	counts := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		licence := licenceOf(t, dirs[name])
		if licence == "" {
			t.Errorf("%s has no licence that is known", name)
		}
		counts[licence]++
		module, version, _ := strings.Cut(name, " ")
		if len(on[name]) < len(systems) {
			version += " (" + strings.Join(on[name], ", ") + ")"
		}
		fmt.Fprintf(&page, "| %s | %s | %s |\n", module, version, licence)
	}
	path := filepath.Join(testdata.Root(t), "docs", "licences.md")
	if *update {
		if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if readAll(t, path) != page.String() {
		t.Error("docs/licences.md is not what the modules say; -update writes it")
	}
	t.Logf("count: %d modules: %v", len(dirs), counts)
}

func readAll(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReproducible holds that two builds in different folders, from nothing that
// was built before, give the same bytes. It compiles everything, so it runs where
// OTPDOCTOR_REPRODUCE is set, as in CI.
func TestReproducible(t *testing.T) {
	if os.Getenv("OTPDOCTOR_REPRODUCE") == "" {
		t.Skip("compiles everything anew; set OTPDOCTOR_REPRODUCE=1")
	}
	root := testdata.Root(t)
	var sums [2]string
	for i := range sums {
		dir := filepath.Join(t.TempDir(), strings.Repeat("elsewhere/", i), "source")
		copyTree(t, root, dir)
		path := filepath.Join(t.TempDir(), "otpdoctor")
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "./cmd/otpdoctor")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
		if i == 1 {
			cmd.Env = append(cmd.Env, "GOCACHE="+t.TempDir(), "HOME="+t.TempDir())
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		bytes, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(bytes), root) {
			t.Errorf("the binary names the folder that it was built in")
		}
		sums[i] = fmt.Sprintf("%x", sha256.Sum256(bytes))
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range info.Settings {
			if s.Key == "CGO_ENABLED" && s.Value != "0" {
				t.Error("built with C")
			}
		}
	}
	if sums[0] != sums[1] {
		t.Errorf("two builds differ: %s and %s", sums[0], sums[1])
	}
	t.Logf("count: two builds, both %s", sums[0])
}

// copyTree copies what the program is built from.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	files := 0
	for _, name := range []string{"go.mod", "go.sum", "faq", "diagnostics", "wizard", "cmd"} {
		err := filepath.WalkDir(filepath.Join(from, name), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(from, path)
			if err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(to, rel), text, 0o600)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 200 {
		t.Fatalf("copied %d files only", files)
	}
}
