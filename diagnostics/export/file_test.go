package export

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func saying(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// only says that a folder holds these files and nothing half written.
func only(t *testing.T, dir string, want ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.txt")
	if err := WriteFile(path, false, saying("one")); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(path, false, saying("two"))
	if !errors.Is(err, ErrExists) || content(t, path) != "one" || !strings.HasPrefix(err.Error(), path+": is there already") {
		t.Errorf("without force: %v, %q", err, content(t, path))
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, true, saying("two")); err != nil || content(t, path) != "two" {
		t.Errorf("with force: %v, %q", err, content(t, path))
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, want that of the file before", info.Mode())
	}
	broken := errors.New("broken")
	err = WriteFile(path, true, func(w io.Writer) error { io.WriteString(w, strings.Repeat("x", 1<<20)); return broken })
	if !errors.Is(err, broken) || content(t, path) != "two" {
		t.Errorf("a write that fails: %v, %d bytes", err, len(content(t, path)))
	}
	if err := WriteFile(filepath.Join(dir, "new.txt"), false, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	only(t, dir, "report.txt")
	if err := WriteFile(dir, true, saying("x")); err == nil || err.Error() != dir+": is a folder" {
		t.Errorf("onto a folder: %v", err)
	}
	if err := WriteFile(filepath.Join(dir, "no", "x"), false, saying("x")); err == nil || strings.Contains(err.Error(), ".otpdoctor-") {
		t.Errorf("into a missing folder: %v", err)
	}
	private := filepath.Join(dir, "map.json")
	if err := WritePrivate(private, false, saying("{}")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(private); info.Mode().Perm() != 0o600 {
		t.Errorf("private mode %v", info.Mode())
	}
}

func TestWriteFileThroughALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := WriteFile(link, true, saying("new")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 || content(t, target) != "new" {
		t.Error("the link was replaced, or its target was not")
	}
}

func TestWriteFileInPlace(t *testing.T) {
	if err := WriteFile("/dev/null", false, saying("x")); err != nil {
		t.Errorf("a device: %v", err)
	}
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Skip(err)
	}
	got := make(chan string, 1)
	go func() {
		f, err := os.Open(path)
		if err != nil {
			got <- err.Error()
			return
		}
		defer f.Close()
		line, _ := bufio.NewReader(f).ReadString('\n')
		got <- line
	}()
	if err := WriteFile(path, false, saying("through the pipe\n")); err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != "through the pipe\n" {
		t.Errorf("got %q", s)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
		t.Error("the pipe was replaced by a file")
	}
}

func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	if err := WriteFile("/dev/full", false, saying(strings.Repeat("x", 1<<20))); !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), "/dev/full: ") {
		t.Errorf("got %v", err)
	}
}

func TestAbandonLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	err := WriteFile(filepath.Join(dir, "x"), false, func(w io.Writer) error {
		io.WriteString(w, strings.Repeat("x", 1<<20))
		Abandon()
		only(t, dir)
		return nil
	})
	if err == nil {
		t.Error("a write after an interruption ended well")
	}
	only(t, dir)
}
