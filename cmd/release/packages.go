package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tool builds one of the tools that cmd/release/tools pins and gives its path.
// Without paths in it, since a bill of materials names the tool by its hash.
func (r *release) tool(pkg string) (string, error) {
	path := filepath.Join(r.work, filepath.Base(pkg))
	_, err := output(filepath.Join(r.root, "cmd", "release", "tools"), []string{"CGO_ENABLED=0", "GOFLAGS="},
		"go", "build", "-trimpath", "-buildvcs=false", "-o", path, pkg)
	return path, err
}

// writePackages makes .deb and .rpm with nfpm.
func (r *release) writePackages() error {
	nfpm, err := r.tool("github.com/goreleaser/nfpm/v2/cmd/nfpm")
	if err != nil {
		return err
	}
	if err := gzipFile(filepath.Join(r.work, "otpdoctor.1"), r.epoch); err != nil {
		return err
	}
	for _, t := range targets {
		if t.system != "linux" {
			continue
		}
		for _, format := range []string{"deb", "rpm"} {
			spec, err := r.packageSpec(t, format)
			if err != nil {
				return err
			}
			file := filepath.Join(r.work, format+".json")
			if err := os.WriteFile(file, spec, 0o644); err != nil {
				return err
			}
			name := fmt.Sprintf("otpdoctor-%s-%s.%s", r.version, t, format)
			_, err = output(r.work, []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.epoch.Unix())},
				nfpm, "package", "--config", file, "--packager", format, "--target", filepath.Join(r.out, name))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// content is a file of a package, in nfpm's words.
type content struct {
	Src      string   `json:"src"`
	Dst      string   `json:"dst"`
	FileInfo fileInfo `json:"file_info"`
}

type fileInfo struct {
	Mode  int64     `json:"mode"`
	MTime time.Time `json:"mtime"`
}

// packageSpec is nfpm's configuration. YAML is what it reads, and JSON is YAML.
func (r *release) packageSpec(t target, format string) ([]byte, error) {
	zsh := "/usr/share/zsh/vendor-completions/_otpdoctor" // Debian's own folder
	if format == "rpm" {
		zsh = "/usr/share/zsh/site-functions/_otpdoctor"
	}
	files := []entry{
		{"/usr/bin/otpdoctor", r.program(t), 0o755},
		{"/usr/share/man/man1/otpdoctor.1.gz", filepath.Join(r.work, "otpdoctor.1.gz"), 0o644},
		{"/usr/share/bash-completion/completions/otpdoctor", filepath.Join(r.work, "otpdoctor.bash"), 0o644},
		{zsh, filepath.Join(r.work, "_otpdoctor"), 0o644},
		{"/usr/share/fish/vendor_completions.d/otpdoctor.fish", filepath.Join(r.work, "otpdoctor.fish"), 0o644},
	}
	documents, err := r.documents()
	if err != nil {
		return nil, err
	}
	for _, d := range documents {
		if d.name == "LICENSE" {
			d.name = "copyright" // Debian policy 12.5
		}
		files = append(files, entry{"/usr/share/doc/otpdoctor/" + d.name, d.from, d.mode})
	}
	contents := make([]content, 0, len(files))
	for _, f := range files {
		contents = append(contents, content{f.from, f.name, fileInfo{f.mode, r.epoch}})
	}
	return json.MarshalIndent(map[string]any{
		"name":        "otpdoctor",
		"arch":        t.arch,
		"platform":    "linux",
		"version":     r.version,
		"section":     "utils",
		"priority":    "optional",
		"maintainer":  "The otpdoctor authors <otpdoctor@otpdoctor.example>",
		"description": summary + "\n" + strings.Join(describe, "\n"),
		"homepage":    "https://otpdoctor.example",
		"license":     "MIT",
		"mtime":       r.epoch,
		"contents":    contents,
		"rpm":         map[string]any{"buildhost": "localhost", "summary": summary},
	}, "", "  ")
}

const summary = "Finds out why text messages with two-factor codes do not arrive"

var describe = []string{
	"From a phone number and a delivery log of the SMS provider to the cause with",
	"its figures, and to the 13 answers that the support form asks for. It needs no",
	"network, and nothing leaves the machine.",
}

// gzipFile writes FILE.gz beside FILE.
func gzipFile(path string, at time.Time) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := os.Create(path + ".gz")
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	z.ModTime = at
	if _, err := z.Write(data); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

// writeBills writes a CycloneDX bill of materials for each program: the modules
// that are in it, which differ by system.
func (r *release) writeBills() error {
	cyclonedx, err := r.tool("github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod")
	if err != nil {
		return err
	}
	for _, t := range targets {
		bill := filepath.Join(r.out, fmt.Sprintf("otpdoctor-%s-%s.cdx.json", r.version, t))
		_, err := output(r.root, []string{"GOOS=" + t.system, "GOARCH=" + t.arch, "CGO_ENABLED=0"},
			cyclonedx, "bin", "-json", "-std", "-noserial", "-notimestamp", "-version", "v"+r.version, "-output", bill, r.program(t))
		if err != nil {
			return err
		}
	}
	return nil
}
