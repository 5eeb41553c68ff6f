// Release makes what a release is made of, from nothing but this repository and
// the Go modules: static programs for six systems in archives, .deb and .rpm,
// bills of materials, a Homebrew formula, a Scoop manifest, and the checksums of
// all of them.
//
//	go run ./cmd/release --out dist
//
// The same commit and the same Go release give the same bytes, in whatever folder
// and whenever. The time inside the archives is that of the commit, or
// SOURCE_DATE_EPOCH.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release is one run.
type release struct {
	root    string // of the repository
	out     string // where the results go
	work    string // removed at the end
	version string // "0.1.0"
	commit  string // the first 12 digits, empty outside of git
	epoch   time.Time
	url     string // under which the archives will lie
	log     io.Writer
}

// target is a system that a program is built for.
type target struct{ system, arch string }

func (t target) String() string { return t.system + "-" + t.arch }

var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

func run(args []string, log io.Writer) error {
	r := release{log: log}
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.StringVar(&r.out, "out", "dist", "folder for the results; it must not be there, or be empty")
	flags.StringVar(&r.version, "version", "", "version, as in 0.1.0 (default from git)")
	flags.StringVar(&r.url, "url", "https://otpdoctor.example/releases", "folder on the web where the archives will lie")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err := r.prepare(); err != nil {
		return err
	}
	defer os.RemoveAll(r.work)
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"programs", r.buildAll},
		{"manual page and completions", r.writeManual},
		{"licences", r.writeLicences},
		{"archives", r.writeArchives},
		{"packages", r.writePackages},
		{"bills of materials", r.writeBills},
		{"formula and manifest", r.writeManagers},
		{"checksums", r.writeChecksums},
	} {
		start := time.Now()
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		r.took(step.what, start)
	}
	return nil
}

// prepare settles folders, version and time.
func (r *release) prepare() (err error) {
	gomod, err := output("", nil, "go", "env", "GOMOD")
	if err != nil {
		return err
	}
	r.root = filepath.Dir(gomod)
	if _, err := os.Stat(filepath.Join(r.root, "cmd", "release", "tools", "go.mod")); err != nil {
		return errors.New("run it in the repository of otpdoctor")
	}
	if r.out, err = filepath.Abs(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	if there, err := os.ReadDir(r.out); err != nil || len(there) > 0 {
		return fmt.Errorf("%s is not empty", r.out)
	}
	if r.work, err = os.MkdirTemp("", "otpdoctor-release-"); err != nil {
		return err
	}
	// Outside of git, such as in an unpacked source archive, version and time are given.
	r.commit, _ = output(r.root, nil, "git", "rev-parse", "--short=12", "HEAD")
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	if seconds == "" {
		seconds, _ = output(r.root, nil, "git", "log", "-1", "--format=%ct")
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH %q is not a number of seconds, and git has no commit", seconds)
	}
	r.epoch = time.Unix(n, 0).UTC()
	if r.version == "" {
		tag, _ := output(r.root, nil, "git", "describe", "--tags", "--exact-match", "--match", "v[0-9]*")
		r.version = strings.TrimPrefix(tag, "v")
	}
	if r.version == "" {
		r.version = "0.0.0-" + r.epoch.Format("20060102150405") + "-" + r.commit
	}
	return nil
}

// programName is what the program is called on a system.
func (t target) programName() string {
	if t.system == "windows" {
		return "otpdoctor.exe"
	}
	return "otpdoctor"
}

func (r *release) program(t target) string { return filepath.Join(r.work, t.String(), t.programName()) }

func (r *release) buildAll() error {
	name := r.version
	if r.commit != "" {
		name += ", commit " + r.commit
	}
	if changed, _ := output(r.root, nil, "git", "status", "--porcelain", "--untracked-files=no"); changed != "" {
		name += " with changes"
	}
	for _, t := range withHost(targets) {
		start := time.Now()
		_, err := output(r.root, []string{"CGO_ENABLED=0", "GOOS=" + t.system, "GOARCH=" + t.arch, "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS="},
			"go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X 'main.release="+name+"'", "-o", r.program(t), "./cmd/otpdoctor")
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		r.took("program for "+t.String(), start)
	}
	return nil
}

// took tells how long something took, so that nobody waits for minutes without a word.
func (r *release) took(what string, start time.Time) {
	fmt.Fprintf(r.log, "%-28s %.1f s\n", what, time.Since(start).Seconds())
}

// withHost adds this machine, whose program writes the manual page.
func withHost(list []target) []target {
	if host := hostTarget(); !slices.Contains(list, host) {
		return append(slices.Clone(list), host)
	}
	return list
}

func hostTarget() target { return target{runtime.GOOS, runtime.GOARCH} }

// writeManual has the program write its manual page and completions.
func (r *release) writeManual() error {
	for file, args := range map[string][]string{
		"otpdoctor.1":    {"man"},
		"otpdoctor.bash": {"completion", "bash"},
		"_otpdoctor":     {"completion", "zsh"},
		"otpdoctor.fish": {"completion", "fish"},
		"otpdoctor.ps1":  {"completion", "powershell"},
	} {
		text, err := exec.Command(r.program(hostTarget()), args...).Output()
		if err != nil {
			return fmt.Errorf("otpdoctor %s: %w", strings.Join(args, " "), err)
		}
		if err := os.WriteFile(filepath.Join(r.work, file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeChecksums writes SHA256SUMS, as sha256sum -c reads it.
func (r *release) writeChecksums() error {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, e := range entries {
		sum, err := sha256File(filepath.Join(r.out, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%s  %s\n", sum, e.Name())
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

func sha256File(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// output runs a command and gives what it printed; what it said beside that is in
// the error.
func output(dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}
