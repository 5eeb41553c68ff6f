package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writeManagers writes the Homebrew formula and the Scoop manifest. Both name the
// archives by address and SHA-256.
func (r *release) writeManagers() error {
	sums := map[target]string{}
	for _, t := range targets {
		sum, err := sha256File(filepath.Join(r.out, r.archiveName(t)))
		if err != nil {
			return err
		}
		sums[t] = sum
	}
	if err := os.WriteFile(filepath.Join(r.out, "otpdoctor.rb"), []byte(r.formula(sums)), 0o644); err != nil {
		return err
	}
	manifest, err := r.manifest(sums)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, "otpdoctor.json"), manifest, 0o644)
}

func (r *release) address(t target) string {
	return strings.TrimSuffix(r.url, "/") + "/" + r.archiveName(t)
}

// formula is for Homebrew: https://docs.brew.sh/Formula-Cookbook.
func (r *release) formula(sums map[target]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `class Otpdoctor < Formula
  desc "Find out why texts with two-factor codes do not arrive"
  homepage "https://otpdoctor.example"
  version %q
  license "MIT"
`, r.version)
	for _, system := range []struct{ on, name string }{{"on_macos", "darwin"}, {"on_linux", "linux"}} {
		fmt.Fprintf(&b, "\n  %s do\n", system.on)
		for _, arch := range []struct{ on, name string }{{"on_arm", "arm64"}, {"on_intel", "amd64"}} {
			t := target{system.name, arch.name}
			fmt.Fprintf(&b, "    %s do\n      url %q\n      sha256 %q\n    end\n", arch.on, r.address(t), sums[t])
		}
		b.WriteString("  end\n")
	}
	b.WriteString(`
  def install
    bin.install "otpdoctor"
    man1.install "man/otpdoctor.1"
    bash_completion.install "completions/otpdoctor.bash" => "otpdoctor"
    zsh_completion.install "completions/_otpdoctor"
    fish_completion.install "completions/otpdoctor.fish"
    doc.install Dir["docs/*"], "THIRD-PARTY.txt"
  end

  test do
    assert_match "of 13 answered", shell_output("#{bin}/otpdoctor demo")
  end
end
`)
	return b.String()
}

// manifest is for Scoop: https://github.com/ScoopInstaller/Scoop/wiki/App-Manifests.
func (r *release) manifest(sums map[target]string) ([]byte, error) {
	type download struct {
		URL        string `json:"url"`
		Hash       string `json:"hash"`
		ExtractDir string `json:"extract_dir"`
	}
	architecture := map[string]download{}
	for name, arch := range map[string]string{"64bit": "amd64", "arm64": "arm64"} {
		t := target{"windows", arch}
		architecture[name] = download{r.address(t), sums[t], strings.TrimSuffix(r.archiveName(t), ".zip")}
	}
	text, err := json.MarshalIndent(struct {
		Version      string              `json:"version"`
		Description  string              `json:"description"`
		Homepage     string              `json:"homepage"`
		License      string              `json:"license"`
		Architecture map[string]download `json:"architecture"`
		Bin          string              `json:"bin"`
		Notes        string              `json:"notes"`
	}{r.version, summary, "https://otpdoctor.example", "MIT", architecture, "otpdoctor.exe",
		"To begin: otpdoctor demo, then otpdoctor."}, "", "    ")
	return append(text, '\n'), err
}
